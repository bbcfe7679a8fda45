"""grpclib's protocol layer with Trio's scheduler under it.

Each class below takes over its grpclib namesake and replaces only what is bound to asyncio, or
what grpclib gets wrong:

* an empty DATA frame is not the end of the stream;
* an event without a processor is ignored (RFC 9113 section 5.5), where grpclib raises;
* a GOAWAY that h2 has queued over a protocol error is sent before the connection closes;
* a malformed request is reset, where grpclib leaves its stream open for ever.
"""

import logging
import time
from collections import deque
from functools import partial
from typing import Any, Final, cast

from grpclib import protocol
from grpclib.config import Configuration
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, RequestReceived
from h2.events import Event as H2Event
from h2.exceptions import ProtocolError

from .calls import Calls
from .http2 import LAST_POSSIBLE_STREAM, ServerConnection, goaway, is_well_formed
from .limits import Limits
from .primitives import Event, Queue
from .transport import Transport

_log = logging.getLogger(__name__)


_GOODBYE: Final = b"goodbye!"


class TruncatedError(Exception):
    """The peer ended its stream in the middle of a message."""


class Buffer(protocol.Buffer):
    """The bytes of one stream, acknowledged to the peer as they are read."""

    def __init__(self, ack: Any) -> None:  # noqa: ANN401 - grpclib's own callback type
        super().__init__(ack)
        self._unacked = cast("Any", Queue[protocol.UnackedData]())
        self._acked = deque()

    def add(self, data: bytes, ack_size: int) -> None:
        """Takes the payload of a DATA frame."""
        if ack_size:
            super().add(data, ack_size)

    async def read(self, size: int) -> bytes:
        """Returns exactly `size` bytes, or none at the end of the stream.

        Raises:
            TruncatedError: The stream ends sooner.
        """
        try:
            return await super().read(size)
        except AssertionError as error:  # how grpclib says it
            raise TruncatedError from error


class Stream(protocol.Stream):
    """One HTTP/2 stream."""

    def __init__(
        self, connection: "Connection", h2: ServerConnection, transport: Transport, stream_id: int
    ) -> None:
        super().__init__(connection, h2, cast("Any", transport))
        self.window_updated = cast("Any", Event())
        self.id = stream_id
        self.buffer = Buffer(partial(connection.ack, stream_id))
        connection.streams_started += 1
        self.created = connection.last_stream_created = time.monotonic()


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

    def reset(self, stream_id: int, code: ErrorCodes) -> None:
        """Resets a stream that never became a call."""
        self._h2.reset_stream(stream_id, code)

    def ping_ack_process(self) -> None:
        """Notes that the peer answered a ping."""
        self.ping_acked.set()


class Processor(protocol.EventsProcessor):
    """Turns h2's events into calls."""

    handler: Calls
    connection: Connection

    def process(self, event: H2Event) -> None:
        """Handles one event; kinds we do not know are ignored."""
        handle = getattr(self, "processors", {}).get(event.__class__)
        if handle is not None:
            handle(event)

    def process_request_received(self, event: RequestReceived) -> None:
        """Starts a call, unless its header list is malformed (RFC 9113 section 8.1.1)."""
        if not is_well_formed(event.headers):
            self.connection.reset(event.stream_id, ErrorCodes.PROTOCOL_ERROR)
            return
        stream = self.connection.create_stream(stream_id=event.stream_id)
        text = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
        self.handler.accept(stream, text, self.register(stream))

    def process_connection_terminated(self, event: ConnectionTerminated) -> None:
        """Closes the connection; after a polite GOAWAY only once its calls are finished."""
        if event.error_code == ErrorCodes.NO_ERROR:
            self.handler.when_idle(partial(self.close, "the peer went away"))
        else:
            super().process_connection_terminated(event)


class ServerProtocol:
    """One connection from the first byte to the last, without I/O of its own."""

    def __init__(self, calls: Calls, transport: Transport, limits: Limits) -> None:
        self._transport = transport
        self._calls = calls
        self._h2 = ServerConnection(limits)
        self._connection = Connection(self._h2, transport)
        self._processor = Processor(calls, self._connection)
        transport.attach(self._connection)
        self._connection.flush()

    def data_received(self, data: bytes | bytearray) -> None:
        """Takes bytes from the peer. A peer that breaks the protocol gets GOAWAY."""
        try:
            events = self._connection.feed(bytes(data))
        except ProtocolError as error:
            _log.debug("the peer broke the protocol: %s", error)
            self._connection.flush()
            self._processor.close("protocol error")
            return
        for event in events:
            self._processor.process(event)
        if not self._transport.is_closing():
            self._connection.flush()

    def connection_lost(self) -> None:
        """Cancels every call: nobody is left to answer."""
        self._processor.close("connection lost")

    async def say_goodbye(self) -> None:
        """Asks the peer to open no more streams, and returns once it has heard.

        This is the first GOAWAY of two (RFC 9113 section 6.8). Streams that the peer opens
        meanwhile are served; `refuse_new_calls` sends the second. Against a peer that never
        answers the ping, cancel it.
        """
        if self._transport.is_closing():
            return
        self._transport.write(goaway(LAST_POSSIBLE_STREAM))
        self._connection.ping_acked.clear()
        self._h2.ping(_GOODBYE)
        self._connection.flush()
        await self._connection.ping_acked.wait()

    def refuse_new_calls(self) -> None:
        """Tells the peer which stream was the last, and resets every later one."""
        self._transport.write(goaway(self._calls.stop_accepting()))

    def close(self) -> None:
        """Closes the connection once everything queued is sent."""
        self._processor.close("closing")
