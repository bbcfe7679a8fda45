"""Every limit: reached, it stops the peer and is counted; ordinary traffic does not reach it."""

from typing import Any

import pytest
import trio
import trio.testing
from h2.errors import ErrorCodes
from h2.settings import SettingCodes
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from semroute.adapters.grpc import Limits, Server
from semroute.domain.budget import ByteBudget
from tests.costs import costing

from .peer import BytesCodec, Methods, Peer, connected, echo, framed, request_headers
from .wire import HELLO, PREFACE, Speech, Wire, hold, said

OK, DEADLINE, EXHAUSTED = "0", "4", "8"
CALM = ErrorCodes.ENHANCE_YOUR_CALM


async def hang(_: Any) -> None:
    await trio.sleep_forever()


def headers_frame(stream_id: int, *, size: int = 0, end_headers: bool = True) -> HeadersFrame:
    fields = [*request_headers().items(), ("x-padding", "x" * size)]
    frame = HeadersFrame(stream_id, Encoder().encode(fields))
    if end_headers:
        frame.flags.add("END_HEADERS")
    return frame


async def goaway_from(peer: Peer) -> ErrorCodes:
    (goaway,) = await peer.until(peer.goaways)
    await peer.until_closed()
    return ErrorCodes(goaway.error_code)


FLOODS = {
    "ping": PingFrame(0, opaque_data=b"12345678").serialize(),
    "settings": SettingsFrame(0).serialize(),
    "priority": PriorityFrame(1, depends_on=3, stream_weight=1).serialize(),
    "window update": WindowUpdateFrame(0, window_increment=1).serialize(),
    "empty data": DataFrame(1).serialize(),
    "unknown": bytes([0, 0, 1, 0xF0, 0, 0, 0, 0, 0]) + b"?",
}


@pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS)
async def test_a_flood_of_frames_that_bring_nothing_ends_the_connection(frame: bytes) -> None:
    reached: list[str] = []
    async with connected(reached=reached, echo=echo) as (peer, server):
        await peer.open()
        await peer.stream.send_all(frame * 5000)
        assert await goaway_from(peer) == CALM
        assert server.connections == 0
    assert reached == ["flood"]


async def test_as_many_such_frames_are_no_flood_beside_work() -> None:
    async with connected(Limits(max_noise=100), echo=echo) as (peer, _):
        call = await peer.open()
        for number in range(300):
            peer.h2.ping(b"12345678")
            await peer.send(call, framed(b"x"))
            if number % 50 == 0:
                await trio.testing.wait_all_tasks_blocked()
        await peer.send(call, b"", end=True)
        assert await peer.status(call) == OK
        assert peer.data(call) == framed(b"x") * 300


async def test_a_header_list_that_is_too_large_ends_the_connection() -> None:
    reached: list[str] = []
    async with connected(Limits(max_header_bytes=4096), reached=reached, echo=echo) as (peer, _):
        await peer.stream.send_all(headers_frame(1, size=5000).serialize())
        assert await goaway_from(peer) == CALM
    assert reached == ["header_bytes"]


async def test_an_hpack_bomb_is_refused() -> None:
    encoder = Encoder()
    bomb = encoder.encode([*request_headers().items(), ("x-bomb", "x" * 4000)])
    bomb += encoder.encode([("x-bomb", "x" * 4000)]) * 10_000  # an index each, 4 KB each
    frame = HeadersFrame(1, bomb)
    frame.flags.add("END_HEADERS")
    reached: list[str] = []
    async with connected(reached=reached, echo=echo) as (peer, _):
        await peer.stream.send_all(frame.serialize())
        assert await goaway_from(peer) == CALM
    assert reached == ["header_bytes"]


async def test_a_flood_of_continuations_is_refused() -> None:
    async with connected(echo=echo) as (peer, _):
        first = headers_frame(1, end_headers=False).serialize()
        await peer.stream.send_all(first + ContinuationFrame(1).serialize() * 100)
        assert await goaway_from(peer) == ErrorCodes.PROTOCOL_ERROR


async def test_an_oversize_frame_is_refused_by_its_header_alone() -> None:
    reached: list[str] = []
    async with connected(reached=reached, echo=echo) as (peer, _):
        call = await peer.open()
        size = (1 << 24) - 1
        await peer.stream.send_all(size.to_bytes(3) + bytes([0, 0]) + call.to_bytes(4))
        assert await goaway_from(peer) == ErrorCodes.FRAME_SIZE_ERROR
    assert reached == ["frame_bytes"]


