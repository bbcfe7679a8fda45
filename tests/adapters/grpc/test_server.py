"""What the transport promises, seen by a peer that speaks raw HTTP/2."""

import contextlib
from typing import Any

import pytest
import trio
import trio.testing
from grpclib.const import Status
from grpclib.exceptions import GRPCError
from h2.errors import ErrorCodes
from h2.events import PingAckReceived
from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame, PingFrame

from semroute.adapters.grpc import Limits

from .peer import connected, echo, framed, request_headers

OK, CANCELLED, UNKNOWN, DEADLINE, EXHAUSTED = "0", "1", "2", "4", "8"
UNIMPLEMENTED, INTERNAL, UNAVAILABLE = "12", "13", "14"


async def test_messages_are_answered_in_order_and_trailers_end_the_call() -> None:
    async with connected(echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, framed(b"one") + framed(b"two"), end=True)
        assert await peer.status(call) == OK
        assert peer.data(call) == framed(b"one") + framed(b"two")


async def test_a_message_may_be_spread_over_frames_and_empty_frames_mean_nothing() -> None:
    async with connected(echo=echo) as (peer, _):
        call = await peer.open()
        for piece in (b"", b"\0", b"\0\0", b"", b"\0\x03ab", b"", b"c"):
            await peer.send(call, piece)
        await peer.send(call, b"", end=True)
        assert await peer.status(call) == OK
        assert peer.data(call) == framed(b"abc")


async def test_a_reset_cancels_the_handler_and_everything_it_started_and_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    unwound: list[str] = []

    async def hang(_: Any) -> None:
        async def child() -> None:
            try:
                await trio.sleep_forever()
            finally:
                unwound.append("child")

        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(child)
        finally:
            unwound.append("handler")

    async with connected(hang=hang) as (peer, server):
        call = await peer.open("/t.T/hang")
        await trio.testing.wait_all_tasks_blocked()
        assert server.calls == 1
        peer.h2.reset_stream(call, ErrorCodes.CANCEL)
        await peer.flush()
        await trio.testing.wait_all_tasks_blocked()
        assert unwound == ["child", "handler"]
        assert server.calls == 0
        assert peer.header(call, "grpc-status") is None
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_lost_connection_cancels_its_calls() -> None:
    async def hang(_: Any) -> None:
        await trio.sleep_forever()

    async with connected(hang=hang) as (peer, server):
        await peer.open("/t.T/hang")
        await trio.testing.wait_all_tasks_blocked()
        await peer.stream.aclose()
        await trio.testing.wait_all_tasks_blocked()
        assert server.calls == 0


async def test_a_deadline_ends_the_handler(autojump_clock: trio.testing.MockClock) -> None:
    async def hang(_: Any) -> None:
        await trio.sleep_forever()

    async with connected(hang=hang) as (peer, _):
        headers = [*request_headers("/t.T/hang").items(), ("grpc-timeout", "60S")]
        call = await peer.open(headers=headers)
        start = trio.current_time()
        assert await status_without_deadline(peer, call) == DEADLINE
        assert 59 < trio.current_time() - start < 61


async def status_without_deadline(peer: Any, call: int) -> str:
    while (status := peer.header(call, "grpc-status")) is None:
        await peer.read()
    return str(status)


async def test_a_status_raised_inside_a_nursery_is_the_status_of_the_call() -> None:
    async def refuse(_: Any) -> None:
        async def raiser() -> None:
            raise GRPCError(Status.PERMISSION_DENIED, "no")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(raiser)
            await trio.sleep_forever()

    async with connected(refuse=refuse) as (peer, _):
        call = await peer.open("/t.T/refuse")
        assert await peer.status(call) == str(Status.PERMISSION_DENIED.value)


async def test_a_failing_handler_ends_its_call_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(_: Any) -> None:
        message = "boom"
        raise ValueError(message)

    async with connected(fail=fail, echo=echo) as (peer, _):
        bad, good = await peer.open("/t.T/fail"), await peer.open()
        assert await peer.status(bad) == UNKNOWN
        await peer.send(good, framed(b"still here"), end=True)
        assert await peer.status(good) == OK
    assert "boom" in caplog.text


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        pytest.param(framed(b"abc", flag=1), UNIMPLEMENTED, id="compressed"),
        pytest.param(framed(b"abc", size=10), INTERNAL, id="cut-short"),
        pytest.param(b"\0\0", INTERNAL, id="cut-short-in-its-prefix"),
    ],
)
async def test_a_broken_message_ends_the_call(payload: bytes, status: str) -> None:
    async with connected(echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, payload, end=True)
        assert await peer.status(call) == status


