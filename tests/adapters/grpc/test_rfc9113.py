"""HTTP/2, section by section, against the running server."""

from typing import Final

import pytest
import trio
from h2.errors import ErrorCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from semroute.adapters.grpc import Limits

from .peer import echo, framed, serving
from .wire import (
    HELLO,
    PREFACE,
    Answer,
    Goaway,
    Ignored,
    Outcome,
    Reset,
    Script,
    Speech,
    Wire,
    data,
    flagged,
    raw,
    said,
    wired,
)

PROTOCOL: Final = (ErrorCodes.PROTOCOL_ERROR,)
SIZE: Final = (ErrorCodes.FRAME_SIZE_ERROR,)
FLOW: Final = (ErrorCodes.FLOW_CONTROL_ERROR,)
CLOSED: Final = (ErrorCodes.STREAM_CLOSED,)
COMPRESSION: Final = (ErrorCodes.COMPRESSION_ERROR,)
MALFORMED: Final = Reset(PROTOCOL)

SETTINGS: Final = 4
PUSH: Final = SettingsFrame.ENABLE_PUSH
WINDOW: Final = SettingsFrame.INITIAL_WINDOW_SIZE
FRAME_SIZE: Final = SettingsFrame.MAX_FRAME_SIZE
LARGEST: Final = 2**31 - 1

END: Final = "END_STREAM"


def with_field(name: str, value: str | None) -> Script:
    """A call with one header changed."""
    return lambda on: said(on.headers(1, {name: value}), data(1, HELLO, END))


def with_more(*more: tuple[str, str]) -> Script:
    """A call with more header fields after the usual ones."""
    return lambda on: said(on.headers(1, more=more), data(1, HELLO, END))


def settings(**values: int) -> Script:
    keys = {"push": PUSH, "window": WINDOW, "frame_size": FRAME_SIZE}
    changed = SettingsFrame(0, settings={keys[name]: value for name, value in values.items()})
    return lambda on: said(changed, on.request())


def split(on: Speech, *between: bytes) -> bytes:
    """A header block in two frames, with something in between."""
    whole = on.headers()
    first = HeadersFrame(1, data=whole.data[:10])
    rest = flagged(ContinuationFrame(1, data=whole.data[10:]), "END_HEADERS")
    return said(first, *between, rest, data(1, HELLO, END))


def done(on: Speech, *after: Frame) -> bytes:
    """A call that has ended on the client's side, and something after it."""
    return said(on.headers(1, {":path": "/t.T/hold"}, END), *after)


