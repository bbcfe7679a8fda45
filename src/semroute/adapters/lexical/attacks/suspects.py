"""Which windows of a text are looked at by others: by the rules, and by a reader of meaning."""

from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from .windows import SIZES, Bounds, Windows

Scores = npt.NDArray[np.float64]

# Rules are read in so many places, those the model finds most suspicious. An attack that hides
# from them behind so many passages of its own kind is found by those.
_RULED: Final = 24
_PLACE: Final = SIZES[0]  # letters; few of the windows that begin in one place stand for it
_PER_PLACE: Final = 4
_LONG: Final = 168  # letters; longer runs cost a reader of meaning more than they tell it
# Of what two windows cover they share so much if they are nearly the same.
_SAME: Final = 0.85
# What scores the same to so many log odds says the same, and is shown once.
_COPY: Final = 1e-6
# Where there are more windows than these, the highest of them nearly always are enough.
_FEW: Final = 20_000
# Of so few windows to find those near to one takes longer than to look at all.
_HANDFUL: Final = 100
# So many of these are shown to a reader of meaning, lest a decoy be all it sees.
SHOWN: Final = 4
# And one run of sentences more for every so many letters: the more sentences there are, the more
# look worse than an attack in words of its own. With twice as many runs not one attack more was
# found, and more pages were flagged.
_LETTERS_A_RUN: Final = 8000
# No more than these: they have some 30 tokens each, so together they cost a window or two.
_MOST_RUNS: Final = 16


def suspects_among(logits: Scores, windows: Windows) -> list[int]:
    """Returns the most suspicious windows, worst first.

    Of one place there are few, and none is nearly the same as a worse one of its kind: the worst
    may be an attack with what stands around it, and a reader of meaning had better see it without.
    """
    return _worst_of(logits, windows, _RULED)


def sentences_among(logits: Scores, windows: Windows, most: int) -> list[int]:
    """Returns the most suspicious runs of sentences that are not long, likewise."""
    is_short = windows.ends - windows.starts <= _LONG
    is_short[windows.runs :] = False
    return _worst_of(np.where(is_short, logits, -np.inf), windows, most)


def runs_of(letters: int) -> int:
    """Returns how many runs of sentences a reader is shown beside the worst windows."""
    return min(letters // _LETTERS_A_RUN, _MOST_RUNS)


def _worst_of(logits: Scores, windows: Windows, most: int) -> list[int]:
    """Returns the highest windows, none of which says what another says."""
    if logits.size > _FEW:
        highest = np.sort(np.argpartition(logits, -_FEW)[-_FEW:])
        found = _worst(logits[highest], windows, highest, most)
        if len(found) == most:
            return [int(at) for at in highest[found]]
    return _worst(logits.copy(), windows, np.arange(logits.size), most)


def _worst(open_: Scores, windows: Windows, some: Bounds, most: int) -> list[int]:
    """Returns the highest of some windows that are open; what each stands for is closed with it."""
    starts, ends, is_run = windows.starts[some], windows.ends[some], some < windows.runs
    sizes = ends - starts
    longest = int(sizes.max(initial=0))
    rises = _rises(starts) if starts.size > _FEW else []
    near: Bounds | slice = slice(None)
    suspects, taken = list[int](), Counter[int]()
    for _ in range(most):
        worst = int(open_.argmax())
        highest = open_[worst]
        if highest == -np.inf:
            break
        suspects.append(worst)
        start, end = int(starts[worst]), int(ends[worst])
        if rises:
            near = np.concatenate([_near(starts, rise, start, longest) for rise in rises])
        elif starts.size > _HANDFUL:
            near = (np.abs(starts - start) < longest).nonzero()[0]  # others share nothing with it
        shared = np.minimum(ends[near], end) - np.maximum(starts[near], start)
        is_same = shared >= _SAME * (sizes[near] + (end - start) - shared)
        is_same &= is_run[near] == is_run[worst]
        is_open = open_ <= highest - _COPY  # none is higher
        is_open[near] &= ~is_same
        np.putmask(open_, ~is_open, -np.inf)
        taken[start // _PLACE] += 1
        if taken[start // _PLACE] == _PER_PLACE:
            open_[starts // _PLACE == start // _PLACE] = -np.inf
    return suspects


def _rises(starts: Bounds) -> list[Bounds]:
    """Divides windows into those of one size after another, within which they rise."""
    return np.split(np.arange(starts.size), np.flatnonzero(np.diff(starts) < 0) + 1)


def _near(starts: Bounds, rise: Bounds, start: int, reach: int) -> Bounds:
    """Returns which windows of a rise begin less than `reach` letters from one."""
    first, last = np.searchsorted(
        starts[rise[0] : rise[-1] + 1], (start - reach + 1, start + reach)
    )
    return rise[first:last]
