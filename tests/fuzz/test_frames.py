"""HTTP/2 frames: right, wrong, cut and shuffled."""

from collections.abc import Callable
from typing import Any

import trio
import trio.testing
from hyperframe.frame import RstStreamFrame, SettingsFrame, WindowUpdateFrame
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.grpc import Server
from tests.adapters.grpc.peer import BytesCodec, Methods, Peer, echo, framed
from tests.adapters.grpc.wire import HELLO, PREFACE, Speech, data, hold, raw, said

from .harness import fuzz, idle_clock, no_bugs_logged

STREAMS = st.integers(1, 9)
FLAGS = st.sampled_from([(), ("END_STREAM",)])

PARTS = st.one_of(
    st.tuples(st.just("call"), STREAMS),
    st.tuples(st.just("headers"), STREAMS, FLAGS, st.sampled_from(["/t.T/echo", "/t.T/hold", ""])),
    st.tuples(st.just("data"), STREAMS, FLAGS, st.binary(max_size=40)),
    st.tuples(st.just("block"), STREAMS, FLAGS, st.binary(max_size=40)),
    st.tuples(st.just("reset"), STREAMS, st.integers(0, 20)),
    st.tuples(st.just("settings"), st.dictionaries(st.integers(1, 9), st.integers(0, 2**32 - 1))),
    st.tuples(st.just("window"), STREAMS, st.integers(1, 2**31 - 1)),
    st.tuples(
        st.just("raw"),
        st.integers(0, 12),
        st.binary(max_size=24),
        st.integers(0, 9),
        st.integers(0, 255),
    ),
    st.tuples(st.just("bytes"), st.binary(max_size=30)),
)


WRITERS: dict[str, Callable[..., bytes]] = {
    "call": lambda on, stream: on.request(stream),
    "headers": lambda on, stream, flags, path: said(on.headers(stream, {":path": path}, *flags)),
    "data": lambda _, stream, flags, payload: said(data(stream, framed(payload), *flags)),
    "block": lambda on, stream, flags, block: said(on.block(stream, block, *flags)),
    "reset": lambda _, stream, code: said(RstStreamFrame(stream, error_code=code)),
    "settings": lambda _, values: said(SettingsFrame(0, settings=values)),
    "window": lambda _, stream, size: said(WindowUpdateFrame(stream, window_increment=size)),
    "raw": lambda _, kind, payload, stream, flags: raw(kind, payload, stream, flags),
    "bytes": lambda _, payload: payload,
}


def script(parts: list[Any]) -> list[bytes]:
    """What is sent, in the chunks that it is sent in."""
    on = Speech()
    hello = PREFACE + said(SettingsFrame(0))
    return [hello, *(WRITERS[kind](on, *details) for kind, *details in parts)]


@fuzz
@given(st.lists(PARTS, max_size=12), st.booleans(), st.integers(0, 400))
def test_no_frames_hurt_anybody_else(parts: list[Any], in_one: bool, cut: int) -> None:  # noqa: FBT001
    chunks = script(parts)
    whole = b"".join(chunks)
    if in_one:
        chunks = [whole]
    elif cut < len(whole):
        chunks = [whole[:cut], whole[cut:]]
    with no_bugs_logged():
        trio.run(attack, chunks, clock=idle_clock())


async def attack(chunks: list[bytes]) -> None:
    server = Server([Methods(echo=echo, hold=hold)], codec=BytesCodec())
    ours, theirs = trio.testing.memory_stream_pair()
    innocent, theirs_too = trio.testing.memory_stream_pair()
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve_stream, theirs)
            nursery.start_soon(server.serve_stream, theirs_too)
            nursery.start_soon(drink, ours)
            try:
                for chunk in chunks:
                    await ours.send_all(chunk)
                    await trio.testing.wait_all_tasks_blocked()
            except trio.BrokenResourceError:
                pass  # it has hung up on us, as it may
            peer = Peer(innocent)
            await peer.connect()
            call = await peer.open()
            await peer.send(call, HELLO, end=True)
            assert await peer.status(call) == "0"
            assert peer.data(call) == HELLO
            nursery.cancel_scope.cancel()
    assert server.calls == server.connections == 0


async def drink(stream: trio.abc.ReceiveStream) -> None:
    try:
        while await stream.receive_some():
            pass
    except trio.BrokenResourceError:
        pass
