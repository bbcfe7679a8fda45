"""Texts as windows, and windows as sparse rows of hashed sequences."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS, grams_of
from semroute.adapters.lexical.attacks.windows import MARGIN, windows_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

COLUMNS = 2 * BUCKETS


@frozen(eq=False)
class Bags:
    """The windows of some texts, in the form the model that ships sees them.

    Args:
        columns: Of every sequence of every window, its bucket; those of words come after those of
            letters.
        counts: How many of them each half (letters, words) of each window has.
        scales: What each of a half's sequences counts.
        texts: Which text each window is of.
        passages: Where in the text each window's passage for the encoder stands.
    """

    columns: npt.NDArray[np.int32]
    counts: Ints
    scales: npt.NDArray[np.float32]
    texts: Ints
    passages: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Bags":
        """Divides texts into windows and hashes them."""
        columns, counts, scales, owners, passages = [], [], [], [], []
        for index, text in enumerate(texts):
            grams = grams_of(text)
            size = grams.places.size
            if not size:
                continue
            for start, end in zip(*windows_of(size), strict=True):
                first, last = np.searchsorted(grams.words, (start, end))
                letters = np.concatenate([part[start:end] for part in grams.letter_grams])
                words = np.concatenate([part[first:last] for part in grams.word_grams])
                columns += [letters.astype(np.int32), words.astype(np.int32) + BUCKETS]
                counts += [letters.size, words.size]
                scales += [(3 * (end - start)) ** -0.5, (3 * max(last - first, 1)) ** -0.5]
                owners.append(index)
                passages.append(
                    (
                        int(grams.places[max(start - MARGIN, 0)]),
                        int(grams.places[min(end + MARGIN, size) - 1]) + 1,
                    )
                )
        return cls(
            np.concatenate(columns),
            np.array(counts),
            np.array(scales, np.float32),
            np.array(owners),
            tuple(passages),
        )

    def scores(self, weights: npt.NDArray[np.float32]) -> Floats:
        """Returns each window's sum; `weights` has shape (COLUMNS,)."""
        taken = np.append(weights[self.columns], np.float32(0))
        begins = np.cumsum(self.counts) - self.counts
        sums = np.add.reduceat(taken, begins)
        halves = np.where(self.counts, sums, 0) * self.scales
        return np.asarray(halves[0::2] + halves[1::2], np.float64)

    def gradient(self, residuals: Floats) -> Floats:
        """Returns the sum over windows of their sequences times their residual."""
        each = np.repeat(np.repeat(residuals, 2) * self.scales, self.counts)
        sums = np.bincount(self.columns, weights=each, minlength=COLUMNS)
        return np.asarray(sums, np.float64)


def highest(scores: Floats, owners: Ints, texts: int) -> Floats:
    """Returns the highest score among each text's windows; -inf for texts without any."""
    best = np.full(texts, -np.inf)
    np.maximum.at(best, owners, scores)
    return best
