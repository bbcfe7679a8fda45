"""Who has much makes room; who has little keeps it."""

import random
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.diskcache import Limits, Noted
from semroute.adapters.diskcache.books import Books
from semroute.adapters.diskcache.row import facts_of
from semroute.adapters.diskcache.slot import Slot
from semroute.domain.errors import CacheError

from .stores import Notes, count_of, entry_of, filled, opened

QUIET, NOISY = "aa" * 16, "bb" * 16


def limits(**changes: int) -> Limits:
    return Limits(**{"ballast_bytes": 0, **changes})


async def test_a_noisy_tenant_evicts_its_own(tmp_path: Path) -> None:
    notes = Notes()
    async with opened(tmp_path, limits(entries=60), notes=notes) as store:
        for number in range(20):
            await store.put(entry_of(number, tenant=QUIET))
        async with trio.open_nursery() as nursery:
            for number in range(100, 300):
                nursery.start_soon(store.put, entry_of(number, tenant=NOISY))
        assert store.entries == 60
        for number in range(20):
            assert await store.exact(entry_of(number).exact) is not None
    assert notes.counts[Noted.EVICTED] > 0
    assert count_of(tmp_path) == 60


async def test_a_tenant_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path, limits(tenant_entries=10)) as store:
        for number in range(15):
            await store.put(entry_of(number, tenant=QUIET))
        for number in range(20, 35):
            await store.put(entry_of(number, tenant=NOISY))
        assert store.entries == 20


@pytest.mark.parametrize("name", ["bytes", "tenant_bytes"])
async def test_bytes_are_limited_too(tmp_path: Path, name: str) -> None:
    async with opened(tmp_path, limits(**{name: 50_000})) as store:
        for number in range(100):
            await store.put(entry_of(number))
            assert store.size_bytes <= 50_000
        assert 20 < store.entries < 100
        assert await store.exact(entry_of(99).exact) == entry_of(99)
        entries, size = store.entries, store.size_bytes
    async with opened(tmp_path, limits(**{name: 50_000})) as store:
        assert (store.entries, store.size_bytes) == (entries, size)


async def test_what_could_never_fit_is_refused_and_evicts_nothing(tmp_path: Path) -> None:
    notes = Notes()
    async with opened(tmp_path, limits(bytes=50_000), notes=notes) as store:
        await store.put(entry_of(1))
        with pytest.raises(CacheError, match="larger"):
            await store.put(entry_of(2, answer=random.randbytes(60_000)))
        with pytest.raises(CacheError, match="too large"):
            await store.put(entry_of(2, answer=bytes(2**25)))
        assert store.entries == 1
    assert notes.counts == {Noted.WRITE_REFUSED: 2}


async def test_a_store_that_was_given_less_room_shrinks(tmp_path: Path) -> None:
    await filled(tmp_path, 50)
    async with opened(tmp_path, limits(entries=10)) as store:
        await store.put(entry_of(100))
        assert store.entries == 10
        assert await store.exact(entry_of(100).exact) == entry_of(100)


async def test_replacing_evicts_nobody(tmp_path: Path) -> None:
    notes = Notes()
    async with opened(tmp_path, limits(entries=10), notes=notes) as store:
        for number in [*range(10), *range(10)]:
            await store.put(entry_of(number))
        assert store.entries == 10
    assert not notes.counts


async def test_what_is_used_stays_longer_and_no_read_writes(tmp_path: Path) -> None:
    async with opened(tmp_path, limits(entries=40)) as store:
        for number in range(40):
            await store.put(entry_of(number))
        before = (tmp_path / "cache.db-wal").stat().st_size
        for _ in range(50):
            for number in range(5):
                await store.exact(entry_of(number).exact)
        assert (tmp_path / "cache.db-wal").stat().st_size == before
        for number in range(40, 70):
            await store.put(entry_of(number))
        used = [await store.exact(entry_of(number).exact) for number in range(5)]
        assert sum(each is not None for each in used) >= 4


SLOTS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 50)), min_size=1, max_size=60)


@given(SLOTS, st.integers(1, 30), st.integers(50, 400), st.integers(1, 20), st.integers(50, 200))
def test_no_limit_is_ever_exceeded_and_the_books_agree(
    arriving: list[tuple[str, int]], entries: int, size: int, tenant_entries: int, tenant_size: int
) -> None:
    books = Books(limits(entries=entries, bytes=size, tenant_entries=tenant_entries,
                         tenant_bytes=tenant_size))  # fmt: skip
    there: dict[int, Slot] = {}
    for number, (tenant, length) in enumerate(arriving):
        head = facts_of(entry_of(number, tenant=tenant, text="", vector=b""))
        slot = Slot(head, length, 0.0, 0.0)
        books.admit(slot)
        there[number] = slot
        for each in books.make_room(tenant, 1.0):
            struck = each.head.tenant
            if struck != tenant:  # then it had most
                assert _size(there, struck) == max(_size(there, name) for name in "abcdef")
            del there[int(each.head.id)]
        assert {int(each.head.id) for each in books.all()} == set(there)
        assert len(books) <= entries
        assert books.size_bytes == sum(each.size for each in there.values()) <= size
        for name in "abcdef":
            assert _count(there, name) <= tenant_entries
            assert _size(there, name) <= tenant_size


def _count(there: dict[int, Slot], tenant: str) -> int:
    return sum(slot.head.tenant == tenant for slot in there.values())


def _size(there: dict[int, Slot], tenant: str) -> int:
    return sum(slot.size for slot in there.values() if slot.head.tenant == tenant)