async def test_resets_in_silence_end_the_connection() -> None:
    reached: list[str] = []
    async with connected(Limits(max_resets=50), reached=reached, hang=hang) as (peer, server):
        for _ in range(51):
            call = await peer.open("/t.T/hang")
            peer.h2.reset_stream(call, ErrorCodes.CANCEL)
            await peer.flush()
        assert await goaway_from(peer) == CALM
        assert server.calls == 0
    assert reached == ["resets"]


async def test_a_busy_peer_whose_reads_never_end_with_a_frame_is_not_slow(
    autojump_clock: trio.testing.MockClock,
) -> None:
    reached: list[str] = []
    limits = Limits(progress_seconds=1)
    async with connected(limits, reached=reached, echo=echo) as (peer, _):
        call = await peer.open()
        piece = DataFrame(call, data=framed(b"x" * 100)).serialize()
        rest = piece
        for _ in range(20):
            await peer.stream.send_all(rest + piece[:50])
            rest = piece[50:]
            await trio.sleep(0.5)
        await peer.stream.send_all(rest)
        await peer.send(call, b"", end=True)
        assert await peer.status(call) == OK
    assert reached == []


async def test_frames_for_streams_that_are_over_are_noise() -> None:
    reached: list[str] = []
    async with connected(Limits(max_noise=100), reached=reached, echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, framed(b"x"), end=True)
        await peer.status(call)
        late = RstStreamFrame(call, error_code=8).serialize()
        await peer.stream.send_all(late * 200)
        assert await goaway_from(peer) == CALM
    assert reached == ["flood"]


async def test_ten_thousand_rapid_resets_cost_little_and_hurt_nobody() -> None:
    on = Speech()
    pairs = (
        said(on.headers(stream, {":path": "/t.T/hold"}), RstStreamFrame(stream, error_code=8))
        for stream in range(1, 20_001, 2)
    )
    attack = PREFACE + said(SettingsFrame(0)) + b"".join(pairs)
    server = Server([Methods(echo=echo, hold=hold)], codec=BytesCodec())
    ours, theirs = trio.testing.memory_stream_pair()
    innocent, theirs_too = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        nursery.start_soon(server.serve_stream, theirs_too)
        peer = Peer(innocent)
        await peer.connect()
        call = await peer.open()
        with costing(1):  # about 0.2, which is 20 microseconds a reset
            await ours.send_all(attack)
            await peer.send(call, HELLO, end=True)
            assert await peer.status(call) == "0"
            wire = Wire(ours)
            await wire.until_closed()
        nursery.cancel_scope.cancel()
    assert wire.first(GoAwayFrame).error_code == ErrorCodes.ENHANCE_YOUR_CALM


async def test_making_us_reset_ends_the_connection_just_the_same() -> None:
    """CVE-2025-8671: the peer breaks a stream in a way that makes the server reset it."""
    reached: list[str] = []
    async with connected(Limits(max_resets=50), reached=reached, hang=hang) as (peer, _):
        for _ in range(51):
            call = await peer.open("/t.T/hang")
            frame = WindowUpdateFrame(call, window_increment=2**31 - 1)
            await peer.stream.send_all(frame.serialize())
        assert await goaway_from(peer) == CALM
    assert reached[-1] == "resets"


async def test_clients_that_hang_up_on_envoy_are_no_attack() -> None:
    """Envoy resets a stream for every client that leaves; by then it has said something."""
    reached: list[str] = []

    async def listen(stream: Any) -> None:
        await stream.recv_message()
        await trio.sleep_forever()

    async with connected(Limits(max_resets=50), reached=reached, listen=listen) as (peer, server):
        for _ in range(500):
            call = await peer.open("/t.T/listen")
            await peer.send(call, framed(b"headers"))
            await trio.testing.wait_all_tasks_blocked()
            peer.h2.reset_stream(call, ErrorCodes.CANCEL)
            await peer.flush()
        await trio.testing.wait_all_tasks_blocked()
        assert server.connections == 1
    assert reached == []


async def test_silence_is_tolerated_beside_as_many_calls_that_speak() -> None:
    reached: list[str] = []
    limits = Limits(max_resets=50)
    async with connected(limits, reached=reached, hang=hang, echo=echo) as (peer, server):
        for _ in range(100):
            for _ in range(2):
                spoken = await peer.open()
                await peer.send(spoken, framed(b"x"), end=True)
                assert await peer.status(spoken) == OK
            silent = await peer.open("/t.T/hang")
            peer.h2.reset_stream(silent, ErrorCodes.CANCEL)
            await peer.flush()
        assert server.connections == 1
    assert reached == []


