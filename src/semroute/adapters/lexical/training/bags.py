"""Texts as windows, and windows as sums over stretches of hashed sequences."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS, grams_of
from semroute.adapters.lexical.attacks.model import lengths_of
from semroute.adapters.lexical.attacks.windows import windows_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_LENGTH: Final = 2 * BUCKETS
COLUMNS: Final = _LENGTH + 1
"""Buckets of letters, buckets of words, and the length."""

_ORDERS: Final = 3  # how many sequences begin at a letter, or at a word
_STRETCH_BITS: Final = 40  # beside a column of 20 bits in one number; more stretches than memory


@frozen(eq=False)
class _Order:
    """The sequences of one length, of all texts, one text after another.

    Args:
        columns: The column of each; COLUMNS where a text ends too soon to have one.
        owners: In which stretch each is, in order of their columns; those without one left out.
        runs: Where the sequences of each column that has any begin among these.
        known: Those columns, rising.
    """

    columns: Ints
    owners: Ints
    runs: Ints
    known: Ints

    @classmethod
    def of(cls, columns: npt.NDArray[np.int32], stretches: Ints) -> "_Order":
        """Sorts sequences by column, so that a gradient reads what is small and writes in order."""
        keys = columns.astype(np.int64) << _STRETCH_BITS | stretches
        keys = np.sort(keys[columns < COLUMNS])
        sorted_columns = keys >> _STRETCH_BITS
        runs = np.flatnonzero(np.diff(sorted_columns, prepend=-1))
        owners = keys & ((1 << _STRETCH_BITS) - 1)
        return cls(columns.astype(np.intp), owners, runs, sorted_columns[runs])


@frozen(eq=False)
class Half:
    """The sequences of letters, or of words, of all texts, one text after another.

    Windows overlap, so texts are cut where any begins or ends: a window's sum is one of a few
    stretches, and each sequence is looked at once.

    Args:
        orders: The sequences by their length.
        stretches: Which sequence each stretch begins with.
        starts: Which of them each window begins with.
        ends: With which it has ended.
        scales: What each of a window's sequences counts.
    """

    orders: tuple[_Order, ...]
    stretches: Ints
    starts: Ints
    ends: Ints
    scales: Floats

    @classmethod
    def of(cls, columns: npt.NDArray[np.int32], starts: Ints, ends: Ints) -> "Half":
        """Cuts texts into stretches.

        Args:
            columns: Of each sequence its column, COLUMNS for none; shape (orders, n).
            starts: Which of them each window begins with.
            ends: With which it has ended.
        """
        size = columns.shape[1]
        cuts = np.union1d(np.concatenate(([0], starts, ends)), [size])
        stretches = cuts[cuts < size]
        owners = np.repeat(np.arange(stretches.size), np.diff(stretches, append=size))
        return cls(
            tuple(_Order.of(each, owners) for each in columns),
            stretches,
            np.searchsorted(cuts, starts),
            np.searchsorted(cuts, ends),
            (len(columns) * np.maximum(ends - starts, 1)) ** -0.5,
        )

    def sums(self, weights: npt.NDArray[np.float32]) -> Floats:
        """Returns each window's sum of weights."""
        known = np.append(weights, np.float32(0))
        sums = np.zeros(self.stretches.size + 1)
        for order in self.orders:
            sums[1:] += np.add.reduceat(known.take(order.columns), self.stretches)
        np.cumsum(sums, out=sums)
        return np.asarray((sums[self.ends] - sums[self.starts]) * self.scales, np.float64)

    def gradient(self, residuals: Floats) -> Floats:
        """Returns, for each column, the sum of the residuals of the windows it occurs in."""
        size = self.stretches.size + 1
        scaled = residuals * self.scales
        each = np.bincount(self.starts, scaled, size) - np.bincount(self.ends, scaled, size)
        each = np.cumsum(each).astype(np.float32)
        total = np.zeros(COLUMNS)
        for order in self.orders:
            total[order.known] += np.add.reduceat(each.take(order.owners), order.runs)
        return total


@frozen(eq=False)
class Bags:
    """The windows of some texts, in the form the model that ships sees them.

    Args:
        letters: What they have of letters.
        words: What they have of words.
        lengths: How long they are, as the model takes it.
        texts: Which text each window is of.
        bounds: Its first letter in that text, and the letter after its last; shape (n, 2).
    """

    letters: Half
    words: Half
    lengths: Floats
    texts: Ints
    bounds: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Bags":
        """Divides texts into windows and hashes them."""
        letters, words, owners, bounds = _Halves(0), _Halves(BUCKETS), [], []
        for index, text in enumerate(texts):
            grams = grams_of(text)
            size = grams.places.size
            if not size:
                continue
            starts, ends = windows_of(size)
            letters.add(grams.letter_grams, size, starts, ends)
            firsts, lasts = np.searchsorted(grams.words, (starts, ends))
            words.add(grams.word_grams, grams.words.size, firsts, lasts)
            owners.append(np.full(starts.size, index))
            bounds.append(np.column_stack((starts, ends)))
        together = np.concatenate(bounds)
        return cls(
            letters.joined(),
            words.joined(),
            lengths_of(together[:, 0], together[:, 1]),
            np.concatenate(owners),
            together,
        )

    def scores(self, weights: npt.NDArray[np.float32]) -> Floats:
        """Returns each window's sum; `weights` has shape (COLUMNS,)."""
        sums = self.letters.sums(weights) + self.words.sums(weights)
        return sums + self.lengths * float(weights[_LENGTH])

    def gradient(self, residuals: Floats) -> Floats:
        """Returns the sum over windows of their sequences times their residual."""
        total = self.letters.gradient(residuals) + self.words.gradient(residuals)
        total[_LENGTH] = self.lengths @ residuals
        return total


class _Halves:
    """Gathers one half of many texts."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._at = 0
        self._columns: list[npt.NDArray[np.int32]] = []
        self._starts: list[Ints] = []
        self._ends: list[Ints] = []

    def add(
        self, grams: Sequence[npt.NDArray[np.uint32]], size: int, starts: Ints, ends: Ints
    ) -> None:
        columns = np.full((_ORDERS, size), COLUMNS, np.int32)
        for order, buckets in enumerate(grams):
            columns[order, : buckets.size] = buckets.astype(np.int32) + self._offset
        self._columns.append(columns)
        self._starts.append(starts + self._at)
        self._ends.append(ends + self._at)
        self._at += size

    def joined(self) -> Half:
        columns = np.concatenate(self._columns, axis=1)
        return Half.of(columns, np.concatenate(self._starts), np.concatenate(self._ends))
