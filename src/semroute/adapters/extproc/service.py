"""The gRPC service Envoy calls, once for every HTTP request."""

from collections.abc import Awaitable, Callable
from typing import Final

import trio
from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Stream
from h2.exceptions import ProtocolError

from semroute.domain.errors import OverBudgetError, StreamGoneError, UnexpectedEventError
from semroute.domain.exchange.events import Event
from semroute.domain.exchange.replies import Reply
from semroute.domain.ports import ExchangeStream

from ._pb.extproc_pb2 import ProcessingRequest, ProcessingResponse
from .messages import UnsupportedModeError, event_of, extension_of, message_of

SERVICE_NAME: Final = "envoy.service.ext_proc.v3.ExternalProcessor"

GrpcStream = Stream[ProcessingRequest, ProcessingResponse]


class ExtProcService:
    """Hands each stream to a conversation.

    A conversation that returns while a message of Envoy's is unanswered ends the stream with
    an error: Envoy takes a clean end for consent, and would send the request on unprocessed
    even where it is told to fail closed.

    Args:
        converse: Holds one conversation from its first event to its last reply.
    """

    def __init__(self, converse: Callable[[ExchangeStream], Awaitable[None]]) -> None:
        self._converse = converse

    async def process(self, grpc_stream: GrpcStream) -> None:
        """Serves one stream.

        Raises:
            GRPCError: Envoy's messages make no sense, or one was left unanswered.
        """
        stream = EnvoyStream(grpc_stream)
        try:
            await self._converse(stream)
        except UnsupportedModeError as error:
            raise GRPCError(Status.UNIMPLEMENTED, str(error)) from error
        except UnexpectedEventError as error:
            raise GRPCError(Status.INVALID_ARGUMENT, str(error)) from error
        except OverBudgetError as error:
            raise GRPCError(Status.RESOURCE_EXHAUSTED, str(error)) from error
        if stream.owes_reply:
            raise GRPCError(Status.INTERNAL, "a message was left unanswered")

    def __mapping__(self) -> dict[str, Handler]:
        return {
            f"/{SERVICE_NAME}/Process": Handler(
                self.process, Cardinality.STREAM_STREAM, ProcessingRequest, ProcessingResponse
            )
        }


class EnvoyStream:
    """One ExtProc stream as the domain sees it.

    Args:
        stream: The gRPC call.
    """

    def __init__(self, stream: GrpcStream) -> None:
        self._stream = stream
        self.owes_reply = False

    async def receive(self) -> Event | None:
        """Returns what Envoy says next."""
        message = await self._stream.recv_message()
        if message is None:
            return None
        # In observability mode nothing is owed: whatever we answered would be ignored.
        self.owes_reply |= not message.observability_mode
        return event_of(message)

    async def reply(self, reply: Reply) -> None:
        """Answers the event received last.

        Raises:
            StreamGoneError: Envoy has reset the stream.
        """
        await self._send(message_of(reply))
        self.owes_reply = False

    async def extend(self, seconds: float) -> None:
        """Asks Envoy to wait longer, which leaves the reply owed.

        Raises:
            StreamGoneError: Envoy has reset the stream.
        """
        await self._send(extension_of(seconds))

    async def _send(self, message: ProcessingResponse) -> None:
        try:
            await self._stream.send_message(message)
        except (ProtocolError, trio.BrokenResourceError) as error:
            gone = "the stream was reset before it was answered"
            raise StreamGoneError(gone) from error