async def test_a_peer_that_does_not_introduce_itself_is_let_go(
    autojump_clock: trio.testing.MockClock,
) -> None:
    reached: list[str] = []
    server = Server([Methods(echo=echo)], Limits(handshake_seconds=5), limited=reached.append)
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        for byte in b"PRI * HTTP/2.0\r\n":  # a byte a second
            await trio.sleep(1)
            try:
                await ours.send_all(bytes([byte]))
            except trio.BrokenResourceError:
                break
        assert trio.current_time() < 8
        await ours.aclose()
    assert reached == ["handshake_seconds"]


@pytest.mark.parametrize("part", ["frame", "headers"])
async def test_a_frame_or_header_block_that_never_ends_is_not_waited_for(
    autojump_clock: trio.testing.MockClock, part: str
) -> None:
    reached: list[str] = []
    async with connected(Limits(progress_seconds=10), reached=reached, echo=echo) as (peer, _):
        await peer.until(lambda: peer.events)
        started = trio.current_time()
        if part == "frame":
            await peer.stream.send_all(headers_frame(1).serialize()[:20])
        else:
            await peer.stream.send_all(headers_frame(1, end_headers=False).serialize())

        async def trickle() -> None:
            for _ in range(30):  # what follows is slow, but keeps coming
                await trio.sleep(1)
                data = b"\0" if part == "frame" else ContinuationFrame(1).serialize()
                await peer.stream.send_all(data)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(trickle)
            while not peer.is_closed:
                await peer.read()
            nursery.cancel_scope.cancel()
        assert 10 <= trio.current_time() - started < 13
    assert reached == ["progress_seconds"]


@pytest.mark.parametrize("sent", [b"\0", framed(b"", size=100), framed(bytes(50), size=100)])
async def test_a_message_that_never_ends_ends_its_call(
    autojump_clock: trio.testing.MockClock, sent: bytes
) -> None:
    reached: list[str] = []
    async with connected(Limits(message_seconds=10), reached=reached, echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, sent)
        started = trio.current_time()
        while peer.header(call, "grpc-status") is None:
            await peer.read()
        assert peer.header(call, "grpc-status") == DEADLINE
        assert trio.current_time() - started == pytest.approx(10)
    assert reached == ["message_seconds"]