async def test_an_oversize_message_is_refused_by_its_prefix() -> None:
    async with connected(Limits(max_message_bytes=100), echo=echo) as (peer, _):
        call = await peer.open()
        await peer.send(call, framed(b"", size=101))
        assert await peer.status(call) == EXHAUSTED
        call = await peer.open()
        await peer.send(call, framed(bytes(100)), end=True)
        assert await peer.status(call) == OK


@pytest.mark.parametrize(
    ("change", "http_status", "status"),
    [
        pytest.param({":method": "GET"}, "405", None, id="method"),
        pytest.param({"content-type": "application/json"}, "415", UNKNOWN, id="content-type"),
        pytest.param({"content-type": "application/grpc+json"}, "415", UNKNOWN, id="subtype"),
        pytest.param({":path": "/t.T/none"}, "200", UNIMPLEMENTED, id="path"),
        pytest.param({"grpc-timeout": "123456789S"}, "200", INTERNAL, id="nine-digits"),
        pytest.param({"grpc-timeout": "soon"}, "200", INTERNAL, id="timeout"),
        pytest.param({"x-bin": "abcde"}, "200", INTERNAL, id="bin"),
    ],
)
async def test_a_call_that_is_no_grpc_is_answered(
    change: dict[str, str], http_status: str, status: str | None
) -> None:
    async with connected(echo=echo) as (peer, _):
        call = await peer.open(headers=list((request_headers() | change).items()))
        await peer.until(lambda: peer.ended(call))
        assert peer.header(call, ":status") == http_status
        assert peer.header(call, "grpc-status") == status


async def test_te_is_required() -> None:
    async with connected(echo=echo) as (peer, _):
        headers = request_headers()
        del headers["te"]
        call = await peer.open(headers=list(headers.items()))
        await peer.until(lambda: peer.ended(call))
        assert peer.header(call, ":status") == "400"


@pytest.mark.parametrize("missing", [":path", ":method", ":scheme"])
async def test_a_malformed_request_is_reset_and_the_connection_lives(missing: str) -> None:
    async with connected(echo=echo) as (peer, server):
        peer.h2.config.validate_outbound_headers = False
        headers = request_headers()
        del headers[missing]
        call = await peer.open(headers=list(headers.items()))
        reset = await peer.until(lambda: peer.reset(call))
        assert reset.error_code == ErrorCodes.PROTOCOL_ERROR
        assert server.calls == 0
        call = await peer.open()
        await peer.send(call, framed(b"x"), end=True)
        assert await peer.status(call) == OK


async def test_any_bytes_may_be_a_header_value() -> None:
    async with connected(echo=echo) as (peer, _):
        call = await peer.open(headers=[*request_headers().items(), ("x-user", "é\xff")])
        await peer.send(call, b"", end=True)
        assert await peer.status(call) == OK


async def test_an_unknown_frame_is_ignored() -> None:
    async with connected(echo=echo) as (peer, _):
        await peer.stream.send_all(bytes([0, 0, 3, 0xF0, 0, 0, 0, 0, 0]) + b"abc")
        peer.h2.ping(b"12345678")
        await peer.flush()
        assert await peer.until(
            lambda: any(isinstance(event, PingAckReceived) for event in peer.events)
        )


async def test_a_protocol_error_is_explained_before_the_connection_closes() -> None:
    async with connected(echo=echo) as (peer, _):
        await peer.stream.send_all(bytes([0, 0, 1, PingFrame.type, 0, 0, 0, 0, 0, 0]))
        (goaway,) = await peer.until(peer.goaways)
        assert goaway.error_code == ErrorCodes.FRAME_SIZE_ERROR
        await peer.until_closed()


async def test_streams_beyond_the_limit_are_refused_and_the_connection_lives() -> None:
    async def hang(_: Any) -> None:
        await trio.sleep_forever()

    async with connected(Limits(max_streams=2), hang=hang, echo=echo) as (peer, server):
        # As Envoy does: open streams before the server's settings have arrived.
        peer.h2.remote_settings[SettingCodes.MAX_CONCURRENT_STREAMS] = 100
        peer.h2.remote_settings.acknowledge()
        first = [await peer.open("/t.T/hang") for _ in range(2)]
        refused = await peer.open()
        reset = await peer.until(lambda: peer.reset(refused))
        assert reset.error_code == ErrorCodes.REFUSED_STREAM
        assert server.calls == 2
        peer.h2.reset_stream(first[0])
        await peer.flush()
        await trio.testing.wait_all_tasks_blocked()
        call = await peer.open()
        await peer.send(call, framed(b"x"), end=True)
        assert await peer.status(call) == OK


