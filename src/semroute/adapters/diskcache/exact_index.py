"""The vectors of one partition, all compared."""

from collections.abc import Sequence
from typing import Final, Self

import numpy as np

from .slot import Slot
from .vectors import Halves, Unit, Units

_FIRST_ROWS: Final = 8


class ExactIndex:
    """A matrix with one row per entry.

    One task changes it. Others may search it meanwhile, in threads: rows that move under a
    search are found in their old place or not at all, and whoever asks computes the cosine
    again from the entry itself.

    Args:
        dimensions: The length of its vectors.
        rows: How many it has room for, before it grows.
    """

    def __init__(self, dimensions: int, rows: int = _FIRST_ROWS) -> None:
        self.dimensions = dimensions
        self._count = 0
        self._matrix: Units = np.zeros((rows, dimensions), np.float32)
        self._slots: list[Slot | None] = [None] * rows

    @classmethod
    def of(cls, slots: Sequence[Slot], halves: Halves) -> Self:
        """Returns an index of many entries at once, with some room to grow.

        Those whose vectors have no direction are left out.
        """
        count, dimensions = halves.shape
        index = cls(dimensions, count + count // 8 + _FIRST_ROWS)
        # In place: a large partition is as large as all else together.
        units = index._matrix[:count]
        units[:] = halves
        lengths = np.sqrt(np.einsum("ij,ij->i", units, units))
        sound = np.flatnonzero((lengths > 0) & np.isfinite(lengths))
        if len(sound) < count:
            count, lengths = len(sound), lengths[sound]
            units[:count] = units[sound]
            units, slots = units[:count], [slots[row] for row in sound.tolist()]
        units /= lengths[:, None]
        index._slots[:count] = slots
        index._count = count
        for row, slot in enumerate(slots):
            slot.row = row
            slot.is_indexed = True
        return index

    def __len__(self) -> int:
        return self._count

    @property
    def slots(self) -> list[Slot]:
        """Returns the entries, by row."""
        return [slot for slot in self._slots[: self._count] if slot is not None]

    def unit(self, slot: Slot) -> Unit:
        """Returns the vector of an entry that is in it."""
        unit: Unit = self._matrix[slot.row].copy()
        return unit

    def add(self, slot: Slot, unit: Unit) -> None:
        """Adds an entry."""
        if self._count == len(self._slots):
            self._grow()
        self._matrix[self._count] = unit
        self._slots[self._count] = slot
        slot.row = self._count
        self._count += 1

    def remove(self, slot: Slot) -> None:
        """Removes an entry that is in it; the last row takes its place."""
        last = self._count - 1
        moved = self._slots[last]
        assert moved is not None
        self._matrix[slot.row] = self._matrix[last]
        self._slots[slot.row] = moved
        moved.row = slot.row
        self._slots[last] = None
        self._count = last
        slot.row = -1

    def search(self, unit: Unit, count: int) -> list[Slot]:
        """Returns the entries nearest to a vector, nearest first."""
        matrix, slots, rows = self._matrix, self._slots, self._count
        # A matrix product would wait for a second thread of BLAS, which on a busy machine is late.
        cosines: Unit = np.vecdot(matrix[:rows], unit)
        if rows > count:
            best = np.argpartition(cosines, rows - count)[rows - count :]
            best = best[np.argsort(-cosines[best])]
        else:
            best = np.argsort(-cosines)
        return [slot for row in best if (slot := slots[row]) is not None]

    def _grow(self) -> None:
        """Doubles the room. What is being searched stays as it is."""
        matrix = np.zeros((2 * self._count, self.dimensions), np.float32)
        matrix[: self._count] = self._matrix
        self._matrix = matrix
        self._slots = [*self._slots, *([None] * self._count)]