async def test_between_messages_a_peer_may_take_its_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A model may think for minutes while Envoy has nothing to say."""
    limits = Limits(message_seconds=10, progress_seconds=10, keepalive_seconds=1e6)
    reached: list[str] = []
    async with connected(limits, reached=reached, echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, framed(b"one"))
        await trio.sleep(1000)
        await peer.send(call, framed(b"two"), end=True)
        while not peer.ended(call):
            await peer.read()
        assert peer.data(call) == framed(b"one") + framed(b"two")
    assert reached == []


async def test_a_connection_without_calls_is_retired(
    autojump_clock: trio.testing.MockClock,
) -> None:
    reached: list[str] = []
    limits = Limits(idle_seconds=300, keepalive_seconds=60)
    async with connected(limits, reached=reached, echo=echo) as (peer, _):
        started = trio.current_time()
        while not peer.is_closed:
            await peer.read()
        assert 300 <= trio.current_time() - started < 420
        assert [goaway.error_code for goaway in peer.goaways()] == [ErrorCodes.NO_ERROR] * 2
    assert reached == ["idle_seconds"]


async def test_a_peer_that_has_gone_without_a_word_is_noticed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    reached: list[str] = []
    limits = Limits(keepalive_seconds=60, keepalive_timeout_seconds=20)
    async with connected(limits, reached=reached, hang=hang) as (peer, server):
        await peer.open("/t.T/hang")
        await trio.testing.wait_all_tasks_blocked()
        started = trio.current_time()
        while server.calls:  # noqa: ASYNC110 - nobody reads, so nobody answers the ping
            await trio.sleep(1)
        assert 80 <= trio.current_time() - started < 85
    assert reached == ["keepalive"]


async def test_a_peer_that_answers_pings_is_kept(autojump_clock: trio.testing.MockClock) -> None:
    reached: list[str] = []
    async with connected(reached=reached, hang=hang) as (peer, server):
        await peer.open("/t.T/hang")
        with trio.move_on_after(600):
            while True:
                await peer.read()
        assert server.calls == 1
    assert reached == []


async def test_a_connection_that_has_had_its_calls_is_retired_politely() -> None:
    reached: list[str] = []
    async with connected(Limits(max_calls=3), reached=reached, echo=echo) as (peer, _):
        for _ in range(3):
            call = await peer.open()
            await peer.send(call, framed(b"x"), end=True)
            assert await peer.status(call) == OK
        await peer.until_closed()
        assert [goaway.error_code for goaway in peer.goaways()] == [ErrorCodes.NO_ERROR] * 2
    assert reached == ["calls"]


async def test_connections_beyond_the_limit_are_closed_as_they_come() -> None:
    reached: list[str] = []
    server = Server(
        [Methods(echo=echo)], Limits(max_connections=2), limited=reached.append, codec=BytesCodec()
    )
    async with trio.open_nursery() as nursery:
        peers = []
        for _ in range(3):
            ours, theirs = trio.testing.memory_stream_pair()
            nursery.start_soon(server.serve_stream, theirs)
            await trio.testing.wait_all_tasks_blocked()
            peers.append(Peer(ours))
        assert server.connections == 2
        await peers[2].until_closed()
        await peers[0].connect()
        call = await peers[0].open()
        await peers[0].send(call, framed(b"x"), end=True)
        assert await peers[0].status(call) == OK
        nursery.cancel_scope.cancel()
    assert reached == ["connections"]


async def test_streams_beyond_the_limit_are_counted() -> None:
    reached: list[str] = []
    async with connected(Limits(max_streams=1), reached=reached, hang=hang) as (peer, _):
        peer.h2.remote_settings[SettingCodes.MAX_CONCURRENT_STREAMS] = 100
        peer.h2.remote_settings.acknowledge()
        await peer.open("/t.T/hang")
        refused = await peer.open("/t.T/hang")
        await peer.until(lambda: peer.reset(refused))
    assert reached == ["streams"]


async def test_messages_share_one_budget() -> None:
    reached: list[str] = []
    budget = ByteBudget(1000)
    go = trio.Event()

    async def keep(stream: Any) -> None:
        while await stream.recv_message() is not None:
            await go.wait()

    async with connected(reached=reached, budget=budget, keep=keep) as (peer, _):
        first, second, third = [await peer.open("/t.T/keep") for _ in range(3)]
        await peer.send(first, framed(bytes(600)))
        await trio.testing.wait_all_tasks_blocked()
        assert budget.used == 600
        await peer.send(second, framed(bytes(500)))
        assert await peer.status(second) == EXHAUSTED
        await peer.send(third, framed(bytes(400)))
        await trio.testing.wait_all_tasks_blocked()
        assert budget.used == 1000
        go.set()  # what was kept is let go when the next message is asked for
        await trio.testing.wait_all_tasks_blocked()
        assert budget.used == 0
        await peer.send(first, framed(bytes(900)))
        await trio.testing.wait_all_tasks_blocked()
    assert budget.used == 0  # and when the call ends, however it ends
    assert reached == ["retained_bytes"]


async def test_a_message_that_never_comes_whole_gives_back_its_share(
    autojump_clock: trio.testing.MockClock,
) -> None:
    budget = ByteBudget(1000)
    async with connected(budget=budget, echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, framed(b"x", size=800))
        await trio.testing.wait_all_tasks_blocked()
        assert budget.used == 800
        while not peer.ended(call):
            await peer.read()
        assert budget.used == 0


async def test_a_peer_that_stops_reading_is_given_up_in_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    reached: list[str] = []

    async def flood(stream: Any) -> None:
        while True:
            await stream.send_message(bytes(10_000))

    ours, theirs = trio.testing.lockstep_stream_pair()  # a write waits until it is read
    server = Server(
        [Methods(flood=flood)],
        Limits(write_seconds=30, keepalive_seconds=1e6),
        limited=reached.append,
        codec=BytesCodec(),
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve_stream, theirs)
        peer = Peer(ours)
        await peer.connect()
        await peer.until(lambda: peer.events)
        peer.h2.increment_flow_control_window(2**30)
        await peer.open("/t.T/flood")
        started = trio.current_time()
        while server.calls or not reached:  # noqa: ASYNC110 - the clock jumps
            await trio.sleep(1)
        assert 30 <= trio.current_time() - started < 33
        nursery.cancel_scope.cancel()
    assert reached == ["write_seconds"]
