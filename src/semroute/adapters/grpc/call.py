"""One gRPC call, from its headers to its trailers."""

import binascii
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import trio
from attrs import frozen
from grpclib import server
from grpclib.const import Handler, Status
from grpclib.encoding.base import GRPC_CONTENT_TYPE, CodecBase
from grpclib.events import _DispatchServerEvents
from grpclib.exceptions import GRPCError
from grpclib.metadata import Deadline, decode_metadata
from h2.exceptions import ProtocolError

from semroute.domain.budget import ByteBudget

from .limits import LimitReached, Limits
from .streams import Stream, TruncatedError

_log = logging.getLogger(__name__)

_LENGTH_BYTES: Final = 4
_TIMEOUT_DIGITS: Final = 8  # gRPC over HTTP/2: TimeoutValue has at most eight

Headers = Sequence[tuple[str, str]]


class ServerStream(server.Stream[Any, Any]):
    """A call as its handler sees it. Messages are judged by their prefix before they are read.

    The bytes of the message received last count against the server's budget until the next one
    is asked for, or the call ends.
    """

    terms: "Terms"
    _stream: Stream
    _held = 0

    async def recv_message(self) -> Any:  # noqa: ANN401 - whatever the method's request type is
        """Returns the next message, or None when the client has sent its last.

        Raises:
            GRPCError: The message is compressed, too long, too slow, cut short, not decodable, or
                one too many.
        """
        self.release()
        try:
            flag = await self._stream.recv_data(1)
            if not flag:
                return None
            data = None
            with trio.move_on_after(self.terms.limits.message_seconds):
                data = await self._rest_of_message(flag[0])
        except TruncatedError as error:
            raise GRPCError(Status.INTERNAL, "the message is cut short") from error
        if data is None:
            self.terms.limited("message_seconds")
            raise GRPCError(Status.DEADLINE_EXCEEDED, "the message took too long")
        self._stream.has_spoken = True
        try:
            return self._codec.decode(data, self._recv_type)
        except Exception as error:  # what a codec raises is its own affair
            raise GRPCError(Status.INTERNAL, "the message cannot be decoded") from error

    def release(self) -> None:
        """Stops counting the message received last."""
        self.terms.budget.give(self._held)
        self._held = 0

    async def _rest_of_message(self, flag: int) -> bytes:
        size = int.from_bytes(await self._stream.recv_data(_LENGTH_BYTES))
        if flag:
            raise GRPCError(Status.UNIMPLEMENTED, "compressed messages are not supported")
        most = self.terms.limits.max_message_bytes
        if size > most:
            self.terms.limited("message_bytes")
            reason = f"a message of {size} bytes exceeds {most}"
            raise GRPCError(Status.RESOURCE_EXHAUSTED, reason)
        if not self.terms.budget.take(size):
            self.terms.limited("retained_bytes")
            raise GRPCError(Status.RESOURCE_EXHAUSTED, "too much is being kept already")
        self._held = size
        return await self._stream.recv_data(size)


@frozen
class Terms:
    """On which terms messages are taken.

    Args:
        limits: How long they may be, and how long they may take.
        limited: Told when one was longer.
        budget: How much of all of them may be kept at once.
    """

    limits: Limits
    limited: LimitReached
    budget: ByteBudget


@frozen
class CallServer:
    """Serves calls to a set of methods.

    Args:
        methods: By path, as `/package.Service/Method`.
        codec: Turns messages into bytes and back.
        terms: On which terms messages are taken.
    """

    methods: Mapping[str, Handler]
    codec: CodecBase
    terms: Terms

    async def __call__(self, stream: Stream, headers: Headers, shutdown: trio.CancelScope) -> None:
        """Serves one call. Whatever its handler does, the client gets a status.

        Cancelled, it says nothing: the client is gone. A handler cancelled by `shutdown`
        answers UNAVAILABLE, one that outlives the client's deadline DEADLINE_EXCEEDED, one
        that fails UNKNOWN.
        """
        try:
            await self._serve(stream, headers, shutdown)
        except (ProtocolError, trio.BrokenResourceError):
            _log.debug("the stream was closed while it was being answered")
        except Exception:  # noqa: BLE001 - the stream boundary: one call must not end its neighbours
            _log.exception("a call could not be answered")
        if stream.closable:
            # The answer is complete, or never will be; either way the rest of the request is
            # not wanted (RFC 9113 section 8.1).
            stream.reset_nowait()

    async def _serve(self, stream: Stream, headers: Headers, shutdown: trio.CancelScope) -> None:
        fields = dict(headers)
        if fields[":method"] != "POST":
            return await server._abort(stream, 405)  # noqa: SLF001 - see the package's docstring
        content_type = fields.get("content-type", "")
        base, _, subtype = content_type.partition("+")
        if base != GRPC_CONTENT_TYPE or subtype not in ("", self.codec.__content_subtype__):
            return await _refuse(stream, 415, Status.UNKNOWN, "unacceptable content-type")
        if fields.get("te") != "trailers":
            return await _refuse(stream, 400, Status.UNKNOWN, "te: trailers is missing")
        path = fields[":path"]
        method = self.methods.get(path)
        if method is None:
            return await _refuse(stream, 200, Status.UNIMPLEMENTED, "unknown method")
        try:
            deadline = _deadline(headers)
            metadata = decode_metadata(headers)
        except (ValueError, binascii.Error):
            return await _refuse(stream, 200, Status.INTERNAL, "malformed grpc-timeout or -bin")
        call = ServerStream(
            stream,
            path,
            method.cardinality,
            method.request_type,
            method.reply_type,
            codec=self.codec,
            status_details_codec=None,
            dispatch=_DispatchServerEvents(),
            deadline=deadline,
            user_agent=fields.get("user-agent"),
        )
        call.terms = self.terms
        call.metadata = metadata
        try:
            async with call:
                await _handle(method, call, deadline, shutdown)
        finally:
            call.release()
        return None


async def _handle(
    method: Handler, call: ServerStream, deadline: Deadline | None, shutdown: trio.CancelScope
) -> None:
    seconds = float("inf") if deadline is None else deadline.time_remaining()
    try:
        with shutdown, trio.move_on_after(seconds) as expiry:
            await method.func(call)
    except (GRPCError, ProtocolError, trio.BrokenResourceError):
        raise
    except BaseExceptionGroup as group:
        cause = _single_cause(group)
        raise cause from (None if cause is group else group)
    except Exception:
        _log.exception("the handler of %s failed", call._method_name)  # noqa: SLF001 - grpclib keeps it there
        raise
    if expiry.cancelled_caught:
        raise GRPCError(Status.DEADLINE_EXCEEDED)
    if shutdown.cancelled_caught:
        raise GRPCError(Status.UNAVAILABLE, "the server is shutting down")


def _single_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Returns the status that a handler raised inside a nursery, if it raised nothing else.

    Tasks that were cancelled together come as a group, and are no failure.
    """
    statuses, rest = group.split(GRPCError)
    if statuses is None or rest is not None:
        failed = group.split(trio.Cancelled)[1]
        if failed is not None:
            _log.error("a handler failed", exc_info=failed)
        return group
    cause: BaseException = statuses
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause


def _deadline(headers: Headers) -> Deadline | None:
    for name, value in headers:
        if name == "grpc-timeout" and len(value) > _TIMEOUT_DIGITS + 1:
            message = "grpc-timeout has too many digits"
            raise ValueError(message)
    return Deadline.from_headers(headers)


async def _refuse(stream: Stream, http_status: int, status: Status, message: str) -> None:
    await server._abort(stream, http_status, status, message)  # noqa: SLF001 - see the package's docstring
