"""Texts as windows, and windows as sums over stretches of hashed sequences."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen
from scipy.sparse import csr_array

from semroute.adapters.lexical.attacks.grams import BUCKETS, LETTERS, WORDS, grams_of
from semroute.adapters.lexical.attacks.model import lengths_of
from semroute.adapters.lexical.attacks.windows import Windows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_LENGTH: Final = 2 * BUCKETS
COLUMNS: Final = _LENGTH + 1
"""Buckets of letters, buckets of words, and the length."""


@frozen(eq=False)
class _Order:
    """The sequences of one length, of all texts, one text after another.

    Windows overlap, so texts are cut where any begins or ends: a window's sum is one of a few
    stretches, and each sequence is looked at once.

    Args:
        stretches: How often each column occurs in each of them; shape (stretches, COLUMNS + 1).
        starts: Which stretch each window begins with.
        ends: With which it has ended.
    """

    stretches: csr_array
    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, columns: npt.NDArray[np.int32], starts: Ints, ends: Ints) -> "_Order":
        """Cuts texts.

        Args:
            columns: Of each sequence its column; COLUMNS where a text ends too soon to have one.
            starts: Which of them each window begins with.
            ends: With which it has ended.
        """
        cuts = np.union1d(np.concatenate(([0], starts, ends)), [columns.size])
        ones = np.ones(columns.size, np.float32)
        shape = cuts.size - 1, COLUMNS + 1
        return cls(
            csr_array((ones, columns, cuts.astype(np.int32)), shape=shape),
            np.searchsorted(cuts, starts),
            np.searchsorted(cuts, ends),
        )

    def sums(self, known: npt.NDArray[np.float32]) -> Floats:
        """Returns each window's sum of weights."""
        sums = np.append(0.0, np.cumsum(self.stretches @ known, dtype=np.float64))
        return np.asarray(sums[self.ends] - sums[self.starts], np.float64)

    def gradient(self, residuals: Floats) -> Floats:
        """Returns, for each column, the sum of the residuals of the windows it occurs in."""
        size = self.stretches.indptr.size
        each = np.bincount(self.starts, residuals, size) - np.bincount(self.ends, residuals, size)
        return np.asarray(np.cumsum(each)[:-1].astype(np.float32) @ self.stretches, np.float64)


@frozen(eq=False)
class Half:
    """The sequences of letters, or of words.

    Args:
        orders: The sequences by their length.
        scales: What each of a window's sequences counts.
    """

    orders: tuple[_Order, ...]
    scales: Floats

    @classmethod
    def of(
        cls, sizes: Sequence[int], columns: npt.NDArray[np.int32], starts: Ints, ends: Ints
    ) -> "Half":
        """Arranges sequences. Of each window count those that end within it.

        Args:
            sizes: Of how many letters, or words, they are.
            columns: Of each its column, COLUMNS for none; shape (len(sizes), n).
            starts: Which of them each window begins with.
            ends: With which it has ended.
        """
        return cls(
            tuple(
                _Order.of(each, starts, np.maximum(ends - (size - 1), starts))
                for size, each in zip(sizes, columns, strict=True)
            ),
            (len(columns) * np.maximum(ends - starts, 1)) ** -0.5,
        )

    def sums(self, weights: npt.NDArray[np.float32]) -> Floats:
        """Returns each window's sum of weights."""
        known = np.append(weights, np.float32(0))
        total = np.zeros(self.scales.size)
        for order in self.orders:
            total += order.sums(known)
        return np.asarray(total * self.scales, np.float64)

    def gradient(self, residuals: Floats) -> Floats:
        """Returns, for each column, the sum of the residuals of the windows it occurs in."""
        total = np.zeros(COLUMNS + 1)
        for order in self.orders:
            total += order.gradient(residuals * self.scales)
        return total[:COLUMNS]


@frozen(eq=False)
class Bags:
    """The windows of some texts, in the form the model that ships sees them.

    Args:
        letters: What they have of letters.
        words: What they have of words.
        lengths: How long they are, as the model takes it.
        texts: Which text each window is of.
    """

    letters: Half
    words: Half
    lengths: Floats
    texts: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Bags":
        """Divides texts into windows and hashes them."""
        letters, words = _Halves(LETTERS, 0), _Halves(WORDS, BUCKETS)
        owners, lengths = list[Ints](), list[Floats]()
        for index, text in enumerate(texts):
            grams = grams_of(text)
            size = grams.places.size
            if not size:
                continue
            windows = Windows.of(size, grams.sentences)
            starts, ends = windows.starts, windows.ends
            letters.add(grams.letter_grams, size, starts, ends)
            firsts, lasts = np.searchsorted(grams.words, (starts, ends))
            words.add(grams.word_grams, grams.words.size, firsts, lasts)
            owners.append(np.full(starts.size, index))
            lengths.append(lengths_of(starts, ends))
        return cls(
            letters.joined(),
            words.joined(),
            np.concatenate(lengths),
            np.concatenate(owners),
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

    def __init__(self, sizes: Sequence[int], offset: int) -> None:
        self._sizes = sizes
        self._offset = offset
        self._at = 0
        self._columns: list[npt.NDArray[np.int32]] = []
        self._starts: list[Ints] = []
        self._ends: list[Ints] = []

    def add(
        self, grams: Sequence[npt.NDArray[np.uint32]], size: int, starts: Ints, ends: Ints
    ) -> None:
        columns = np.full((len(self._sizes), size), COLUMNS, np.int32)
        for order, buckets in enumerate(grams):
            columns[order, : buckets.size] = buckets.astype(np.int32) + self._offset
        self._columns.append(columns)
        self._starts.append(starts + self._at)
        self._ends.append(ends + self._at)
        self._at += size

    def joined(self) -> Half:
        columns = np.concatenate(self._columns, axis=1)
        starts, ends = np.concatenate(self._starts), np.concatenate(self._ends)
        return Half.of(self._sizes, columns, starts, ends)
