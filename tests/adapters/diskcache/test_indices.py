"""What is near is found, whichever way it is looked for."""

from pathlib import Path

import numpy as np
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.diskcache.exact_index import ExactIndex
from semroute.adapters.diskcache.graph_index import GraphIndex
from semroute.adapters.diskcache.indices import Indices
from semroute.adapters.diskcache.row import facts_of
from semroute.adapters.diskcache.slot import Slot
from semroute.adapters.diskcache.store import DiskStore
from semroute.adapters.diskcache.vectors import Unit, unit_of

from .stores import PARTITION, entry_of, filled, opened

OTHER = b"q" * 32


def slot_of(number: int, partition: bytes = PARTITION) -> Slot:
    return Slot(facts_of(entry_of(number, vector=b"", partition=partition)), 1, 0.0, 0.0)


def unit(number: int, dimensions: int = 16) -> Unit:
    values = np.random.default_rng(number).standard_normal(dimensions).astype("<f2")
    found = unit_of(values.tobytes())
    assert found is not None
    return found


POINTLESS = {
    "none": b"",
    "odd": b"\0",
    "zero": bytes(32),
    "nan": b"\0\x7e" * 16,
    "infinite": b"\0\x7c" * 16,
}


@pytest.mark.parametrize("vector", POINTLESS.values(), ids=POINTLESS)
def test_a_vector_without_direction_is_none(vector: bytes) -> None:
    with np.errstate(all="ignore"):
        assert unit_of(vector) is None


@pytest.mark.parametrize("kind", [ExactIndex, GraphIndex])
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=120))
def test_an_index_finds_what_is_in_it_and_nothing_else(
    kind: type[ExactIndex | GraphIndex], steps: list[tuple[bool, int]]
) -> None:
    index = kind(16)
    there: dict[int, Slot] = {}
    for is_added, number in steps:
        if is_added and number not in there:
            there[number] = slot_of(number)
            index.add(there[number], unit(number))
        elif not is_added and number in there:
            index.remove(there.pop(number))
    assert len(index) == len(there)
    assert set(index.slots) == set(there.values())
    for number, slot in there.items():
        assert index.search(unit(number), 3)[0] is slot
    assert set(index.search(unit(0), 200)) == set(there.values())


@pytest.mark.parametrize("kind", [ExactIndex, GraphIndex])
def test_the_nearest_come_in_order(kind: type[ExactIndex | GraphIndex]) -> None:
    index = kind(16)
    for number in range(200):
        index.add(slot_of(number), unit(number))
    wanted = unit(1000)
    cosines = {number: float(unit(number) @ wanted) for number in range(200)}
    best = sorted(cosines, key=lambda number: -cosines[number])[:10]
    assert [int(slot.head.id) for slot in index.search(wanted, 10)] == best


async def test_a_partition_takes_vectors_of_one_length(nursery: trio.Nursery) -> None:
    indices = Indices()
    first, second, elsewhere = slot_of(1), slot_of(2), slot_of(3, OTHER)
    await indices.add(first, unit(1, 16))
    await indices.add(second, unit(2, 8))
    await indices.add(elsewhere, unit(3, 8))
    assert (first.is_indexed, second.is_indexed, elsewhere.is_indexed) == (True, False, True)
    assert indices.find(PARTITION, unit(2, 8)) is None
    await indices.remove(second)
    await indices.remove(first)
    assert indices.find(PARTITION, unit(1, 16)) is None
    await indices.add(second, unit(2, 8))  # an empty one may begin anew
    found = indices.find(PARTITION, unit(2, 8))
    assert found is not None
    assert found.slots == [second]


async def test_a_matrix_that_has_grown_too_large_becomes_a_graph(nursery: trio.Nursery) -> None:
    indices = Indices(graph_rows=500)
    nursery.start_soon(indices.run)
    slots = {number: slot_of(number) for number in range(900)}
    for number, slot in slots.items():
        await indices.add(slot, unit(number))
        if number % 5 == 4:  # while it is being built, entries come and go
            await indices.remove(slots[number - 2])
        index = indices.find(PARTITION, unit(0))
        assert index is not None
        assert index.search(unit(number), 1) == [slot]
    with trio.fail_after(60):
        while not isinstance(indices.find(PARTITION, unit(0)), GraphIndex):
            await trio.lowlevel.checkpoint()
    index = indices.find(PARTITION, unit(0))
    assert index is not None
    gone = set(range(2, 900, 5))
    assert {int(slot.head.id) for slot in index.slots} == set(slots) - gone
    for number in (0, 499, 899):
        assert index.search(unit(number), 1) == [slots[number]]
    nursery.cancel_scope.cancel()


async def test_a_store_answers_the_same_from_a_graph(tmp_path: Path) -> None:
    await filled(tmp_path, 60)
    wanted = entry_of(7).vector

    async def nearest(store: DiskStore) -> tuple[list[str], list[float]]:
        found = await store.nearest(PARTITION, wanted, 5)
        return [each.entry.id for each in found], [each.similarity for each in found]

    async with opened(tmp_path) as store:
        ids, cosines = await nearest(store)
    assert ids[0] == entry_of(7).id
    assert cosines[0] == pytest.approx(1, abs=1e-3)
    async with opened(tmp_path, graph_rows=20) as store:
        await trio.testing.wait_all_tasks_blocked(0.05)
        for number in range(100, 110):
            await store.put(entry_of(number))
            await store.remove([entry_of(number).id])
        found, theirs = await nearest(store)
        assert found == ids
        assert theirs == pytest.approx(cosines)


async def test_a_large_matrix_is_searched_in_a_thread(tmp_path: Path) -> None:
    await filled(tmp_path, 600)
    async with opened(tmp_path) as store:
        for number in (0, 300, 599):
            found = await store.nearest(PARTITION, entry_of(number).vector, 2)
            assert found[0].entry == entry_of(number)


def test_a_whole_partition_is_indexed_as_if_its_vectors_had_come_one_by_one() -> None:
    rows = [*(np.random.default_rng(n).standard_normal(16).astype("<f2") for n in range(20))]
    rows[5:5] = [np.frombuffer(vector, "<f2") for vector in POINTLESS.values() if len(vector) == 32]
    slots = [slot_of(number) for number in range(len(rows))]
    index = ExactIndex.of(slots, np.stack(rows))
    expected = [unit_of(row.tobytes()) for row in rows]
    assert index.slots == [
        slot for slot, one in zip(slots, expected, strict=True) if one is not None
    ]
    for slot, one in zip(slots, expected, strict=True):
        assert slot.is_indexed == (one is not None)
        if one is not None:
            np.testing.assert_allclose(index.unit(slot), one, rtol=1e-6)
            assert index.search(one, 1) == [slot]
