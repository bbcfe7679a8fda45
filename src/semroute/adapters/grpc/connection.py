"""One accepted connection: a reader, a writer and its calls."""

from typing import Final

import trio
from attrs import field, frozen

from .calls import Calls, RunCall
from .limits import Limits
from .protocol import ServerProtocol
from .transport import Transport

_READ_BYTES: Final = 64 * 1024


@frozen(eq=False)
class Connections:
    """All connections of one server.

    Args:
        run_call: Serves one call.
        limits: What each peer may ask for.
    """

    run_call: RunCall
    limits: Limits
    _open: set["_Open"] = field(init=False, factory=set)

    @property
    def calls(self) -> int:
        """How many calls are being served."""
        return sum(len(connection.calls) for connection in self._open)

    async def serve(self, stream: trio.abc.HalfCloseableStream) -> None:
        """Serves one peer until either side closes. Cancelled, it drops everything at once."""
        transport = Transport(stream, self.limits)
        try:
            async with stream:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(transport.run)
                    await self._serve(stream, transport)
                    transport.close()
                await self._linger(stream)
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the peer left without a word, as is its right

    async def drain(self) -> None:
        """Asks every peer to go elsewhere, and returns when all calls are finished.

        Cancelled, it leaves the calls that still run; `shut_down` ends those.
        """
        async with trio.open_nursery() as nursery:
            for connection in tuple(self._open):
                nursery.start_soon(connection.drain, self.limits.close_seconds)

    def shut_down(self) -> None:
        """Ends every call with UNAVAILABLE and every connection after it."""
        for connection in tuple(self._open):
            connection.shut_down()

    async def _serve(self, stream: trio.abc.Stream, transport: Transport) -> None:
        async with trio.open_nursery() as nursery:
            calls = Calls(self.run_call, nursery, self.limits)
            protocol = ServerProtocol(calls, transport, self.limits)
            connection = _Open(calls, protocol)
            self._open.add(connection)
            try:
                with transport.reading:
                    while data := await stream.receive_some(_READ_BYTES):
                        protocol.data_received(data)
            finally:
                self._open.discard(connection)
                protocol.connection_lost()

    async def _linger(self, stream: trio.abc.HalfCloseableStream) -> None:
        """Lets the peer read our last words.

        Closing a socket with unread input makes the system reset the connection, and the
        peer may then never see the GOAWAY that explains why.
        """
        with trio.move_on_after(self.limits.close_seconds):
            await stream.send_eof()
            while await stream.receive_some(_READ_BYTES):
                pass


@frozen(eq=False)
class _Open:
    """A connection that is being served."""

    calls: Calls
    protocol: ServerProtocol

    async def drain(self, round_trip_seconds: float) -> None:
        with trio.move_on_after(round_trip_seconds):
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
