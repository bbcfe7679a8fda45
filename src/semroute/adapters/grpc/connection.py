"""One accepted connection: a reader, a writer, a watchman and its calls."""

import logging
from typing import Final

import trio
from attrs import field, frozen
from h2.errors import ErrorCodes

from .calls import Calls, RunCall
from .limits import LimitReached, Limits
from .protocol import ServerProtocol
from .transport import Transport

_log = logging.getLogger(__name__)

_READ_BYTES: Final = 64 * 1024


@frozen(eq=False)
class Connections:
    """All connections of one server.

    Args:
        run_call: Serves one call.
        limits: What each peer may ask for.
        limited: Told when one asked for more.
    """

    run_call: RunCall
    limits: Limits
    limited: LimitReached
    _open: set["_Open"] = field(init=False, factory=set)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def calls(self) -> int:
        """How many calls are being served."""
        return sum(len(connection.calls) for connection in self._open)

    async def serve(self, stream: trio.abc.HalfCloseableStream) -> None:
        """Serves one peer until either side closes. Cancelled, it drops everything at once."""
        try:
            async with stream:
                if len(self._open) >= self.limits.max_connections:
                    self.limited("connections")
                    return
                transport = Transport(stream, self.limits, self.limited)
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(transport.run)
                    await self._serve(stream, transport)
                    transport.close()
                await self._linger(stream)
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the peer left without a word, as is its right
        except* Exception as failures:  # noqa: BLE001 - the connection boundary: its neighbours go on
            _log.exception("a connection failed", exc_info=failures)

    async def drain(self) -> None:
        """Asks every peer to go elsewhere, and returns when all calls are finished.

        Cancelled, it leaves the calls that still run; `shut_down` ends those.
        """
        async with trio.open_nursery() as nursery:
            for connection in tuple(self._open):
                nursery.start_soon(connection.drain)

    def shut_down(self) -> None:
        """Ends every call with UNAVAILABLE and every connection after it."""
        for connection in tuple(self._open):
            connection.shut_down()

    async def _serve(self, stream: trio.abc.Stream, transport: Transport) -> None:
        async with trio.open_nursery() as background, trio.open_nursery() as nursery:
            calls = Calls(self.run_call, nursery, self.limits, self.limited)
            protocol = ServerProtocol(calls, transport, self.limits, self.limited)
            connection = _Open(calls, protocol, background, self.limits, self.limited)
            calls.attach(connection)
            self._open.add(connection)
            background.start_soon(connection.watch)
            try:
                await _read(stream, transport, protocol)
            finally:
                self._open.discard(connection)
                protocol.connection_lost()
                background.cancel_scope.cancel()

    async def _linger(self, stream: trio.abc.HalfCloseableStream) -> None:
        """Lets the peer read our last words.

        Closing a socket with unread input makes the system reset the connection, and the
        peer may then never see the GOAWAY that explains why.
        """
        with trio.move_on_after(self.limits.close_seconds):
            await stream.send_eof()
            while await stream.receive_some(_READ_BYTES):
                pass


async def _read(stream: trio.abc.Stream, transport: Transport, protocol: ServerProtocol) -> None:
    with transport.reading as reading:
        reading.deadline = protocol.deadline
        while data := await stream.receive_some(_READ_BYTES):
            protocol.data_received(data)
            reading.deadline = protocol.deadline
    if reading.cancelled_caught and not transport.is_closing():
        protocol.overslept()


@frozen(eq=False)
class _Open:
    """A connection that is being served."""

    calls: Calls
    protocol: ServerProtocol
    nursery: trio.Nursery
    limits: Limits
    limited: LimitReached

    async def watch(self) -> None:
        """Gives up on a peer that has gone without a word, and on one that has no use for us."""
        while True:
            await trio.sleep(self.limits.keepalive_seconds)
            now = trio.current_time()
            if not self.calls and now - self.calls.idle_since >= self.limits.idle_seconds:
                self.limited("idle_seconds")
                self.retire()
                return
            if now - self.protocol.last_read >= self.limits.keepalive_seconds:
                with trio.move_on_after(self.limits.keepalive_timeout_seconds) as patience:
                    await self.protocol.ping()
                if patience.cancelled_caught:
                    self.limited("keepalive")
                    self.abort(ErrorCodes.NO_ERROR)
                    return

    def abort(self, code: ErrorCodes) -> None:
        self.protocol.abort(code)

    def retire(self) -> None:
        self.nursery.start_soon(self.drain)

    async def drain(self) -> None:
        with trio.move_on_after(self.limits.close_seconds):
            await self.protocol.say_goodbye()
        self.protocol.refuse_new_calls()
        idle = trio.Event()
        self.calls.when_idle(idle.set)
        await idle.wait()
        self.protocol.close()

    def shut_down(self) -> None:
        self.protocol.refuse_new_calls()
        self.calls.shut_down()
        self.calls.when_idle(self.protocol.close)
