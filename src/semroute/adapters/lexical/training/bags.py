"""Texts as windows, and windows as sums over stretches of hashed sequences."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS, LETTERS, WORDS, grams_of
from semroute.adapters.lexical.attacks.model import lengths_of
from semroute.adapters.lexical.attacks.windows import Windows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

_LENGTH: Final = 2 * BUCKETS
COLUMNS: Final = _LENGTH + 1
"""Buckets of letters, buckets of words, and the length."""


@frozen(eq=False)
class Half:
    """The sequences of letters, or of words, of all texts, one text after another.

    Args:
        sizes: Of how many letters, or words, they are.
        columns: Of each sequence its column; COLUMNS where a text ends too soon to have one.
            Shape (len(sizes), n).
        starts: Which of them each window begins with.
        ends: With which it has ended.
        scales: What each of a window's sequences counts.
    """

    sizes: tuple[int, ...]
    columns: npt.NDArray[np.int32]
    starts: Ints
    ends: Ints
    scales: Floats

    def sums(self, weights: npt.NDArray[np.float32]) -> Floats:
        """Returns each window's sum of weights."""
        known = np.append(weights, np.float32(0))
        sums = np.zeros(self.columns.shape[1] + 1)
        total = np.zeros(self.starts.size)
        for size, columns in zip(self.sizes, self.columns, strict=True):
            np.cumsum(known[columns], out=sums[1:])
            total += sums[self._lasts(size)] - sums[self.starts]
        return np.asarray(total * self.scales, np.float64)

    def gradient(self, residuals: Floats) -> Floats:
        """Returns, for each column, the sum of the residuals of the windows it occurs in."""
        count = self.columns.shape[1] + 1
        scaled = residuals * self.scales
        begun = np.bincount(self.starts, scaled, count)
        total = np.zeros(COLUMNS + 1)
        for size, columns in zip(self.sizes, self.columns, strict=True):
            each = np.cumsum(begun - np.bincount(self._lasts(size), scaled, count))[:-1]
            total += np.bincount(columns, each, COLUMNS + 1)
        return total[:-1]

    def _lasts(self, size: int) -> Ints:
        """Which sequence of so many each window has none from on: it would not end within."""
        return np.maximum(self.ends - (size - 1), self.starts)


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
        letters, words = _Halves(LETTERS, 0), _Halves(WORDS, BUCKETS)
        owners, bounds = [], []
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

    def __init__(self, sizes: tuple[int, ...], offset: int) -> None:
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
        starts, ends = np.concatenate(self._starts), np.concatenate(self._ends)
        scales = (len(self._sizes) * np.maximum(ends - starts, 1)) ** -0.5
        return Half(self._sizes, np.concatenate(self._columns, axis=1), starts, ends, scales)
