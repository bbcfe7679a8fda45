"""Clocks that jump make nothing live for ever, and nothing fail."""

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from semroute.adapters.diskcache import Noted
from semroute.domain.caching.entry import Selection

from .stores import TTL, Clock, Notes, count_of, entry_of, filled, opened

DAY = 86_400.0


async def test_a_clock_that_goes_back_makes_nothing_live_longer(
    tmp_path: Path, mock_clock: MockClock
) -> None:
    clock = Clock()
    async with opened(tmp_path, now=clock) as store:
        await store.put(entry_of(1))
        clock.seconds -= DAY
        mock_clock.jump(TTL - 1)
        found = await store.exact(entry_of(1).exact)
        assert found is not None
        assert found.created == clock.seconds  # nobody is told of an age below zero
        mock_clock.jump(1)
        assert await store.exact(entry_of(1).exact) is None
        assert await store.nearest(entry_of(1).partition, entry_of(1).vector, 4) == []
        assert [each async for each in store.scan(Selection())] == []


async def test_a_clock_that_goes_forward_ends_what_it_has_passed(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, now=clock) as store:
        await store.put(entry_of(1))
        clock.seconds += 10 * 365 * DAY
        assert await store.exact(entry_of(1).exact) is None
        late = entry_of(2, created=clock.seconds, expires=clock.seconds + TTL)
        await store.put(late)
        assert await store.exact(late.exact) == late


@pytest.mark.parametrize("ahead", [61.0, DAY, 10 * 365 * DAY])
async def test_what_was_made_in_the_future_is_gone_when_a_store_is_opened(
    tmp_path: Path, ahead: float
) -> None:
    await filled(tmp_path, 3)
    clock, notes = Clock(), Notes()
    clock.seconds -= ahead
    async with opened(tmp_path, now=clock, notes=notes) as store:
        assert store.entries == 0
        assert notes.counts == {Noted.EXPIRED: 3}
    assert count_of(tmp_path) == 0


async def test_a_little_in_the_future_is_now(tmp_path: Path, mock_clock: MockClock) -> None:
    await filled(tmp_path, 1)
    clock = Clock()
    clock.seconds -= 59
    async with opened(tmp_path, now=clock) as store:
        found = await store.exact(entry_of(0).exact)
        assert found is not None
        assert found.created == clock.seconds
        mock_clock.jump(TTL)  # and not what the other clock would still give it
        assert await store.exact(entry_of(0).exact) is None


async def test_time_goes_on_while_a_store_is_closed(tmp_path: Path) -> None:
    await filled(tmp_path, 3)
    clock, notes = Clock(), Notes()
    clock.seconds += TTL
    async with opened(tmp_path, now=clock, notes=notes) as store:
        assert store.entries == 0
        assert notes.counts == {Noted.EXPIRED: 3}
    assert count_of(tmp_path) == 0


@pytest.mark.parametrize(
    "changes",
    [{"expires": 0.0}, {"expires": -1e9}, {"created": 2e9, "expires": 2e9 + 10}],
    ids=str,
)
async def test_an_entry_without_any_time_left_is_not_kept(
    tmp_path: Path, changes: dict[str, float]
) -> None:
    async with opened(tmp_path) as store:
        await store.put(entry_of(1, **changes))
        assert store.entries == 0
    assert count_of(tmp_path) == 0


async def test_what_has_expired_is_swept_out(tmp_path: Path, mock_clock: MockClock) -> None:
    clock, notes = Clock(), Notes()
    async with opened(tmp_path, now=clock, notes=notes) as store:
        async with trio.open_nursery() as nursery:
            for number in range(620):  # more than one transaction's
                nursery.start_soon(store.put, entry_of(number))
        lasting = entry_of(1000, expires=clock.seconds + 2 * TTL)
        await store.put(lasting)
        clock.seconds += TTL
        mock_clock.jump(31)
        await notes.hear(Noted.EXPIRED)
        assert notes.counts == {Noted.EXPIRED: 620}
        assert store.entries == 1
        assert await store.exact(lasting.exact) == lasting
        assert count_of(tmp_path) == 1
