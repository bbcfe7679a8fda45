"""Who writes waits for the disk; who reads does not, and nobody waits for ever."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from semroute.adapters.diskcache import Limits, Noted
from semroute.domain.caching.entry import Selection
from semroute.domain.errors import CacheError

from .stores import Clock, Notes, count_of, database_bytes, entry_of, opened


async def test_what_is_acknowledged_is_there_after_the_next_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        async with trio.open_nursery() as nursery:
            for number in range(200):
                nursery.start_soon(store.put, entry_of(number))
        assert await store.remove([entry_of(number).id for number in range(0, 200, 2)]) == 100
    async with opened(tmp_path) as store:
        for number in range(200):
            expected = entry_of(number) if number % 2 else None
            assert await store.exact(entry_of(number).exact) == expected
            near = await store.nearest(entry_of(number).partition, entry_of(number).vector, 1)
            assert (near[0].entry == entry_of(number)) == bool(number % 2)


async def test_a_store_that_is_closed_fails_who_still_waits(tmp_path: Path) -> None:
    outcomes: list[bool] = []

    async def put(store_put: object, number: int) -> None:
        try:
            await store.put(entry_of(number))
        except CacheError:
            outcomes.append(False)
        else:
            outcomes.append(True)

    async with trio.open_nursery() as waiting, opened(tmp_path) as store:
        for number in range(300):
            waiting.start_soon(put, store, number)
        await trio.testing.wait_all_tasks_blocked()
    assert len(outcomes) == 300
    assert 0 < sum(outcomes) < 300
    assert count_of(tmp_path) == sum(outcomes)


async def test_what_waits_is_bounded(tmp_path: Path) -> None:
    notes = Notes()
    refused = 0

    async def put(number: int) -> None:
        nonlocal refused
        try:
            await store.put(entry_of(number % 10))
        except CacheError:
            refused += 1

    async with opened(tmp_path, notes=notes) as store, trio.open_nursery() as nursery:
        for number in range(1500):
            nursery.start_soon(put, number)
    assert 1500 - 1024 - 64 - 1 <= refused < 1500
    assert notes.counts[Noted.WRITE_REFUSED] == refused


async def test_a_lock_of_somebody_else_s_stops_writing_but_no_reading(
    tmp_path: Path, mock_clock: MockClock
) -> None:
    notes = Notes()
    async with opened(tmp_path, notes=notes) as store:
        await store.put(entry_of(1))
        with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with trio.open_nursery() as nursery:

                async def put() -> None:
                    with pytest.raises(CacheError, match="SQLITE_BUSY"):
                        await store.put(entry_of(2))

                nursery.start_soon(put)
                for _ in range(20):
                    assert await store.exact(entry_of(1).exact) == entry_of(1)
            with pytest.raises(CacheError, match="at present"):
                await store.put(entry_of(2))
            other.execute("ROLLBACK")
        assert notes.counts == {Noted.WRITE_REFUSED: 2}
        assert store.entries == 1
        mock_clock.jump(31)
        await store.put(entry_of(2))
        assert await store.exact(entry_of(2).exact) == entry_of(2)


async def test_what_could_not_be_removed_is_still_there(tmp_path: Path) -> None:
    async with opened(tmp_path, Limits(entries=3, ballast_bytes=0)) as store:
        for number in range(3):
            await store.put(entry_of(number))
        with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CacheError, match="SQLITE_BUSY"):
                await store.remove([entry_of(1).id])
            with pytest.raises(CacheError, match="SQLITE_BUSY"):
                await store.put(entry_of(4))  # which would have evicted one
            other.execute("ROLLBACK")
        for number in range(3):
            assert await store.exact(entry_of(number).exact) == entry_of(number)


async def test_a_name_that_cannot_be_written_refuses_its_entry_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as store, trio.open_nursery() as nursery:

        async def put_strange() -> None:
            with pytest.raises(CacheError, match="names"):
                await store.put(entry_of(1, model="\ud800"))

        nursery.start_soon(store.put, entry_of(0))
        nursery.start_soon(put_strange)
        nursery.start_soon(store.put, entry_of(2))
    assert count_of(tmp_path) == 2


async def test_one_batch_may_say_several_things_of_one_entry(tmp_path: Path) -> None:
    async with opened(tmp_path, now=Clock()) as store:
        async with trio.open_nursery() as nursery:
            for number in range(10):
                nursery.start_soon(store.put, entry_of(1, id=f"id-{number}"))
                nursery.start_soon(store.put, entry_of(number, id="same"))
        assert store.entries == count_of(tmp_path)
        assert store.entries in (1, 2)
        found = await store.exact(entry_of(1).exact)
        assert found is None or found.text == "what is 1?"


async def test_what_is_flushed_is_in_no_file_any_more(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.put(entry_of(1, tenant="a very particular tenant"))
        await store.put(entry_of(2))
        assert b"a very particular tenant" in database_bytes(tmp_path)
        assert await store.flush(Selection(tenant="a very particular tenant"), dry_run=False) == 1
        assert b"a very particular tenant" not in database_bytes(tmp_path)
        assert await store.exact(entry_of(2).exact) == entry_of(2)


async def test_looking_after_a_locked_database_fails_as_the_port_says(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.put(entry_of(1))
        with closing(sqlite3.connect(tmp_path / "cache.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CacheError, match="SQLITE_BUSY"):
                await store.verify()
            other.execute("ROLLBACK")
        assert (await store.verify()).entries == 1
