"""Which letters of a text are looked at together."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

# In letters, blanks and punctuation apart, so no padding can push an attack out of a window. The
# long window is for attacks that describe a person at length, the short one for a single sentence
# among others, which would be a small part of a long window.
SIZES: Final = (300, 100)
PER_SIZE: Final = 3  # a third of a window lies between two: where an attack begins hardly matters
# Windows also begin and end with a sentence, one or two in a third of the smallest window: so an
# attack has the same windows whatever stands before and after it.
_BESIDE: Final = SIZES[-1] // PER_SIZE

# Runs of sentences have at least so many letters, each half as many again as those before: so
# whatever sentences an attack consists of, some run has most of it and nothing else. With steps of
# twice as many two short sentences were often read with a third. The longest are nearly as long as
# the longest window, which begins anywhere, and so not where an attack among other text does.
RUNS: Final = (15, 22, 33, 50, 75, 112, 168, 252)
# Of sentences that begin within so many letters runs begin and end with the first and the last: so
# many runs of tiny sentences as there are letters would be too many. The last is what a name in a
# record, as in `"note": "..."`, is the name of, or what comes after an attack of many tiny ones.
_GRAIN: Final = 14
_ENDS: Final = 2  # the first and the last of some

Bounds: TypeAlias = npt.NDArray[np.intp]

_LEAST: Final = np.array(RUNS)
_NONE: Final[tuple[Bounds, Bounds]] = (np.empty(0, np.intp), np.empty(0, np.intp))


def ranks_of(rising: Bounds, most: int) -> Bounds:
    """Returns how many of some rising numbers are below each of 0 to `most`; shape (most + 1,).

    It tells what a binary search would find: where many are looked for, in a fraction of the time.

    Args:
        rising: The numbers, none twice and none above `most`.
        most: The last of what is counted for.
    """
    counts = np.zeros(most + 2, np.intp)
    counts[rising + 1] = 1
    return counts[:-1].cumsum()


@frozen(eq=False)
class Windows:
    """Windows of one text, in letters: runs of sentences first.

    Args:
        starts: The first letter of each.
        ends: The letter after its last.
        runs: How many of them are runs of sentences; the others begin and end anywhere.
    """

    starts: Bounds
    ends: Bounds
    runs: int

    @classmethod
    def of(cls, letters: int, sentences: Bounds) -> "Windows":
        """Returns the windows over so many letters; those of each size cover all.

        Args:
            letters: How many there are; at least one.
            sentences: Which of them sentences begin with, rising from 0.
        """
        starts, ends = _runs(letters, _edges(sentences, _GRAIN))
        edges = _edges(sentences, _BESIDE)[1:]
        parts = [
            (starts, ends),
            *(_of_size(letters, size) for size in _sizes(letters)),
            *(_beside(edges, letters, size) for size in SIZES),
        ]
        return cls(
            np.concatenate([part for part, _ in parts]),
            np.concatenate([part for _, part in parts]),
            starts.size,
        )

    def is_run(self, window: int) -> bool:
        """Whether a window is made of whole sentences."""
        return window < self.runs


def _edges(places: Bounds, grain: int) -> Bounds:
    """Returns the first and the last of those that are in one grain."""
    if places.size <= _ENDS:
        return places
    grains = places // grain
    differs = grains[1:] != grains[:-1]
    is_edge = np.ones(places.size, np.bool_)
    is_edge[1:-1] = differs[:-1] | differs[1:]
    return np.asarray(places[is_edge], np.intp)


def _runs(letters: int, begins: Bounds) -> tuple[Bounds, Bounds]:
    if begins.size == 1:  # a text that is a single sentence is a window already
        return _NONE
    stops = np.empty_like(begins)
    stops[:-1], stops[-1] = begins[1:], letters
    found = ranks_of(stops, letters + RUNS[-1])[begins[:, None] + _LEAST]
    ends = stops.take(found, mode="clip")
    sizes = ends - begins[:, None]
    is_new = (found < stops.size) & (sizes <= min(SIZES[0], letters - 1))
    is_new[:, 1:] &= ends[:, 1:] != ends[:, :-1]
    places = is_new.nonzero()
    return begins[places[0]], ends[places]


def _sizes(letters: int) -> tuple[int, ...]:
    """The sizes that differ for a text: one that is shorter than a window is one window."""
    return tuple(size for size in SIZES[:-1] if letters > SIZES[-1]) + SIZES[-1:]


def _beside(edges: Bounds, letters: int, size: int) -> tuple[Bounds, Bounds]:
    """Returns the windows of a size that begin or end with a sentence."""
    if not edges.size:
        return _NONE
    starts = np.concatenate((edges[edges <= letters - size], edges[edges >= size] - size))
    return starts, starts + size


def _of_size(letters: int, size: int) -> tuple[Bounds, Bounds]:
    last, stride = max(letters - size, 0), size // PER_SIZE
    starts = np.arange(0, last + stride, stride)
    starts[-1] = last
    return starts, np.minimum(starts + size, letters)
