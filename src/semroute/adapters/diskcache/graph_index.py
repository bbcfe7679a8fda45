"""The vectors of one large partition, of which a search compares a few."""

import threading
from typing import Any, Final

import usearch.index

from .slot import Slot
from .vectors import Unit

# Measured with 384 dimensions: every true paraphrase is found, at 0.6 ms among 100,000.
_CONNECTIVITY: Final = 16
_EXPANSION_ADD: Final = 128
_EXPANSION_SEARCH: Final = 64


class GraphIndex:
    """A graph of neighbours (HNSW) over vectors of two bytes a number.

    It may be used in any thread. Adding takes more than a millisecond once it is large.

    Args:
        dimensions: The length of its vectors.
    """

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        # Two Python threads in one graph would share its scratch memory.
        self._lock = threading.Lock()
        self._slots: dict[int, Slot] = {}
        self._labels: dict[Slot, int] = {}
        self._next = 0
        self._graph: Any = usearch.index.Index(
            ndim=dimensions,
            metric="ip",  # of vectors of length 1 it is the cosine
            dtype="f16",
            connectivity=_CONNECTIVITY,
            expansion_add=_EXPANSION_ADD,
            expansion_search=_EXPANSION_SEARCH,
        )

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def slots(self) -> list[Slot]:
        """Returns the entries."""
        return list(self._labels)

    def add(self, slot: Slot, unit: Unit) -> None:
        """Adds an entry."""
        with self._lock:
            self._graph.add(self._next, unit, threads=1)
            self._slots[self._next] = slot
            self._labels[slot] = self._next
            self._next += 1

    def remove(self, slot: Slot) -> None:
        """Removes an entry that is in it. Its place in the graph is used again."""
        with self._lock:
            label = self._labels.pop(slot)
            self._graph.remove(label)
            del self._slots[label]

    def search(self, unit: Unit, count: int) -> list[Slot]:
        """Returns entries that are near to a vector, nearest first."""
        with self._lock:
            if not self._slots:
                return []
            keys = self._graph.search(unit, count, threads=1).keys
            return [slot for key in keys if (slot := self._slots.get(int(key))) is not None]
