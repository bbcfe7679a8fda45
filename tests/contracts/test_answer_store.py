"""What every store of answers promises, to those who ask and to those who look after it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pytest
import trio
from attrs import define, evolve
from ulid import ULID

from semroute.adapters.diskcache import DiskStore
from semroute.adapters.memory import MemoryStore
from semroute.domain.caching.entry import Entry, Selection
from semroute.domain.ports import AnswerArchive, AnswerStore
from tests.adapters.postgres.server import fresh_store


class Store(AnswerStore, AnswerArchive, Protocol):
    """Both ports at once, as every store has them."""


@define
class Clock:
    """What time it is, as far as a store can tell."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def memory(_directory: Path, clock: Clock) -> AsyncIterator[Store]:
    yield MemoryStore(now=clock)


@asynccontextmanager
async def disk(directory: Path, clock: Clock) -> AsyncIterator[Store]:
    async with trio.open_nursery() as nursery:
        store = DiskStore(directory / "cache", now=clock)
        await nursery.start(store.run)
        yield store
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def sealed(directory: Path, clock: Clock) -> AsyncIterator[Store]:
    async with trio.open_nursery() as nursery:
        store = DiskStore(directory / "cache", key=b"k" * 32, now=clock)
        await nursery.start(store.run)
        yield store
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def postgres(_directory: Path, clock: Clock) -> AsyncIterator[Store]:
    async with fresh_store(clock) as store:
        yield store


Opened = Callable[[Path, Clock], AbstractAsyncContextManager[Store]]

# One line for each store: it gets a directory of its own and the time, and starts out empty.
STORES: Final[dict[str, Opened]] = {
    "memory": memory,
    "disk": disk,
    "sealed": sealed,
    "postgres": postgres,
}

HERE, ELSEWHERE = b"p" * 32, b"q" * 32
TTL = 3600.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STORES)
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[Store]:
    with trio.fail_after(60):
        async with STORES[request.param](tmp_path, clock) as store:
            yield store


def vector(*parts: float) -> bytes:
    """A vector of 384 dimensions and length 1 that has these parts and no others."""
    values = np.zeros(384)
    values[: len(parts)] = parts
    return (values / np.linalg.norm(values)).astype("<f2").tobytes()


def entry(clock: Clock, name: str = "a", **changes: Any) -> Entry:
    whole = Entry(
        id=str(ULID()),
        partition=HERE,
        exact=name.encode().ljust(32, b"."),
        tenant="0f" * 16,
        route="math",
        model="small",
        text=f"what is {name}?",
        vector=vector(1, 1),
        encoder="minilm",
        answer=f'{{"content":"it is {name}"}}'.encode(),
        tokens=12,
        created=clock.seconds,
        expires=clock.seconds + TTL,
    )
    return evolve(whole, **changes)


async def ids_of(store: Store, selection: Selection | None = None) -> list[str]:
    return [each.id async for each in store.scan(selection or Selection())]


async def near(store: Store, parts: Sequence[float], count: int = 4) -> list[str]:
    return [each.entry.id for each in await store.nearest(HERE, vector(*parts), count)]


async def test_an_entry_comes_back_as_it_was(store: Store, clock: Clock) -> None:
    kept = entry(clock)
    await store.put(kept)
    assert await store.exact(kept.exact) == kept
    assert await store.get(kept.id) == kept
    assert [each.entry for each in await store.nearest(HERE, kept.vector, 4)] == [kept]
    assert [each async for each in store.scan(Selection())] == [kept]


async def test_what_was_never_put_is_not_there(store: Store, clock: Clock) -> None:
    await store.put(entry(clock))
    assert await store.exact(b"?" * 32) is None
    assert await store.get(str(ULID())) is None
    assert await store.nearest(ELSEWHERE, vector(1, 1), 4) == []


@pytest.mark.parametrize(
    "text", ["", "\0", "a\0b", "\ud800", "\U0001f600" * 100, "数学", "x" * 100_000, "\"'\\;--"]
)
async def test_no_text_is_too_strange(store: Store, clock: Clock, text: str) -> None:
    kept = entry(clock, text=text, answer=text.encode("utf-8", "surrogatepass"))
    await store.put(kept)
    assert await store.get(kept.id) == kept


