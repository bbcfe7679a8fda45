import pytest
import trio
import trio.testing

from semroute.adapters.grpc.primitives import Event, Queue


async def test_an_event_wakes_everybody_and_can_be_cleared() -> None:
    event = Event()
    woken: list[int] = []

    async def wait(number: int) -> None:
        await event.wait()
        woken.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(wait, number)
        await trio.testing.wait_all_tasks_blocked()
        assert woken == []
        event.set()
    assert sorted(woken) == [0, 1, 2]
    assert event.is_set()
    event.clear()
    with trio.move_on_after(0) as scope:
        await event.wait()
    assert scope.cancelled_caught


async def test_a_queue_keeps_order_and_waits_when_empty() -> None:
    queue = Queue[int]()
    got: list[int] = []

    async def take() -> None:
        got.extend([await queue.get() for _ in range(3)])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await trio.testing.wait_all_tasks_blocked()
        queue.put_nowait(1)
        queue.put_nowait(2)
        await trio.testing.wait_all_tasks_blocked()
        assert queue.empty()
        queue.put_nowait(3)
    assert got == [1, 2, 3]


async def test_a_cancelled_reader_loses_nothing_and_leaves_room_for_another() -> None:
    queue = Queue[int]()
    with trio.move_on_after(0):
        await queue.get()
    queue.put_nowait(1)
    assert queue.qsize() == 1
    assert await queue.get() == 1


async def test_a_queue_has_one_reader() -> None:
    queue = Queue[int]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(queue.get)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await queue.get()
        queue.put_nowait(1)
