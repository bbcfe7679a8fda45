"""Numbers short enough to read, and never on the wrong side."""

import math
from collections.abc import Iterator
from typing import Final

_DIGITS: Final = (3, 6, 9)  # three are enough to read; more, where three leave no room


def at_least(bound: float) -> Iterator[float]:
    """Yields ever longer numbers that are no less than a bound, the nearest of their length."""
    for digits in _DIGITS:
        scale = 10**digits
        value = math.ceil(bound * scale) / scale
        yield value if value >= bound else value + 1 / scale


def at_most(bound: float) -> Iterator[float]:
    """Yields ever longer numbers that are no more than a bound, the nearest of their length."""
    for value in at_least(-bound):
        yield 0.0 - value


def shown(value: float) -> str:
    """Returns such a number as text."""
    return f"{value:.9f}".rstrip("0").rstrip(".")
