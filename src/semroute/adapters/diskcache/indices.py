"""One index for each partition, and the change from one kind to the other."""

import functools
import logging
from collections.abc import Sequence
from typing import Final, TypeAlias

import trio

from .exact_index import ExactIndex
from .graph_index import GraphIndex
from .slot import Slot
from .vectors import Halves, Unit

_log = logging.getLogger(__name__)

Index: TypeAlias = ExactIndex | GraphIndex

# Comparing with 20,000 rows takes a millisecond; a graph of as many is built in ten seconds.
GRAPH_ROWS: Final = 20_000
_QUICK_ROWS: Final = 500  # 50 µs; going to a thread and back takes longer
_BUILD_ROWS: Final = 256  # in one visit to a thread, which cannot be cancelled: under 0.5 s


class Indices:
    """The indices of a store.

    A partition takes vectors of the length of its first one only. One task changes them, and
    another builds graphs; neither does while the other is at it.

    Args:
        graph_rows: From how many rows on a partition gets a graph.
    """

    def __init__(self, graph_rows: int = GRAPH_ROWS) -> None:
        self._graph_rows = graph_rows
        self._indices: dict[bytes, Index] = {}
        self._changing = trio.Lock()
        self._outgrown: set[bytes] = set()
        self._woken = trio.Event()

    @property
    def graphs(self) -> int:
        """How many of them are graphs."""
        return sum(isinstance(index, GraphIndex) for index in self._indices.values())

    def fill(self, partition: bytes, slots: Sequence[Slot], halves: Halves) -> None:
        """Makes the index of a partition that has none; while nothing else is going on.

        Vectors without a direction are not in it.
        """
        index = ExactIndex.of(slots, halves)
        if len(index):
            self._indices[partition] = index
            self._note_growth(partition, index)

    def find(self, partition: bytes, unit: Unit) -> Index | None:
        """Returns the index in which a vector is to be looked for."""
        index = self._indices.get(partition)
        return index if index is not None and index.dimensions == len(unit) else None

    async def add(self, slot: Slot, unit: Unit | None) -> None:
        """Adds an entry, if its vector fits in."""
        if unit is None:
            return
        partition = slot.head.partition
        async with self._changing:
            index = self._indices.get(partition)
            if index is None:
                index = self._indices[partition] = ExactIndex(len(unit))
            if index.dimensions != len(unit):
                return
            match index:
                case ExactIndex():
                    index.add(slot, unit)
                    self._note_growth(partition, index)
                case GraphIndex():
                    await trio.to_thread.run_sync(index.add, slot, unit)
            slot.is_indexed = True

    async def remove(self, slot: Slot) -> None:
        """Removes an entry, if it is in one."""
        if not slot.is_indexed:
            return
        partition = slot.head.partition
        async with self._changing:
            index = self._indices[partition]
            index.remove(slot)
            slot.is_indexed = False
            if not len(index):
                del self._indices[partition]

    async def run(self) -> None:
        """Builds a graph for each partition that has outgrown its matrix, one after the other."""
        while True:
            while self._outgrown:
                try:
                    await self._build(self._outgrown.pop())
                except Exception:  # noqa: BLE001 - foreign code in a thread; the matrix goes on serving
                    _log.exception("cache_graph_failed")
            self._woken = trio.Event()
            await self._woken.wait()

    def _note_growth(self, partition: bytes, index: ExactIndex) -> None:
        if len(index) > self._graph_rows:
            self._outgrown.add(partition)
            self._woken.set()

    async def _build(self, partition: bytes) -> None:
        """Puts a graph in the place of a matrix, which serves until the graph has caught up."""
        matrix = self._indices.get(partition)
        if not isinstance(matrix, ExactIndex):
            return
        graph = GraphIndex(matrix.dimensions)
        while len(behind := _missing(matrix, graph)) > _BUILD_ROWS:
            for start in range(0, len(behind), _BUILD_ROWS):
                await _copy(behind[start : start + _BUILD_ROWS], matrix, graph)
        async with self._changing:
            await _copy(_missing(matrix, graph), matrix, graph)
            for slot in set(graph.slots).difference(matrix.slots):
                graph.remove(slot)
            if self._indices.get(partition) is matrix:  # or it was emptied meanwhile
                self._indices[partition] = graph


def is_quick(index: Index) -> bool:
    """Whether a search is over before a thread could begin it."""
    return isinstance(index, ExactIndex) and len(index) <= _QUICK_ROWS


def _missing(matrix: ExactIndex, graph: GraphIndex) -> list[Slot]:
    present = set(graph.slots)
    return [slot for slot in matrix.slots if slot not in present]


async def _copy(slots: Sequence[Slot], matrix: ExactIndex, graph: GraphIndex) -> None:
    pairs = [(slot, matrix.unit(slot)) for slot in slots if slot.is_indexed]
    await trio.to_thread.run_sync(functools.partial(_add_all, graph, pairs))


def _add_all(graph: GraphIndex, pairs: Sequence[tuple[Slot, Unit]]) -> None:
    for slot, unit in pairs:
        graph.add(slot, unit)
