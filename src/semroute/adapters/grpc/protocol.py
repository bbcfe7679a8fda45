"""grpclib's protocol layer with Trio's scheduler under it.

Each class below takes over its grpclib namesake and replaces only what is bound to asyncio, or
what grpclib gets wrong:

* an event without a processor is ignored (RFC 9113 section 5.5), where grpclib raises;
* a GOAWAY that h2 has queued over a protocol error is sent before the connection closes;
* a malformed request is counted among the resets that a peer causes;
* a peer that leaves politely gets the answers it waits for.
"""

import logging
from functools import partial
from typing import Any, Final, cast

import trio
from grpclib import protocol
from grpclib.config import Configuration
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, RemoteSettingsChanged, RequestReceived, StreamReset
from h2.events import Event as H2Event
from h2.exceptions import ProtocolError

from .calls import Calls
from .http2 import LAST_POSSIBLE_STREAM, ServerConnection, goaway, limit_behind
from .limits import LimitReached, Limits
from .primitives import Event
from .streams import Stream
from .transport import Transport

_log = logging.getLogger(__name__)

_PING: Final = b"semroute"
_FRAMES_PER_WINDOW_UPDATE: Final = 2  # what a peer may send us for every frame it gets


class Connection(protocol.Connection):
    """Joins an HTTP/2 connection to its transport."""

    def __init__(self, h2: ServerConnection, transport: Transport) -> None:
        super().__init__(h2, cast("Any", transport), config=Configuration().__for_server__())
        self.write_ready = cast("Any", Event(is_set=True))
        self.stream_close_waiter = cast("Any", Event())
        self.ping_acked = Event()
        self._h2 = h2

    def create_stream(self, *, stream_id: int | None = None, wrapper: Any = None) -> Stream:  # noqa: ANN401, ARG002 - grpclib's signature; wrappers are a client's affair
        """Returns the stream that the peer has just opened."""
        assert stream_id is not None
        return Stream(self, self._h2, cast("Any", self._transport), stream_id)

    def data_send_process(self) -> None:
        """Notes that a DATA frame was sent; the peer answers it with window updates."""
        super().data_send_process()
        self._h2.flood.work(_FRAMES_PER_WINDOW_UPDATE)

    def ping_ack_process(self) -> None:
        """Notes that the peer answered a ping."""
        self.ping_acked.set()


class Processor(protocol.EventsProcessor):
    """Turns h2's events into calls."""

    handler: Calls
    connection: Connection
    has_settings = False

    def process(self, event: H2Event) -> None:
        """Handles one event; kinds we do not know are ignored."""
        handle = getattr(self, "processors", {}).get(event.__class__)
        if handle is not None:
            handle(event)

    def process_remote_settings_changed(self, event: RemoteSettingsChanged) -> None:
        """Notes that the peer has introduced itself."""
        self.has_settings = True
        super().process_remote_settings_changed(event)

    def process_request_received(self, event: RequestReceived) -> None:
        """Starts a call."""
        stream = self.connection.create_stream(stream_id=event.stream_id)
        text = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
        self.handler.accept(stream, text, self.register(stream))

    def process_stream_reset(self, event: StreamReset) -> None:
        """Ends a call. A malformed request is reset before it is one."""
        if event.stream_id not in self.streams and not event.remote_reset:
            self.handler.reset_in_silence()
        super().process_stream_reset(event)

    def process_connection_terminated(self, event: ConnectionTerminated) -> None:
        """Closes the connection; after a polite GOAWAY only once its calls are finished."""
        if event.error_code == ErrorCodes.NO_ERROR:
            self.handler.when_idle(partial(self.close, "the peer went away"))
        else:
            super().process_connection_terminated(event)


class ServerProtocol:
    """One connection from the first byte to the last, without I/O of its own.

    Args:
        calls: Its calls.
        transport: Its bytes.
        limits: What the peer may do.
        limited: Told when it did more.
    """

    def __init__(
        self, calls: Calls, transport: Transport, limits: Limits, limited: LimitReached
    ) -> None:
        self._transport = transport
        self._calls = calls
        self._limits = limits
        self._limited = limited
        self._h2 = ServerConnection(limits, trio.current_time)
        self._connection = Connection(self._h2, transport)
        self._processor = Processor(calls, self._connection)
        self._opened = self.last_read = trio.current_time()
        self._part_since: float | None = None
        transport.attach(self._connection)
        self._connection.flush()

    @property
    def deadline(self) -> float:
        """When the peer must have sent more, if it is to be taken seriously."""
        if not self._processor.has_settings:
            return self._opened + self._limits.handshake_seconds
        if self._part_since is not None:
            return self._part_since + self._limits.progress_seconds
        return float("inf")

    def data_received(self, data: bytes | bytearray) -> None:
        """Takes bytes from the peer. A peer that breaks the protocol gets GOAWAY."""
        self.last_read = trio.current_time()
        frames_before = self._h2.frames
        try:
            events = self._connection.feed(bytes(data))
        except ProtocolError as error:
            limit = limit_behind(error)
            if limit is not None:
                self._limited(limit)
            _log.debug("the peer broke the protocol: %s", error)
            self._connection.flush()
            self._processor.close("protocol error")
            return
        for event in events:
            self._processor.process(event)
        if not self._transport.is_closing():
            self._connection.flush()
        # A trickle of bytes does not move the deadline; only a whole frame does.
        if not self._h2.has_part_of_something:
            self._part_since = None
        elif self._part_since is None or self._h2.frames != frames_before:
            self._part_since = self.last_read

    def overslept(self) -> None:
        """Gives up on a peer that let its deadline pass."""
        is_settled = self._processor.has_settings
        self._limited("progress_seconds" if is_settled else "handshake_seconds")
        self.abort(ErrorCodes.ENHANCE_YOUR_CALM if is_settled else ErrorCodes.SETTINGS_TIMEOUT)

    def connection_lost(self) -> None:
        """Cancels every call: nobody is left to answer, not even a ping."""
        self._processor.close("connection lost")
        self._connection.ping_acked.set()

    async def ping(self) -> None:
        """Asks the peer whether it is still there; returns once it has said so, or has left."""
        self._connection.ping_acked.clear()
        self._h2.ping(_PING)
        self._connection.flush()
        await self._connection.ping_acked.wait()

    async def say_goodbye(self) -> None:
        """Asks the peer to open no more streams, and returns once it has heard.

        This is the first GOAWAY of two (RFC 9113 section 6.8). Streams that the peer opens
        meanwhile are served; `refuse_new_calls` sends the second. Against a peer that never
        answers the ping, cancel it.
        """
        if not self._transport.is_closing():
            self._transport.write(goaway(LAST_POSSIBLE_STREAM))
            await self.ping()

    def refuse_new_calls(self) -> None:
        """Tells the peer which stream was the last, and resets every later one."""
        self._transport.write(goaway(self._calls.stop_accepting()))

    def abort(self, code: ErrorCodes) -> None:
        """Ends the connection for a reason, with everything on it."""
        self._transport.write(goaway(self._calls.last_stream_id, code))
        self._processor.close("aborted")

    def close(self) -> None:
        """Closes the connection once everything queued is sent."""
        self._processor.close("closing")
