"""Figures of some things, and what others of their kind would give."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

Figures: TypeAlias = npt.NDArray[np.float64]

_RESAMPLES: Final = 1000  # bounds of 95 % then move by a tenth of their distance
_SEED: Final = 1
_TAIL: Final = 0.025


@frozen
class Estimate:
    """A figure, and where the true one lies with 95 % confidence."""

    value: float
    low: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true figure lies."""
        return self.low, self.high


def estimates(
    size: int, measure: Callable[[Figures], Figures | Sequence[float]]
) -> list[Estimate | None]:
    """Returns figures with their bootstrap intervals, by percentiles (Efron 1979).

    The same every time. One draw is measured at a time, so that no more memory is needed than
    for one.

    Args:
        size: How many things there are; at least one.
        measure: What they come to if each is there so many times: the same number of figures
            whatever the counts, not a number for a figure that there is none of.

    Returns:
        One for each figure; None if there is none.
    """
    chance = np.random.default_rng(_SEED)
    values = np.asarray(measure(np.ones(size)))
    drawn = np.array([measure(_draw(chance, size)) for _ in range(_RESAMPLES)])
    return [_estimate(*pair) for pair in zip(values, drawn.T, strict=True)]


def means(columns: Figures) -> list[Estimate]:
    """Returns the mean of each column with its interval; a row is what is known of one thing."""
    size = len(columns)
    return [each for each in estimates(size, lambda counts: counts @ columns / size) if each]


def _draw(chance: np.random.Generator, size: int) -> Figures:
    return np.bincount(chance.integers(size, size=size), minlength=size).astype(np.float64)


def _estimate(value: float, drawn: Figures) -> Estimate | None:
    if np.isnan(value):
        return None
    known = drawn[~np.isnan(drawn)]
    ranked = np.sort(known if len(known) else [value])
    last = len(ranked) - 1
    low, high = ranked[round(_TAIL * last)], ranked[round((1 - _TAIL) * last)]
    return Estimate(float(value), float(low), float(high))