async def test_the_stream_limit_is_advertised() -> None:
    async with connected(Limits(max_streams=1234), echo=echo) as (peer, _):
        await peer.until(lambda: peer.events)
        assert peer.h2.remote_settings.max_concurrent_streams == 1234


async def test_a_client_that_leaves_politely_gets_its_answers() -> None:
    gate = trio.Event()

    async def wait(stream: Any) -> None:
        await stream.recv_message()
        await gate.wait()
        await stream.send_message(b"done")

    async with connected(wait=wait) as (peer, _):
        call = await peer.open("/t.T/wait")
        await peer.send(call, framed(b"x"), end=True)
        await peer.stream.send_all(GoAwayFrame(0, last_stream_id=0, error_code=0).serialize())
        await trio.testing.wait_all_tasks_blocked()
        gate.set()
        assert await peer.status(call) == OK
        assert peer.data(call) == framed(b"done")
        await peer.until_closed()


async def test_a_peer_that_does_not_read_cannot_make_the_buffer_grow() -> None:
    stopped = trio.Event()

    async def flood(stream: Any) -> None:
        try:
            while True:
                await stream.send_message(bytes(10_000))
        finally:
            stopped.set()

    limits = Limits(max_write_buffer_bytes=64 * 1024, close_seconds=0.1)
    async with connected(limits, flood=flood) as (peer, server):
        peer.h2.increment_flow_control_window(2**30)
        await peer.open("/t.T/flood")
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(4000):  # each ping wants an answer that nobody reads
            peer.h2.ping(b"12345678")
        with trio.fail_after(10):
            with contextlib.suppress(trio.BrokenResourceError):
                await peer.flush()
            await stopped.wait()
        assert server.calls == 0


async def test_draining_lets_calls_finish_and_refuses_new_ones() -> None:
    gate = trio.Event()

    async def wait(stream: Any) -> None:
        await gate.wait()
        await stream.send_message(b"done")

    async with connected(wait=wait, echo=echo) as (peer, server):
        call = await peer.open("/t.T/wait")
        await trio.testing.wait_all_tasks_blocked()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.drain)
            await trio.testing.wait_all_tasks_blocked()
            late = await peer.open()  # sent before the first GOAWAY is read
            await peer.send(late, framed(b"late"), end=True)
            assert await peer.status(late) == OK
            await peer.until(lambda: len(peer.goaways()) == 2)
            later = await peer.open()
            reset = await peer.until(lambda: peer.reset(later))
            assert reset.error_code == ErrorCodes.REFUSED_STREAM
            gate.set()
            assert await peer.status(call) == OK
            await peer.until_closed()
        assert [goaway.error_code for goaway in peer.goaways()] == [ErrorCodes.NO_ERROR] * 2
        assert [goaway.last_stream_id for goaway in peer.goaways()] == [2**31 - 1, late]


async def test_draining_ends_though_the_peer_leaves_meanwhile() -> None:
    release = trio.Event()

    async def wait(_: Any) -> None:
        await release.wait()

    async with connected(wait=wait) as (peer, server):
        call = await peer.open("/t.T/wait")
        await trio.testing.wait_all_tasks_blocked()
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(server.drain)
                await peer.until(peer.goaways)
                await peer.stream.send_all(GoAwayFrame(0, last_stream_id=0).serialize())
                await trio.testing.wait_all_tasks_blocked()
                release.set()
                await peer.status(call)


async def test_shutting_down_ends_calls_unavailable() -> None:
    cancelled = trio.Event()

    async def hang(_: Any) -> None:
        try:
            await trio.sleep_forever()
        finally:
            cancelled.set()

    async with connected(hang=hang) as (peer, server):
        call = await peer.open("/t.T/hang")
        await trio.testing.wait_all_tasks_blocked()
        server.shut_down()
        assert await peer.status(call) == UNAVAILABLE
        await peer.until_closed()
        assert cancelled.is_set()
        assert "shutting" in str(peer.header(call, "grpc-message"))
