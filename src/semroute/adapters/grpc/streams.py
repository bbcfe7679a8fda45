"""One HTTP/2 stream and its bytes: grpclib's, with Trio's scheduler under them."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast

from grpclib import protocol
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError

from .http2 import ServerConnection
from .primitives import Event, Queue
from .transport import Transport


class TruncatedError(Exception):
    """The peer ended its stream in the middle of a message."""


class Buffer(protocol.Buffer):
    """The bytes of one stream, acknowledged to the peer as they are read."""

    def __init__(self, ack: Callable[[int], None]) -> None:
        super().__init__(ack)
        self._unacked = cast("Any", Queue[protocol.UnackedData]())

    def add(self, data: bytes, ack_size: int) -> None:
        """Takes the payload of a DATA frame. An empty one is not the end of the stream."""
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
    """One HTTP/2 stream.

    Attributes:
        has_spoken: Whether a whole message has come from it.
    """

    def __init__(
        self,
        connection: protocol.Connection,
        h2: ServerConnection,
        transport: Transport,
        stream_id: int,
    ) -> None:
        super().__init__(connection, h2, cast("Any", transport))
        self.has_spoken = False
        self.window_updated = cast("Any", Event())
        self.id = stream_id
        self.buffer = Buffer(partial(connection.ack, stream_id))
        connection.streams_started += 1
        self.created = connection.last_stream_created = time.monotonic()

    def reset_nowait(self, error_code: ErrorCodes = ErrorCodes.NO_ERROR) -> None:
        """Resets the stream, unless the peer has done so in the bytes it sent last."""
        with suppress(ProtocolError):
            super().reset_nowait(error_code)
