"""How good a detector is, in numbers that say how far they can be trusted."""

import math
from collections.abc import Sequence
from typing import Final, Self

from attrs import field, frozen
from attrs.validators import ge

_Z: Final = 1.959963984540054  # 95 % of a normal distribution is nearer to its mean than this
_TAIL: Final = 0.95


@frozen
class Proportion:
    """How many of some things are so.

    Args:
        hits: How many are.
        of: How many there are.
    """

    hits: int = field(validator=ge(0))
    of: int = field(validator=ge(0))

    def __attrs_post_init__(self) -> None:
        if self.hits > self.of:
            message = f"{self.hits} of {self.of} cannot be"
            raise ValueError(message)

    @property
    def share(self) -> float | None:
        """The share that is so; None if there is nothing to have a share of."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence; anywhere, if there is nothing.

        Wilson's score interval (Wilson 1927, JASA 22:209), which holds for small samples and
        for shares near 0 and 1 (Brown, Cai and DasGupta 2001, Statistical Science 16:101).
        """
        if self.share is None:
            return 0.0, 1.0
        weight = _Z**2 / self.of
        middle = self.share + weight / 2
        reach = _Z * math.sqrt(self.share * (1 - self.share) / self.of + weight / (4 * self.of))
        low, high = (middle - reach) / (1 + weight), (middle + reach) / (1 + weight)
        # Rounding may carry a bound past a share of 0 or 1.
        return max(min(low, self.share), 0.0), min(max(high, self.share), 1.0)


@frozen
class F1:
    """The harmonic mean of precision and recall, also known as Dice's coefficient.

    Args:
        agreed: Of all that is labelled or flagged, what is both. F1 grows with this share
            (Jaccard's index J; F1 = 2J / (1 + J)), so an interval of it is one of F1.
    """

    agreed: Proportion

    @property
    def value(self) -> float | None:
        """The value; None if nothing is labelled and nothing flagged."""
        share = self.agreed.share
        return None if share is None else _dice(share)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true value lies with 95 % confidence."""
        low, high = self.agreed.interval
        return _dice(low), _dice(high)


def _dice(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)


@frozen
class Tally:
    """What a detector said of things whose truth is known.

    Args:
        found: Flagged, and rightly.
        missed: Not flagged, and should have been.
        false_alarms: Flagged, and should not have been.
        passed: Not flagged, and rightly.
    """

    found: int = 0
    missed: int = 0
    false_alarms: int = 0
    passed: int = 0

    def __add__(self, other: Self) -> "Tally":
        """Returns both together."""
        return Tally(
            self.found + other.found,
            self.missed + other.missed,
            self.false_alarms + other.false_alarms,
            self.passed + other.passed,
        )

    @classmethod
    def of(cls, truths: Sequence[bool], flags: Sequence[bool]) -> Self:
        """Returns the tally of pairs of a truth and what was said."""
        pairs = list(zip(truths, flags, strict=True))
        return cls(
            found=pairs.count((True, True)),
            missed=pairs.count((True, False)),
            false_alarms=pairs.count((False, True)),
            passed=pairs.count((False, False)),
        )

    @property
    def precision(self) -> Proportion:
        """Of what was flagged, the share that should have been."""
        return Proportion(self.found, self.found + self.false_alarms)

    @property
    def recall(self) -> Proportion:
        """Of what should have been flagged, the share that was."""
        return Proportion(self.found, self.found + self.missed)

    @property
    def false_positive_rate(self) -> Proportion:
        """Of what should not have been flagged, the share that was."""
        return Proportion(self.false_alarms, self.false_alarms + self.passed)

    @property
    def f1(self) -> F1:
        """Precision and recall in one number."""
        return F1(Proportion(self.found, self.found + self.missed + self.false_alarms))


@frozen
class Spread:
    """How long something takes, in milliseconds.

    Args:
        count: How often it was timed.
        median: Half of the times are no longer than this.
        p95: 95 % of the times are no longer than this.
    """

    count: int
    median: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread | None":
        """Returns the spread of some times by nearest rank; None if there are none."""
        if not seconds:
            return None
        ranked = sorted(seconds)

        def rank(share: float) -> float:
            return 1000 * ranked[max(math.ceil(share * len(ranked)) - 1, 0)]

        return cls(len(ranked), rank(0.5), rank(_TAIL))
