"""What a strong and a weak model come to together, when a score says who answers.

The measures are RouteLLM's (Ong et al. 2024, arXiv:2406.18665): the performance gap recovered
(PGR) at a share of strong calls, and its average over all shares (APGR). A router that draws lots
has an APGR of 0.5.
"""

import math
import random
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

from attrs import field, frozen
from attrs.validators import min_len

# For intervals of 95 %; more make them no steadier than the third decimal.
_RESAMPLES: Final = 400
_SEED: Final = 1
_TAIL: Final = 0.025
_ROUNDING: Final = 1e-12
_SHARES: Final = tuple(percent / 100 for percent in range(0, 101, 5))


@frozen
class Duel:
    """How two models did on one prompt, and what the router makes of it.

    Args:
        score: How much it looks like a prompt for the strong model; higher is likelier.
        strong: What the strong model's answer was worth, from 0 to 1.
        weak: What the weak model's was.
    """

    score: float
    strong: float
    weak: float


@frozen
class Point:
    """A place on the frontier.

    Args:
        share: The share of prompts that the strong model answers.
        accuracy: What the answers are worth on average.
        cost: What they cost on average.
    """

    share: float
    accuracy: float
    cost: float


@frozen
class Estimate:
    """A figure, and where the true one lies with 95 % confidence."""

    value: float
    low: float
    high: float


@frozen
class Prices:
    """What one answer costs, in any unit."""

    strong: float = 1.0
    weak: float = 0.0

    def of(self, share: float) -> float:
        """Returns the mean cost if the strong model answers this share."""
        return self.weak + share * (self.strong - self.weak)


@frozen
class FrontierReport:
    """What came of letting a score choose between two models.

    Args:
        duels: One for each prompt.
        prices: What answers cost.
        strong: The name of the model that is better on the whole.
        weak: The name of the other.
    """

    duels: tuple[Duel, ...] = field(validator=min_len(1))
    prices: Prices
    strong: str
    weak: str

    @property
    def strong_accuracy(self) -> float:
        """What the strong model's answers are worth on average."""
        return _mean([each.strong for each in self.duels])

    @property
    def weak_accuracy(self) -> float:
        """What the weak model's are."""
        return _mean([each.weak for each in self.duels])

    @property
    def best_constant(self) -> str:
        """The model to use if there could be only one; the cheaper of equals."""
        is_strong = self._prefers_strong(self.strong_accuracy, self.weak_accuracy)
        return self.strong if is_strong else self.weak

    @property
    def best_constant_accuracy(self) -> float:
        """What its answers are worth on average."""
        return max(self.strong_accuracy, self.weak_accuracy)

    @property
    def apgr(self) -> Estimate | None:
        """The average performance gap recovered; None if no model is better than the other."""
        return _estimate(self.duels, _apgr)

    @property
    def frontier(self) -> tuple[Point, ...]:
        """What comes of it at every twentieth share of strong calls."""
        curve = _curve(self.duels)
        return tuple(Point(share, _at(curve, share), self.prices.of(share)) for share in _SHARES)

    @property
    def best(self) -> Point:
        """The most accurate place of the frontier; the cheapest of equals."""
        return max(self.frontier, key=lambda point: (round(point.accuracy, 9), -point.cost))

    @property
    def oracle(self) -> Point:
        """What could be had: of the models that are right, the cheaper; if neither is, too."""
        strong = [self._prefers_strong(each.strong, each.weak) for each in self.duels]
        share = sum(strong) / len(strong)
        accuracy = _mean([max(each.strong, each.weak) for each in self.duels])
        return Point(share, accuracy, self.prices.of(share))

    def share_for(self, recovered: float) -> Estimate | None:
        """Returns the least share of strong calls that recovers so much of the gap.

        RouteLLM calls it the call-performance threshold.
        """
        return _estimate(self.duels, lambda duels: _share_for(duels, recovered))

    def _prefers_strong(self, strong: float, weak: float) -> bool:
        """Whether the strong model is worth more, or as much for less: it may be the cheaper."""
        return (strong, -self.prices.strong) > (weak, -self.prices.weak)


def _curve(duels: Sequence[Duel]) -> list[float]:
    """Returns the mean worth with the strong model on the 0, 1, 2, ... highest scores.

    Prompts of one score share what is gained among them: their order means nothing.
    """
    size = len(duels)
    gains: dict[float, list[float]] = {}
    for each in duels:
        gains.setdefault(each.score, []).append(each.strong - each.weak)
    steps = [
        _mean(same) for _, same in sorted(gains.items(), reverse=True) for _ in range(len(same))
    ]
    start = sum(each.weak for each in duels)
    return [total / size for total in accumulate(steps, initial=start)]


def _at(curve: Sequence[float], share: float) -> float:
    place = share * (len(curve) - 1)
    below = min(int(place), len(curve) - 2)
    return curve[below] + (place - below) * (curve[below + 1] - curve[below])


def _apgr(duels: Sequence[Duel]) -> float | None:
    curve = _curve(duels)
    gap = curve[-1] - curve[0]
    if math.isclose(gap, 0, abs_tol=_ROUNDING):
        return None
    area = (sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)
    return (area - curve[0]) / gap


def _share_for(duels: Sequence[Duel], recovered: float) -> float | None:
    curve = _curve(duels)
    gap = curve[-1] - curve[0]
    if math.isclose(gap, 0, abs_tol=_ROUNDING):
        return None
    wanted = curve[0] + recovered * gap
    rank = next(rank for rank, value in enumerate(curve) if (value - wanted) * gap >= -_ROUNDING)
    return rank / (len(curve) - 1)


def _estimate(
    duels: Sequence[Duel], measure: Callable[[Sequence[Duel]], float | None]
) -> Estimate | None:
    """Returns a measure with its bootstrap interval, by percentiles (Efron 1979)."""
    value = measure(duels)
    if value is None:
        return None
    chance = random.Random(_SEED)  # noqa: S311 - the same figures every time
    drawn = (measure(chance.choices(duels, k=len(duels))) for _ in range(_RESAMPLES))
    values = sorted(each for each in drawn if each is not None) or [value]
    last = len(values) - 1
    return Estimate(value, values[round(_TAIL * last)], values[round((1 - _TAIL) * last)])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
