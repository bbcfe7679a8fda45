"""A raw HTTP/2 client: it can say what no gRPC library would."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio
from attrs import define, field
from grpclib.const import Cardinality, Handler
from grpclib.encoding.base import CodecBase
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from hyperframe.frame import Frame, GoAwayFrame

from semroute.adapters.grpc import Limits, Server
from semroute.domain.budget import ByteBudget

Pairs = list[tuple[str, str]]
Behaviour = Callable[[Any], Any]


class BytesCodec(CodecBase):
    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> Any:
        return data


class Methods:
    """Streaming methods under `/t.T/`, each given as a function of its stream."""

    def __init__(self, **methods: Behaviour) -> None:
        self._methods = methods

    def __mapping__(self) -> dict[str, Handler]:
        return {
            f"/t.T/{name}": Handler(method, Cardinality.STREAM_STREAM, bytes, bytes)
            for name, method in self._methods.items()
        }


async def echo(stream: Any) -> None:
    async for message in stream:
        await stream.send_message(message)


def framed(message: bytes, *, flag: int = 0, size: int | None = None) -> bytes:
    return bytes([flag]) + (len(message) if size is None else size).to_bytes(4) + message


def request_headers(path: str = "/t.T/echo") -> dict[str, str]:
    return {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "test",
        "te": "trailers",
        "content-type": "application/grpc",
    }


class _Client(H2Connection):
    """A client that goes on after a polite GOAWAY, as gRPC clients do and h2's does not."""

    def __init__(self) -> None:
        super().__init__(H2Configuration(client_side=True, header_encoding="latin-1"))

    def _receive_goaway_frame(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        if frame.error_code:
            return super()._receive_goaway_frame(frame)
        event = ConnectionTerminated()
        event.error_code, event.last_stream_id = ErrorCodes.NO_ERROR, frame.last_stream_id
        return [], [event]


@define(eq=False)
class Peer:
    stream: trio.abc.HalfCloseableStream
    h2: H2Connection = field(factory=_Client)
    events: list[Event] = field(factory=list)
    is_closed: bool = False

    async def connect(self) -> None:
        self.h2.initiate_connection()
        await self.flush()

    async def flush(self) -> None:
        if data := self.h2.data_to_send():
            await self.stream.send_all(data)

    async def open(self, path: str = "/t.T/echo", headers: Pairs | None = None) -> int:
        stream_id = self.h2.get_next_available_stream_id()
        fields = list(request_headers(path).items()) if headers is None else headers
        self.h2.send_headers(stream_id, fields)
        await self.flush()
        return stream_id

    async def send(self, stream_id: int, data: bytes, *, end: bool = False) -> None:
        self.h2.send_data(stream_id, data, end_stream=end)
        await self.flush()

    async def read(self) -> None:
        """Takes whatever comes next."""
        data = await self.stream.receive_some()
        if not data:
            self.is_closed = True
            return
        events = self.h2.receive_data(bytes(data))
        for event in events:
            if isinstance(event, DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.events += events
        await self.flush()

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Reads until the condition holds, and returns what it returned."""
        with trio.fail_after(10):
            while not (result := condition()):
                assert not self.is_closed, "the server closed the connection"
                await self.read()
            return result

    async def status(self, stream_id: int) -> str:
        """The gRPC status the stream ends with."""
        return str(await self.until(lambda: self.header(stream_id, "grpc-status")))

    async def until_closed(self) -> None:
        with trio.fail_after(10):
            while not self.is_closed:
                await self.read()

    def header(self, stream_id: int, name: str) -> str | None:
        for event in self.events:
            if isinstance(event, ResponseReceived | TrailersReceived):
                fields = {str(key): str(value) for key, value in event.headers}
                if event.stream_id == stream_id and name in fields:
                    return fields[name]
        return None

    def reset(self, stream_id: int) -> StreamReset | None:
        resets = (event for event in self.events if isinstance(event, StreamReset))
        return next((event for event in resets if event.stream_id == stream_id), None)

    def ended(self, stream_id: int) -> bool:
        return any(
            isinstance(event, StreamEnded) and event.stream_id == stream_id for event in self.events
        )

    def goaways(self) -> list[ConnectionTerminated]:
        return [event for event in self.events if isinstance(event, ConnectionTerminated)]

    def data(self, stream_id: int) -> bytes:
        return b"".join(
            event.data
            for event in self.events
            if isinstance(event, DataReceived) and event.stream_id == stream_id
        )


@asynccontextmanager
async def serving(
    limits: Limits | None = None,
    *,
    reached: list[str] | None = None,
    budget: ByteBudget | None = None,
    **methods: Behaviour,
) -> AsyncIterator[tuple[trio.abc.HalfCloseableStream, Server]]:
    """A server with these methods, and a stream that leads to it in memory.

    Args:
        limits: The server's.
        reached: Gets the names of limits that are reached.
        budget: The server's.
        methods: By name, under `/t.T/`.
    """
    limited = (lambda _: None) if reached is None else reached.append
    server = Server(
        [Methods(**methods)], limits, limited=limited, budget=budget, codec=BytesCodec()
    )
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        yield ours, server
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def connected(
    limits: Limits | None = None,
    *,
    reached: list[str] | None = None,
    budget: ByteBudget | None = None,
    **methods: Behaviour,
) -> AsyncIterator[tuple[Peer, Server]]:
    """The same, with a peer that has introduced itself."""
    async with serving(limits, reached=reached, budget=budget, **methods) as (stream, server):
        peer = Peer(stream)
        await peer.connect()
        yield peer, server