CASES: Final[dict[str, tuple[Script, Outcome]]] = {
    "3.4 settings after the preface": (lambda on: on.request(), Answer()),
    "4.1 unknown frame type": (lambda on: said(raw(0xFA, b"?"), on.request()), Answer()),
    "4.1 unknown frame type on a stream": (
        lambda on: said(on.headers(), raw(0xFB, b"?", stream=1), data(1, HELLO, END)),
        Answer(),
    ),
    "4.1 unknown flags": (
        lambda on: said(raw(6, b"12345678", flags=0xFE), on.request()),
        Answer(),
    ),
    "4.1 reserved bit of a stream identifier": (
        lambda on: said(on.headers(), raw(0, HELLO, stream=2**31 + 1, flags=1)),
        Answer(),
    ),
    "4.2 the largest frame there may be": (
        lambda on: said(
            on.headers(), *in_frames(framed(b"x" * 40_000), 16_384), data(1, b"", END)
        ),
        Answer(),
    ),
    "4.2 a DATA frame above the limit": (
        lambda on: said(on.headers(), raw(0, b"x" * 16_385, stream=1)),
        Goaway(SIZE),
    ),
    "4.2 a HEADERS frame above the limit": (
        lambda _: raw(1, b"x" * 16_385, stream=1, flags=4),
        Goaway(SIZE),
    ),
    "4.2 an oversize frame, judged by its header alone": (
        lambda _: (2**24 - 1).to_bytes(3) + bytes([0, 0]) + (1).to_bytes(4),
        Goaway(SIZE),
    ),
    "4.3 a header block that cannot be decoded": (
        lambda on: said(on.block(1, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")),
        Goaway(COMPRESSION),
    ),
    "4.3 a header block in two frames": (split, Answer()),
    "4.3 a frame amid a header block": (
        lambda on: split(on, said(PingFrame(0, opaque_data=b"12345678"))),
        Goaway(PROTOCOL),
    ),
    "4.3 another stream's frame amid a header block": (
        lambda on: split(on, said(on.headers(3))),
        Goaway(PROTOCOL),
    ),
    "5.1 idle: DATA": (lambda _: said(data(1, HELLO)), Goaway(PROTOCOL)),
    "5.1 idle: RST_STREAM": (lambda _: said(RstStreamFrame(1)), Goaway(PROTOCOL)),
    "5.1 idle: WINDOW_UPDATE": (
        lambda _: said(WindowUpdateFrame(1, window_increment=1)),
        Goaway(PROTOCOL),
    ),
    "5.1 idle: PRIORITY": (lambda on: said(PriorityFrame(7), on.request()), Answer()),
    "5.1 half-closed: DATA": (
        lambda on: done(on, data(1, HELLO)),
        Reset(CLOSED),
    ),
    "5.1 half-closed: HEADERS": (
        lambda on: said(on.headers(1, {":path": "/t.T/hold"}, END), on.headers(1, None, END)),
        Reset(CLOSED),
    ),
    "5.1 half-closed: WINDOW_UPDATE and PRIORITY": (
        lambda on: done(on, WindowUpdateFrame(1, window_increment=1), PriorityFrame(1)),
        Ignored(),
    ),
    "5.1 closed by the client: WINDOW_UPDATE, RST_STREAM and PRIORITY": (
        lambda on: said(
            on.headers(),
            RstStreamFrame(1, error_code=8),
            WindowUpdateFrame(1, window_increment=1),
            RstStreamFrame(1, error_code=8),
            PriorityFrame(1),
        ),
        Ignored(),
    ),
    "5.1.1 an even stream identifier": (lambda on: said(on.headers(2)), Goaway(PROTOCOL)),
    "5.1.1 a stream identifier that decreases": (
        lambda on: said(on.headers(5), on.headers(3)),
        Goaway((*PROTOCOL, *CLOSED)),
    ),
    "5.1.1 stream identifiers may be skipped": (lambda on: on.request(77), Answer(stream=77)),
    "5.3.2 a stream that depends on itself": (
        lambda on: said(PriorityFrame(1, depends_on=1), on.request()),
        Answer(),
    ),
    "5.5 an unknown setting": (
        lambda on: said(SettingsFrame(0, settings={0xFAFA: 7}), on.request()),
        Answer(),
    ),
    "6.1 DATA on the connection": (lambda _: raw(0, b"x"), Goaway(PROTOCOL)),
    "6.1 padding": (
        lambda on: said(on.headers(), data(1, HELLO, END, pad=200)),
        Answer(),
    ),
    "6.1 padding longer than the frame": (
        lambda on: said(on.headers(), raw(0, b"\x05abc", stream=1, flags=8)),
        Goaway(PROTOCOL),
    ),
    "6.1 empty DATA": (
        lambda on: said(on.headers(), data(1, b""), data(1, HELLO), data(1, b"", END)),
        Answer(),
    ),
    "6.2 HEADERS on the connection": (lambda _: raw(1, b"\x82", flags=4), Goaway(PROTOCOL)),
    "6.2 padded HEADERS with a priority": (
        lambda on: said(
            flagged(
                HeadersFrame(1, data=on.headers().data, pad_length=9, stream_weight=3),
                "END_HEADERS", "PADDED", "PRIORITY",
            ),
            data(1, HELLO, END),
        ),
        Answer(),
    ),
    "6.2 padding longer than the header block": (
        lambda _: raw(1, b"\x09\x82", stream=1, flags=4 | 8),
        Goaway(PROTOCOL),
    ),
    "6.3 PRIORITY on the connection": (lambda _: raw(2, b"12345"), Goaway(PROTOCOL)),
    "6.3 PRIORITY of the wrong length": (
        lambda on: said(on.headers(), raw(2, b"1234", stream=1)),
        Goaway(SIZE),  # a stream error would do; h2 is stricter
    ),
    "6.4 RST_STREAM on the connection": (lambda _: raw(3, b"1234"), Goaway(PROTOCOL)),
    "6.4 RST_STREAM of the wrong length": (
        lambda on: said(on.headers(), raw(3, b"123", stream=1)),
        Goaway(SIZE),
    ),
    "6.5 SETTINGS on a stream": (lambda _: raw(4, b"", stream=1), Goaway(PROTOCOL)),
    "6.5 acknowledged SETTINGS with a payload": (
        lambda _: raw(4, b"123456", flags=1),
        Goaway(SIZE),
    ),
    "6.5 SETTINGS of the wrong length": (lambda _: raw(4, b"12345"), Goaway(SIZE)),
    "6.5.2 ENABLE_PUSH that is neither 0 nor 1": (settings(push=2), Goaway(PROTOCOL)),
    "6.5.2 INITIAL_WINDOW_SIZE above the limit": (settings(window=2**31), Goaway(FLOW)),
    "6.5.2 MAX_FRAME_SIZE below the limit": (settings(frame_size=16_383), Goaway(PROTOCOL)),
    "6.5.2 MAX_FRAME_SIZE above the limit": (settings(frame_size=2**24), Goaway(PROTOCOL)),
    "6.5.2 every setting at its bounds": (
        settings(push=0, window=LARGEST, frame_size=2**24 - 1),
        Answer(),
    ),
    "6.6 PUSH_PROMISE from a client": (
        lambda on: said(
            on.headers(),
            flagged(PushPromiseFrame(1, promised_stream_id=2, data=b"\x82"), "END_HEADERS"),
        ),
        Goaway(PROTOCOL),
    ),
    "6.7 PING on a stream": (
        lambda on: said(on.headers(), raw(6, b"12345678", stream=1)),
        Goaway(PROTOCOL),
    ),
    "6.7 PING of the wrong length": (lambda _: raw(6, b"1234567"), Goaway(SIZE)),
    "6.8 GOAWAY on a stream": (
        lambda on: said(on.headers(), raw(7, bytes(8), stream=1)),
        Goaway(PROTOCOL),
    ),
    "6.9 WINDOW_UPDATE of the wrong length": (lambda _: raw(8, b"123"), Goaway(SIZE)),
    "6.9 WINDOW_UPDATE by nothing, on the connection": (
        lambda _: raw(8, bytes(4)),
        Goaway(PROTOCOL),
    ),
    "6.9 WINDOW_UPDATE by nothing, on a stream": (
        lambda on: said(on.headers(1, {":path": "/t.T/hold"}), raw(8, bytes(4), stream=1)),
        Goaway(PROTOCOL),  # a stream error would do; hyperframe is stricter
    ),
    "6.9.1 the connection's window overflows": (
        lambda _: said(WindowUpdateFrame(0, window_increment=LARGEST)),
        Goaway(FLOW),
    ),
    "6.9.1 a stream's window overflows": (
        lambda on: said(
            on.headers(1, {":path": "/t.T/hold"}), WindowUpdateFrame(1, window_increment=LARGEST)
        ),
        Reset(FLOW),
    ),
    "6.9.2 a new initial window overflows a stream's": (
        lambda on: said(
            on.headers(1, {":path": "/t.T/hold"}),
            WindowUpdateFrame(1, window_increment=1000),
            SettingsFrame(0, settings={WINDOW: LARGEST}),
        ),
        Goaway(FLOW),
    ),
    "6.10 CONTINUATION without HEADERS": (
        lambda on: said(on.headers(), raw(9, b"\x82", stream=1, flags=4)),
        Goaway(PROTOCOL),
    ),
    "6.10 CONTINUATION on the connection": (
        lambda on: split(on, raw(9, b"\x82", flags=4)),
        Goaway(PROTOCOL),
    ),
    "6.10 CONTINUATION of another stream": (
        lambda on: split(on, raw(9, b"\x82", stream=3, flags=4)),
        Goaway(PROTOCOL),
    ),
    "8.1 trailers": (
        lambda on: said(
            on.headers(), data(1, HELLO), on.block(1, on.encoder.encode([("x-sum", "1")]), END)
        ),
        Answer(),
    ),
    "8.1 trailers that do not end the stream": (
        lambda on: said(
            on.headers(1, {":path": "/t.T/hold"}),
            on.block(1, on.encoder.encode([("x-sum", "1")])),
        ),
        MALFORMED,
    ),
    "8.1 a pseudo-header in the trailers": (
        lambda on: said(
            on.headers(1, {":path": "/t.T/hold"}),
            on.block(1, on.encoder.encode([(":path", "/")]), END),
        ),
        MALFORMED,
    ),
    "8.1.1 content-length that the body exceeds": (with_field("content-length", "3"), MALFORMED),
    "8.1.1 content-length that the body falls short of": (
        with_field("content-length", "99"),
        MALFORMED,
    ),
    "8.1.1 content-length without a body": (
        lambda on: said(on.headers(1, {"content-length": "9"}, END)),
        MALFORMED,
    ),
    "8.1.1 content-length that is no number": (with_field("content-length", "many"), MALFORMED),
    "8.1.1 content-length that is right": (
        with_field("content-length", str(len(HELLO))),
        Answer(),
    ),
    "8.2.1 an upper-case name": (with_more(("X-Upper", "1")), MALFORMED),
    "8.2.1 a name with a space": (with_more(("x y", "1")), MALFORMED),
    "8.2.1 an empty name": (with_more(("", "1")), MALFORMED),
    "8.2.1 a name with a colon": (with_more(("x:y", "1")), MALFORMED),
    "8.2.1 a value with a line feed": (with_more(("x", "1\n2")), MALFORMED),
    "8.2.1 a value with a zero byte": (with_more(("x", "1\x002")), MALFORMED),
    "8.2.1 a value in spaces": (with_more(("x", " 1 ")), MALFORMED),
    "8.2.1 a value of any other bytes": (with_more(("x", "\u00fc\x01\x7f")), Answer()),
    "8.2.2 connection": (with_more(("connection", "close")), MALFORMED),
    "8.2.2 keep-alive": (with_more(("keep-alive", "1")), MALFORMED),
    "8.2.2 transfer-encoding": (with_more(("transfer-encoding", "chunked")), MALFORMED),
    "8.2.2 upgrade": (with_more(("upgrade", "h2c")), MALFORMED),
    "8.2.2 te that is not trailers": (with_field("te", "gzip"), MALFORMED),
    "8.2.3 a cookie in crumbs": (with_more(("cookie", "a=b"), ("cookie", "c=d")), Answer()),
    "8.3 an unknown pseudo-header": (
        lambda on: said(on.headers(1, {":method": None, ":verb": "POST"}), data(1, HELLO, END)),
        MALFORMED,
    ),
    "8.3 a response's pseudo-header": (
        lambda on: said(
            on.block(1, on.encoder.encode([(":status", "200"), (":path", "/")])),
        ),
        MALFORMED,
    ),
    "8.3 a pseudo-header after a field": (with_more((":authority", "late")), MALFORMED),
    "8.3 a pseudo-header twice": (
        lambda on: said(
            on.block(
                1,
                on.encoder.encode(
                    [(":method", "POST"), (":method", "POST"), (":scheme", "http"), (":path", "/")]
                ),
            )
        ),
        MALFORMED,
    ),
    "8.3.1 no :method": (with_field(":method", None), MALFORMED),
    "8.3.1 no :scheme": (with_field(":scheme", None), MALFORMED),
    "8.3.1 no :path": (with_field(":path", None), MALFORMED),
    "8.3.1 an empty :path": (with_field(":path", ""), MALFORMED),
    "8.3.1 host that is not :authority": (with_more(("host", "elsewhere")), MALFORMED),
    "8.5 CONNECT": (
        lambda on: said(
            on.block(1, on.encoder.encode([(":method", "CONNECT"), (":authority", "a")]))
        ),
        Reset((*PROTOCOL, ErrorCodes.REFUSED_STREAM, ErrorCodes.NO_ERROR)),
    ),
    "8.6 a malformed request that is reset at once": (
        lambda on: said(on.headers(1, {":path": None}), RstStreamFrame(1, error_code=8)),
        MALFORMED,
    ),
    "8.6 a malformed request with a body": (
        lambda on: said(on.headers(1, {":path": None}), data(1, HELLO), data(1, HELLO, END)),
        MALFORMED,
    ),
}  # fmt: skip


def in_frames(message: bytes, size: int) -> list[DataFrame]:
    return [data(1, message[start : start + size]) for start in range(0, len(message), size)]


@pytest.mark.parametrize("name", CASES)
async def test_section(name: str) -> None:
    script, outcome = CASES[name]
    speech = Speech()
    async with wired() as wire:
        await wire.say(script(speech))
        await wire.goes(outcome, speech)


async def test_section_3_4_the_servers_preface_is_settings() -> None:
    async with wired() as wire:
        await wire.until(lambda: wire.frames)
    assert isinstance(wire.frames[0], SettingsFrame)
    assert not wire.frames[0].flags


@pytest.mark.parametrize(
    "greeting",
    [b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", PREFACE + raw(6, b"12345678"), PREFACE[:20] + b"XX\r\n"],
    ids=["HTTP/1.1", "a preface without SETTINGS", "a broken preface"],
)
async def test_section_3_4_a_wrong_preface_ends_the_connection(greeting: bytes) -> None:
    async with serving(echo=echo) as (stream, _):
        wire = Wire(stream)
        await wire.say(greeting)
        await wire.until_closed()
    goaway = wire.first(GoAwayFrame)  # may be omitted here
    assert goaway is None or goaway.error_code == ErrorCodes.PROTOCOL_ERROR


async def test_section_5_1_2_streams_above_the_limit_are_refused() -> None:
    speech = Speech()
    async with wired(Limits(max_streams=2)) as wire:
        for stream in (1, 3, 5):
            await wire.say(speech.headers(stream, {":path": "/t.T/hold"}))
        await wire.until(lambda: wire.first(RstStreamFrame, 5))
        assert wire.first(RstStreamFrame).error_code == ErrorCodes.REFUSED_STREAM
        await wire.say(RstStreamFrame(1, error_code=8))
        await wire.lives()
        await wire.say(speech.request(7))
        await wire.goes_on(7)


async def test_section_5_1_2_a_refused_stream_may_be_reset_at_once() -> None:
    speech = Speech()
    async with wired(Limits(max_streams=1)) as wire:
        await wire.say(
            speech.headers(1, {":path": "/t.T/hold"}),
            speech.headers(3),
            RstStreamFrame(3, error_code=8),
            RstStreamFrame(1, error_code=8),
        )
        await wire.lives()
        await wire.say(speech.request(5))
        await wire.goes_on(5)


@pytest.mark.parametrize("code", [0, 1], ids=["politely", "in anger"])
@pytest.mark.parametrize("before", ["a call", "a malformed call", "nothing"])
async def test_section_6_8_a_peer_may_leave_at_any_time(code: int, before: str) -> None:
    speech = Speech()
    parts: dict[str, bytes] = {
        "a call": speech.request(),
        "a malformed call": said(speech.headers(1, {":path": None})),
        "nothing": b"",
    }
    async with wired() as wire:
        await wire.say(parts[before], GoAwayFrame(0, last_stream_id=0, error_code=code))
        await wire.until_closed()
        if (before, code) == ("a call", 0):
            assert wire.fields[1]["grpc-status"] == "0"


async def test_section_6_5_3_settings_are_acknowledged() -> None:
    async with wired() as wire:
        await wire.until(
            lambda: any(isinstance(frame, SettingsFrame) and frame.flags for frame in wire.frames)
        )


async def test_section_6_7_a_ping_is_answered_with_its_own_data() -> None:
    async with wired() as wire:
        await wire.say(PingFrame(0, opaque_data=b"\x00\xff345678"))
        answer = await wire.until(lambda: wire.first(PingFrame))
    assert "ACK" in answer.flags
    assert answer.opaque_data == b"\x00\xff345678"


async def test_section_6_7_an_answer_to_a_ping_is_not_answered() -> None:
    async with wired() as wire:
        await wire.say(flagged(PingFrame(0, opaque_data=b"12345678"), "ACK"))
        await wire.lives()
    assert [frame.opaque_data for frame in wire.frames if isinstance(frame, PingFrame)] == [
        b"are you?"
    ]


async def test_section_6_9_nothing_is_sent_beyond_the_peers_window() -> None:
    speech = Speech()
    async with wired() as wire:
        await wire.say(SettingsFrame(0, settings={WINDOW: 3}), speech.request())
        await wire.until(lambda: wire.first(DataFrame, 1))
        await wire.lives()
        sent = [frame.data for frame in wire.frames if isinstance(frame, DataFrame)]
        assert b"".join(sent) == HELLO[:3]
        await wire.say(WindowUpdateFrame(1, window_increment=100))
        await wire.goes_on(1)
    sent = [frame.data for frame in wire.frames if isinstance(frame, DataFrame)]
    assert b"".join(sent) == HELLO


async def test_section_6_9_2_a_window_may_become_negative() -> None:
    speech = Speech()
    async with wired() as wire:
        await wire.say(SettingsFrame(0, settings={WINDOW: 4}), speech.request())
        await wire.until(lambda: wire.first(DataFrame, 1))
        await wire.say(SettingsFrame(0, settings={WINDOW: 0}))
        await wire.say(WindowUpdateFrame(1, window_increment=2))
        await wire.lives()
        sent = [frame.data for frame in wire.frames if isinstance(frame, DataFrame)]
        assert b"".join(sent) == HELLO[:4]
        await wire.say(WindowUpdateFrame(1, window_increment=100))
        await wire.goes_on(1)


async def test_section_6_9_1_a_peer_that_exceeds_our_window_is_told_so() -> None:
    speech = Speech()
    async with wired(Limits(window_bytes=65_536)) as wire:
        await wire.say(speech.headers(1, {":path": "/t.T/hold"}))
        await wire.say(*in_frames(b"x" * 66_000, 16_000))
        await wire.goes(Goaway(FLOW), speech)


async def test_section_8_1_an_answer_ends_with_trailers_at_once() -> None:
    speech = Speech()
    async with wired() as wire:
        await wire.say(speech.request())
        started = trio.current_time()
        await wire.until(lambda: "grpc-status" in wire.fields.get(1, {}))
        assert trio.current_time() - started < 1
    last = [frame for frame in wire.frames if frame.stream_id == 1][-1]
    assert isinstance(last, HeadersFrame)
    assert "END_STREAM" in last.flags
    assert list(wire.fields[1])[:1] == [":status"]
