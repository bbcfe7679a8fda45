"""One function for each defect. What it returns is sent, and is the whole reproduction."""

import inspect
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from attrs import frozen
from hyperframe.frame import GoAwayFrame, PingFrame, RstStreamFrame, SettingsFrame

from tests.adapters.grpc.peer import framed
from tests.adapters.grpc.wire import HELLO, Speech, data, raw, said

Says: TypeAlias = Callable[[Speech], Iterable[bytes]]

HOLD: Final = {":path": "/t.T/hold"}
END: Final = "END_STREAM"


@frozen
class Defect:
    """A defect of stock grpclib's, or of h2's under it.

    Args:
        says: What a peer sends.
        where: Where it comes from.
        stock: What is heard from stock grpclib.
        ours: What is heard from us.
    """

    says: Says
    where: str
    stock: tuple[str, ...]
    ours: tuple[str, ...]

    @property
    def title(self) -> str:
        return (inspect.getdoc(self.says) or "").rstrip(".")

    @property
    def name(self) -> str:
        return self.says.__name__

    @property
    def source(self) -> str:
        """The reproduction, without its docstring."""
        lines = inspect.getsource(self.says).splitlines()
        return "\n".join([lines[0], *lines[2:]])


def stream_101(on: Speech) -> Iterable[bytes]:
    """The 101st concurrent stream ends the connection, and all calls on it."""
    for stream in range(1, 201, 2):
        yield said(on.headers(stream, HOLD))
    yield on.request(201)


def empty_data(on: Speech) -> Iterable[bytes]:
    """An empty DATA frame is taken for the end of the stream."""
    yield said(on.headers(), data(1, b""), data(1, HELLO), data(1, b"", END))


def no_path(on: Speech) -> Iterable[bytes]:
    """A request without a path is never answered, and its stream never freed."""
    yield said(on.headers(1, {":path": None}, END))


def bad_bin(on: Speech) -> Iterable[bytes]:
    """A `-bin` header that is not base64 is never answered, and its stream never freed."""
    yield said(on.headers(1, None, END, more=(("x-bin", "a"),)))


def unknown_frame(on: Speech) -> Iterable[bytes]:
    """A frame of an unknown type ends the connection."""
    yield raw(0xFA, b"?") + on.request()


def any_bytes(on: Speech) -> Iterable[bytes]:
    """A header value that is not ASCII ends the connection."""
    yield said(on.headers(1, None, more=(("x-name", "\u00fc"),)), data(1, HELLO, END))


def unexplained(_: Speech) -> Iterable[bytes]:
    """The GOAWAY that explains a protocol error is never sent."""
    yield said(data(1, HELLO))


def huge_message(on: Speech) -> Iterable[bytes]:
    """A message may be as long as its prefix says, which is up to 4 GiB."""
    yield said(on.headers(), data(1, framed(b"", size=2**32 - 1)))


def huge_frame(on: Speech) -> Iterable[bytes]:
    """A frame above the limit is gathered to its end, up to 16 MiB, before it is refused."""
    yield said(on.headers()) + (2**24 - 1).to_bytes(3) + bytes(2) + (1).to_bytes(4)


def compressed(on: Speech) -> Iterable[bytes]:
    """A compressed message is answered with UNKNOWN where UNIMPLEMENTED is meant."""
    yield said(on.headers(), data(1, framed(b"hello", flag=1), END))


def cut_short(on: Speech) -> Iterable[bytes]:
    """A message that is cut short is answered with UNKNOWN where INTERNAL is meant."""
    yield said(on.headers(), data(1, HELLO[:-1], END))


def long_timeout(on: Speech) -> Iterable[bytes]:
    """A `grpc-timeout` of any number of digits is accepted; the protocol allows eight."""
    yield said(on.headers(1, {"grpc-timeout": "99999999999999S"}), data(1, HELLO, END))


def upper_case(on: Speech) -> Iterable[bytes]:
    """A header name in upper case is accepted, which RFC 9113 section 8.2.1 calls malformed."""
    yield said(on.headers(1, None, more=(("X-Upper", "1"),)), data(1, HELLO, END))


def wrong_length(on: Speech) -> Iterable[bytes]:
    """A request with a wrong content-length ends the connection, and its neighbours with it."""
    yield said(on.headers(1, HOLD))
    yield said(on.headers(3, {"content-length": "1"}), data(3, HELLO, END))
    yield on.request(5)


