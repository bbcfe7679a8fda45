import os
import signal

import pytest
import trio
import trio.testing
from attrs import define, field

from semroute.app.lifecycle import InterruptedTwiceError, drain, first_of, stop_on_signals


@define(eq=False)
class Shop:
    """A server whose work takes as long as it is told."""

    seconds: float
    told: list[str] = field(factory=list)
    finished: trio.Event = field(factory=trio.Event)

    async def drain(self) -> None:
        self.told.append("drain")
        with trio.move_on_after(self.seconds):
            await self.finished.wait()

    def shut_down(self) -> None:
        self.told.append("shut down")

    def hang_up(self) -> None:
        self.told.append("hang up")


async def test_work_that_finishes_in_time_is_not_disturbed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    shop = Shop(seconds=3)
    started = trio.current_time()
    await drain(shop, shop.hang_up, grace_seconds=25)
    assert trio.current_time() - started == pytest.approx(3)
    assert shop.told == ["drain"]


async def test_work_that_does_not_finish_is_hung_up_on_and_then_shut_down(
    autojump_clock: trio.testing.MockClock,
) -> None:
    shop = Shop(seconds=1000)
    started = trio.current_time()
    await drain(shop, shop.hang_up, grace_seconds=25)
    assert trio.current_time() - started == pytest.approx(26)
    assert shop.told == ["drain", "hang up", "shut down"]


async def test_work_that_ends_when_hung_up_on_is_not_shut_down(
    autojump_clock: trio.testing.MockClock,
) -> None:
    shop = Shop(seconds=1000)

    def hang_up() -> None:
        shop.hang_up()
        shop.finished.set()

    await drain(shop, hang_up, grace_seconds=25)
    assert shop.told == ["drain", "hang up"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_first_signal_stops_and_the_second_interrupts(number: signal.Signals) -> None:
    stop = trio.Event()
    with pytest.RaisesGroup(InterruptedTwiceError):
        async with trio.open_nursery() as nursery:
            await nursery.start(stop_on_signals, stop)
            os.kill(os.getpid(), number)
            await stop.wait()
            os.kill(os.getpid(), number)
            await trio.sleep(10)


async def test_the_first_of_several_events_is_enough() -> None:
    one, other = trio.Event(), trio.Event()
    other.set()
    await first_of(one, other)
