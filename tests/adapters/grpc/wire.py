"""A client that speaks HTTP/2 in single frames, right or wrong."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias, TypeVar

import trio
from attrs import define, field, frozen
from h2.errors import ErrorCodes
from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
)

from semroute.adapters.grpc import Limits

from .peer import echo, framed, request_headers, serving

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HELLO: Final = framed(b"hello")

_PING: Final = b"are you?"


@frozen
class Goaway:
    """The connection ends for one of these reasons."""

    codes: tuple[ErrorCodes, ...]


@frozen
class Reset:
    """The stream is reset for one of these reasons, and the connection goes on."""

    codes: tuple[ErrorCodes, ...]
    stream: int = 1


@frozen
class Answer:
    """The stream is answered with this gRPC status, and the connection goes on."""

    status: str = "0"
    stream: int = 1


@frozen
class Ignored:
    """Nothing happens, and the connection goes on."""


AnyFrame = TypeVar("AnyFrame", bound=Frame)
Outcome: TypeAlias = Goaway | Reset | Answer | Ignored


@define
class Speech:
    """What is said in one case.

    Attributes:
        encoder: The connection's header compression, which remembers what it has sent.
    """

    encoder: Encoder = field(factory=Encoder)

    def headers(
        self,
        stream: int = 1,
        changes: Mapping[str, str | None] | None = None,
        *flags: str,
        more: tuple[tuple[str, str], ...] = (),
    ) -> HeadersFrame:
        """A request for `echo` with some fields changed, None removing one, and `more` of them."""
        fields = request_headers() | dict(changes or {})
        pairs = [(name, value) for name, value in fields.items() if value is not None]
        return self.block(stream, self.encoder.encode([*pairs, *more]), *flags)

    @staticmethod
    def block(stream: int, block: bytes, *flags: str) -> HeadersFrame:
        """A whole header block, as bytes."""
        return flagged(HeadersFrame(stream, data=block), "END_HEADERS", *flags)

    def request(self, stream: int = 1) -> bytes:
        """A whole call."""
        return said(self.headers(stream), data(stream, HELLO, "END_STREAM"))


def flagged(frame: AnyFrame, *flags: str) -> AnyFrame:
    for flag in flags:
        frame.flags.add(flag)
    return frame


def data(stream: int, payload: bytes, *flags: str, pad: int | None = None) -> DataFrame:
    frame = DataFrame(stream, data=payload, pad_length=pad or 0)
    return flagged(frame, *flags, *(() if pad is None else ("PADDED",)))


def raw(kind: int, payload: bytes = b"", stream: int = 0, flags: int = 0) -> bytes:
    """A frame that no library would write."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def said(*parts: Frame | bytes) -> bytes:
    return b"".join(part if isinstance(part, bytes) else part.serialize() for part in parts)


Script: TypeAlias = Callable[[Speech], bytes]


@define(eq=False)
class Wire:
    """What goes over one connection, frame by frame."""

    stream: trio.abc.HalfCloseableStream
    frames: list[Frame] = field(factory=list)
    fields: dict[int, dict[str, str]] = field(factory=dict)
    is_closed: bool = False
    _decoder: Decoder = field(factory=Decoder)
    _unread: bytes = b""

    async def say(self, *parts: Frame | bytes) -> None:
        await self.stream.send_all(said(*parts))

    async def read(self) -> None:
        received = await self.stream.receive_some()
        self.is_closed = not received
        self._unread += bytes(received)
        while len(self._unread) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self._unread[:9]))
            if len(self._unread) < 9 + length:
                return
            frame.parse_body(memoryview(self._unread[9 : 9 + length]))
            self._unread = self._unread[9 + length :]
            self.frames.append(frame)
            if isinstance(frame, HeadersFrame):
                pairs = {str(name): str(value) for name, value in self._decoder.decode(frame.data)}
                self.fields.setdefault(frame.stream_id, {}).update(pairs)

    async def until(self, condition: Callable[[], Any]) -> Any:
        with trio.fail_after(10):
            while not (result := condition()):
                assert not self.is_closed, f"closed after {self.frames}"
                await self.read()
            return result

    async def until_closed(self) -> None:
        with trio.fail_after(10):
            while not self.is_closed:
                await self.read()

    def first(self, kind: type[Frame], stream: int | None = None) -> Any:
        frames = (frame for frame in self.frames if isinstance(frame, kind))
        return next((frame for frame in frames if stream in (None, frame.stream_id)), None)

    async def lives(self) -> None:
        """Waits until the server has dealt with everything said so far."""
        await self.say(PingFrame(0, opaque_data=_PING))
        await self.until(
            lambda: any(
                isinstance(frame, PingFrame) and frame.opaque_data == _PING for frame in self.frames
            )
        )

    async def goes(self, outcome: Outcome, speech: Speech) -> None:
        """Waits for an outcome, and asserts that nothing else came of it."""
        match outcome:
            case Goaway(codes):
                last = await self.until(lambda: self.first(GoAwayFrame))
                assert ErrorCodes(last.error_code) in codes
                await self.until_closed()
                return
            case Reset(codes, stream):
                reset = await self.until(lambda: self.first(RstStreamFrame, stream))
                assert ErrorCodes(reset.error_code) in codes
            case Answer(status, stream):
                await self.until(lambda: "grpc-status" in self.fields.get(stream, {}))
                assert self.fields[stream]["grpc-status"] == status
            case Ignored():
                await self.lives()
                assert self.first(RstStreamFrame) is None
        # Whatever became of that, the connection serves the next call.
        await self.say(speech.request(999))
        await self.goes_on(999)

    async def goes_on(self, stream: int) -> None:
        await self.until(lambda: "grpc-status" in self.fields.get(stream, {}))
        assert self.fields[stream]["grpc-status"] == "0"
        assert self.first(GoAwayFrame) is None


async def hold(stream: Any) -> None:
    """A method that never answers."""
    await trio.sleep_forever()


@asynccontextmanager
async def wired(limits: Limits | None = None) -> AsyncIterator[Wire]:
    """A server, and a client that has introduced itself."""
    async with serving(limits, echo=echo, hold=hold) as (stream, _):
        wire = Wire(stream)
        await wire.say(PREFACE, SettingsFrame(0))
        yield wire