def polite_leave(on: Speech) -> Iterable[bytes]:
    """A client that says GOAWAY is not given the answers it still waits for."""
    yield on.request() + said(GoAwayFrame(0, last_stream_id=0))


def rapid_reset(on: Speech) -> Iterable[bytes]:
    """Streams that are reset at once cost the peer nothing, and are served without end."""
    for stream in range(1, 2001, 2):
        yield said(on.headers(stream, HOLD), RstStreamFrame(stream, error_code=8))


def ping_flood(_: Speech) -> Iterable[bytes]:
    """Frames that cost work and bring none are served without end."""
    yield said(*[PingFrame(0, opaque_data=b"12345678")] * 3000)


def settings_flood(_: Speech) -> Iterable[bytes]:
    """So are SETTINGS, each of which is acknowledged."""
    yield said(*[SettingsFrame(0, settings={4: 65535})] * 3000)


_CLOSED: Final = "the connection is closed"
_CALM: Final = ("GOAWAY with ENHANCE_YOUR_CALM", _CLOSED)


def _answered(status: str, stream: int = 1, size: int = 0) -> tuple[str, ...]:
    return (f"stream {stream}: {size} bytes and status {status}",)


def _echoed(stream: int = 1) -> tuple[str, ...]:
    return _answered("0", stream, len(HELLO))


def _reset(code: str, stream: int = 1) -> tuple[str, ...]:
    return (f"stream {stream} is reset with {code}",)


DEFECTS: Final = (
    Defect(
        stream_101,
        "h2 advertises 100 streams and raises `TooManyStreamsError` on the next one",
        (_CLOSED,),
        _echoed(201),
    ),
    Defect(
        empty_data,
        "`grpclib.protocol.Buffer.read` takes a chunk of no bytes for the end",
        _answered("0"),
        _echoed(),
    ),
    Defect(
        no_path,
        "`grpclib.server.request_handler` looks fields up before anything can be answered",
        (),
        _reset("PROTOCOL_ERROR"),
    ),
    Defect(bad_bin, "`grpclib.metadata.decode_metadata` raises there too", (), _answered("13")),
    Defect(
        unknown_frame,
        "`grpclib.protocol.EventsProcessor.process` raises `NotImplementedError`",
        (_CLOSED,),
        _echoed(),
    ),
    Defect(
        any_bytes,
        "grpclib lets h2 decode header values as ASCII",
        (_CLOSED,),
        _echoed(),
    ),
    Defect(
        unexplained,
        "`grpclib.protocol.H2Protocol.data_received` closes without sending what h2 has queued",
        (_CLOSED,),
        ("GOAWAY with PROTOCOL_ERROR", _CLOSED),
    ),
    Defect(
        huge_message,
        "`grpclib.stream.recv_message` believes the prefix",
        (),
        _answered("8"),
    ),
    Defect(
        huge_frame,
        "`h2.frame_buffer.FrameBuffer.__next__` looks at the length only after the whole frame",
        (),
        ("GOAWAY with FRAME_SIZE_ERROR", _CLOSED),
    ),
    Defect(
        compressed,
        "`grpclib.stream.recv_message` raises `NotImplementedError`",
        _answered("2"),
        _answered("12"),
    ),
    Defect(
        cut_short,
        "`grpclib.protocol.Buffer.read` has an assertion for it",
        _answered("2"),
        _answered("13"),
    ),
    Defect(
        long_timeout,
        "`grpclib.metadata.decode_timeout` has no limit",
        _echoed(),
        _answered("13"),
    ),
    Defect(
        upper_case,
        "grpclib switches h2's validation of headers off",
        _echoed(),
        (*_reset("PROTOCOL_ERROR"), *_reset("STREAM_CLOSED")),
    ),
    Defect(
        wrong_length,
        "`h2.stream.H2Stream._track_content_length` raises what ends the connection",
        (_CLOSED,),
        (*_echoed(5), *_reset("PROTOCOL_ERROR", 3)),
    ),
    Defect(
        polite_leave,
        "h2 and grpclib both end every call at once",
        (_CLOSED,),
        (*_echoed(), _CLOSED),
    ),
    Defect(rapid_reset, "nothing counts resets (CVE-2023-44487)", (), _CALM),
    Defect(ping_flood, "nothing counts frames", (), _CALM),
    Defect(settings_flood, "nothing counts frames", (), _CALM),
)