@pytest.mark.parametrize("size", [0, 1, 40_000, 1 << 20])
async def test_answers_are_bytes_of_any_length(store: Store, clock: Clock, size: int) -> None:
    kept = entry(clock, answer=bytes(range(256)) * (size // 256) + bytes(range(size % 256)))
    await store.put(kept)
    assert await store.exact(kept.exact) == kept


async def test_a_tombstone_is_kept_and_found_like_an_answer(store: Store, clock: Clock) -> None:
    kept = entry(clock, answer=None)
    await store.put(kept)
    assert await store.exact(kept.exact) == kept
    assert [each.entry for each in await store.nearest(HERE, kept.vector, 1)] == [kept]


async def test_the_nearest_come_first_with_their_cosines(store: Store, clock: Clock) -> None:
    names = {"far": (0, 1), "near": (3, 1), "opposite": (-1, 0), "same": (1, 0)}
    kept = {name: entry(clock, name, vector=vector(*parts)) for name, parts in names.items()}
    for each in kept.values():
        await store.put(each)
    found = await store.nearest(HERE, vector(1, 0), 4)
    expected = ["same", "near", "far", "opposite"]
    assert [each.entry.id for each in found] == [kept[name].id for name in expected]
    cosines = [each.similarity for each in found]
    assert cosines == pytest.approx([1, 3 / 10**0.5, 0, -1], abs=2e-3)
    assert await near(store, (1, 0), 2) == [kept["same"].id, kept["near"].id]


async def test_partitions_never_meet(store: Store, clock: Clock) -> None:
    mine = entry(clock, "mine")
    theirs = entry(clock, "theirs", partition=ELSEWHERE)
    for each in (mine, theirs):
        await store.put(each)
    assert [each.entry for each in await store.nearest(HERE, mine.vector, 9)] == [mine]
    assert [each.entry for each in await store.nearest(ELSEWHERE, mine.vector, 9)] == [theirs]
    await store.remove([theirs.id])
    assert await store.nearest(ELSEWHERE, mine.vector, 9) == []


async def test_without_a_vector_it_is_found_by_its_key_only(store: Store, clock: Clock) -> None:
    kept = entry(clock, vector=b"")
    await store.put(kept)
    assert await store.exact(kept.exact) == kept
    assert await store.nearest(HERE, vector(1), 4) == []


async def test_nothing_is_near_to_no_vector(store: Store, clock: Clock) -> None:
    await store.put(entry(clock))
    assert await store.nearest(HERE, b"", 4) == []


async def test_a_key_has_one_entry(store: Store, clock: Clock) -> None:
    first = entry(clock, vector=vector(1, 0))
    second = entry(clock, vector=vector(0, 1), answer=b"{}")
    await store.put(first)
    await store.put(second)
    assert await store.exact(first.exact) == second
    assert await store.get(first.id) is None
    assert await near(store, (1, 0)) == [second.id]
    assert await ids_of(store) == [second.id]


async def test_what_is_put_twice_is_there_once(store: Store, clock: Clock) -> None:
    kept = entry(clock)
    for _ in range(3):
        await store.put(kept)
    assert await ids_of(store) == [kept.id]
    assert await near(store, (1, 1)) == [kept.id]


async def test_what_has_expired_is_gone_for_everybody(store: Store, clock: Clock) -> None:
    short = entry(clock, "short", expires=clock.seconds + 10)
    long = entry(clock, "long")
    for each in (short, long):
        await store.put(each)
    clock.seconds += 9.5
    assert await store.exact(short.exact) == short
    clock.seconds += 1
    assert await store.exact(short.exact) is None
    assert await store.get(short.id) is None
    assert await near(store, (1, 1)) == [long.id]
    assert await ids_of(store) == [long.id]


async def test_no_use_makes_an_entry_live_longer(store: Store, clock: Clock) -> None:
    kept = entry(clock)
    await store.put(kept)
    for _ in range(10):
        clock.seconds += TTL / 10 - 1
        assert await store.exact(kept.exact) == kept
    clock.seconds += 11
    assert await store.exact(kept.exact) is None


async def test_what_expired_before_it_came_is_never_given(store: Store, clock: Clock) -> None:
    late = entry(clock, created=clock.seconds - 20, expires=clock.seconds - 10)
    await store.put(late)
    assert await store.exact(late.exact) is None
    assert await store.nearest(HERE, late.vector, 4) == []


async def test_what_is_removed_is_gone(store: Store, clock: Clock) -> None:
    kept = [entry(clock, str(number)) for number in range(5)]
    for each in kept:
        await store.put(each)
    unknown = str(ULID())
    assert await store.remove([kept[0].id, kept[3].id, unknown]) == 2
    assert await store.remove([kept[0].id]) == 0
    assert await store.remove([]) == 0
    assert await store.exact(kept[0].exact) is None
    assert await store.get(kept[3].id) is None
    rest = {kept[number].id for number in (1, 2, 4)}
    assert set(await ids_of(store)) == rest
    assert set(await near(store, (1, 1), 9)) == rest


async def test_a_scan_goes_from_the_oldest_to_the_youngest(store: Store, clock: Clock) -> None:
    ages = [30, 10, 50, 20, 40]
    for age in ages:
        await store.put(entry(clock, str(age), created=clock.seconds - age))
    found = [clock.seconds - each.created async for each in store.scan(Selection())]
    assert found == sorted(ages, reverse=True)


async def test_a_scan_is_not_cut_by_the_number_of_entries(store: Store, clock: Clock) -> None:
    kept = [entry(clock, str(number)) for number in range(300)]
    async with trio.open_nursery() as nursery:
        for each in kept:
            nursery.start_soon(store.put, each)
    assert sorted(await ids_of(store)) == sorted(each.id for each in kept)


SELECTIONS = {
    "all": (Selection(), "abcd"),
    "tenant": (Selection(tenant="1e" * 16), "b"),
    "route": (Selection(route="law"), "c"),
    "model": (Selection(model="large"), "d"),
    "age": (Selection(created_before=1_800_000_000.0), "cd"),
    "several": (Selection(route="law", created_before=1_800_000_000.0), "c"),
    "none": (Selection(route="law", model="large"), ""),
}


@pytest.mark.parametrize(("selection", "names"), SELECTIONS.values(), ids=SELECTIONS)
async def test_a_selection_is_what_is_scanned_and_flushed(
    store: Store, clock: Clock, selection: Selection, names: str
) -> None:
    old = clock.seconds - 5
    kept = {
        "a": entry(clock, "a"),
        "b": entry(clock, "b", tenant="1e" * 16),
        "c": entry(clock, "c", route="law", created=old),
        "d": entry(clock, "d", model="large", created=old),
    }
    for each in kept.values():
        await store.put(each)
    selected = {kept[name].id for name in names}
    assert set(await ids_of(store, selection)) == selected
    assert await store.flush(selection, dry_run=True) == len(selected)
    assert len(await ids_of(store)) == 4
    assert await store.flush(selection, dry_run=False) == len(selected)
    assert set(await ids_of(store)) == {each.id for each in kept.values()} - selected
    for name, each in kept.items():
        assert (await store.exact(each.exact) is None) == (name in names)
        assert (each.id in await near(store, (1, 1))) == (name not in names)


async def test_a_sound_store_is_found_sound(store: Store, clock: Clock) -> None:
    for name in "abc":
        await store.put(entry(clock, name))
    verification = await store.verify()
    assert (verification.entries, verification.damaged) == (3, 0)
    assert len(await ids_of(store)) == 3


async def test_a_put_that_is_cancelled_is_whole_or_nothing(store: Store, clock: Clock) -> None:
    kept = [entry(clock, str(number)) for number in range(40)]
    async with trio.open_nursery() as nursery:
        for each in kept:
            nursery.start_soon(store.put, each)
        await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    await store.put(entry(clock, "after"))
    for each in kept:
        found = await store.exact(each.exact)
        assert found in (None, each)
        assert await store.get(each.id) == found


async def test_puts_and_removals_at_once_leave_what_they_say(store: Store, clock: Clock) -> None:
    kept = [entry(clock, str(number)) for number in range(60)]

    async def put_and_perhaps_remove(number: int) -> None:
        await store.put(kept[number])
        assert await store.exact(kept[number].exact) == kept[number]
        if number % 3 == 0:
            assert await store.remove([kept[number].id]) == 1

    async with trio.open_nursery() as nursery:
        for number in range(60):
            nursery.start_soon(put_and_perhaps_remove, number)
    rest = {each.id for number, each in enumerate(kept) if number % 3}
    assert set(await ids_of(store)) == rest
    assert set(await near(store, (1, 1), 60)) == rest
