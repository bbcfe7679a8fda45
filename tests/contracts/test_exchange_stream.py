"""What every ExtProc stream promises."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import trio
import trio.testing
from attrs import define

from semroute.adapters.extproc import SERVICE_NAME, ExtProcService
from semroute.adapters.extproc._pb import extproc_pb2 as pb
from semroute.adapters.grpc import Server
from semroute.adapters.memory import MemoryStream
from semroute.domain.exchange.events import Direction, Event, RequestBody, RequestTrailers
from semroute.domain.exchange.replies import BodyReply, Reply, TrailersReply
from semroute.domain.ports import ExchangeStream
from tests.adapters.grpc.peer import Peer, framed, request_headers

FIRST, SECOND, LAST = RequestBody(b"one"), RequestBody(b"two"), RequestTrailers()


@define
class Envoy:
    """The other end of a stream."""

    say: Callable[[Event], Awaitable[None]]
    hang_up: Callable[[], Awaitable[None]]
    heard: Callable[[], Awaitable[int]]


Held = Callable[[ExchangeStream], Awaitable[None]]


async def in_memory(hold: Held, nursery: trio.Nursery) -> Envoy:
    stream = MemoryStream()
    replies: list[Reply] = []

    async def say(event: Event) -> None:
        nursery.start_soon(answered, event)
        await trio.testing.wait_all_tasks_blocked()

    async def answered(event: Event) -> None:
        replies.append(await stream.send(event))

    async def hang_up() -> None:
        stream.hang_up()

    async def heard() -> int:
        await trio.testing.wait_all_tasks_blocked()
        return len(replies)

    nursery.start_soon(hold, stream)
    return Envoy(say, hang_up, heard)


async def over_grpc(hold: Held, nursery: trio.Nursery) -> Envoy:
    ours, theirs = trio.testing.memory_stream_pair()
    server = Server([ExtProcService(hold)])
    nursery.start_soon(server.serve_stream, theirs)
    peer = Peer(ours)
    await peer.connect()
    call = await peer.open(headers=[*request_headers(f"/{SERVICE_NAME}/Process").items()])

    async def say(event: Event) -> None:
        message = pb.ProcessingRequest()
        if isinstance(event, RequestBody):
            message.request_body.body = event.body
        else:
            message.request_trailers.SetInParent()
        await peer.send(call, framed(message.SerializeToString()))
        await trio.testing.wait_all_tasks_blocked()

    async def hang_up() -> None:
        await peer.send(call, b"", end=True)

    async def heard() -> int:
        await trio.testing.wait_all_tasks_blocked()
        with trio.move_on_after(0.1):
            while not peer.ended(call):
                await peer.read()
        data, count = peer.data(call), 0
        while data:
            data, count = data[5 + int.from_bytes(data[1:5]) :], count + 1
        return count

    return Envoy(say, hang_up, heard)


@pytest.fixture(params=[in_memory, over_grpc])
async def connect(
    request: pytest.FixtureRequest, nursery: trio.Nursery
) -> AsyncIterator[Callable[[Held], Awaitable[Envoy]]]:
    async def connected(hold: Held) -> Envoy:
        envoy: Envoy = await request.param(hold, nursery)
        return envoy

    yield connected
    nursery.cancel_scope.cancel()


Connect = Callable[[Held], Awaitable[Envoy]]


async def test_events_come_in_order_and_then_none(connect: Connect) -> None:
    events: list[Event | None] = []

    async def hold(stream: ExchangeStream) -> None:
        while (event := await stream.receive()) is not None:
            events.append(event)
            if isinstance(event, RequestTrailers):
                await stream.reply(TrailersReply(Direction.REQUEST))
            else:
                await stream.reply(BodyReply(Direction.REQUEST))
        events.append(None)

    envoy = await connect(hold)
    for event in (FIRST, SECOND, LAST):
        await envoy.say(event)
    await envoy.hang_up()
    assert await envoy.heard() == 3
    assert events == [FIRST, SECOND, LAST, None]


async def test_waiting_for_an_event_can_be_cancelled_without_losing_one(connect: Connect) -> None:
    events: list[Event | None] = []
    cancelled = trio.Event()

    async def hold(stream: ExchangeStream) -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await stream.receive()
        cancelled.set()
        events.append(await stream.receive())
        await stream.reply(BodyReply(Direction.REQUEST))

    envoy = await connect(hold)
    await cancelled.wait()
    await envoy.say(FIRST)
    assert await envoy.heard() == 1
    assert events == [FIRST]
