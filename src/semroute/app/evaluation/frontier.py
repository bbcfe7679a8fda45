"""What models come to together, when a score says who answers or somebody knew who is right."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np
from attrs import field, frozen
from attrs.validators import min_len

from .frontier_curve import Gains, apgr, at, share_for
from .resampled import Estimate, Figures, estimates, means

RECOVERED: Final = (0.5, 0.8, 0.95)
"""Shares of the gap between the models, for which the least share of strong calls is quoted."""

_SHARES: Final = tuple(percent / 100 for percent in range(0, 101, 5))
_ROUNDING: Final = 9  # digits: sums in another order differ in the last ones


@frozen
class Contest:
    """How every model did on one prompt, and what the router makes of it.

    Args:
        score: How much it looks like a prompt for the strong model; higher is likelier.
        outcomes: What each model's answer was worth, from 0 to 1; of the same models always.
    """

    score: float
    outcomes: Mapping[str, float]


class PriceSource(StrEnum):
    """Who says what a model costs."""

    OPTION = "option"
    CONFIGURATION = "configuration"
    ASSUMED = "assumed"  # nobody


@frozen
class AnswerPrice:
    """What one answer of a model costs, in any unit."""

    value: float
    source: PriceSource = PriceSource.OPTION


@frozen
class Point:
    """A place on the frontier.

    Args:
        share: The share of prompts that the strong model answers.
        accuracy: What the answers are worth on average.
        cost: What they cost on average.
    """

    share: float
    accuracy: Estimate
    cost: float


@frozen
class Oracle:
    """What could be had if somebody always knew the cheapest model that is right.

    Args:
        shares: The share of prompts that each model answers.
        accuracy: What the answers are worth on average.
        cost: What they cost on average.
    """

    shares: Mapping[str, float]
    accuracy: Estimate
    cost: Estimate


@frozen(slots=False, eq=False)
class FrontierReport:
    """What came of letting a score choose between two models, and what all models could do.

    Args:
        contests: One for each prompt.
        prices: What an answer costs, of every model.
        strong: The name of the model that gets the prompts with high scores.
        weak: The name of the one that gets the others.
    """

    contests: tuple[Contest, ...] = field(validator=min_len(1))
    prices: Mapping[str, AnswerPrice]
    strong: str
    weak: str

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Every model, the cheapest first; of equals the weak one, and the strong one last."""

        def place(name: str) -> tuple[float, bool, bool, str]:
            return self.prices[name].value, name == self.strong, name != self.weak, name

        return tuple(sorted(self.prices, key=place))

    @cached_property
    def accuracies(self) -> Mapping[str, Estimate]:
        """What the answers of each model alone are worth on average."""
        return dict(zip(self.models, means(self._worths), strict=True))

    @property
    def best_constant(self) -> str:
        """The model to use if there could be only one; the cheapest of equals."""
        return max(self.models, key=lambda name: round(self.accuracies[name].value, _ROUNDING))

    @property
    def best_constant_accuracy(self) -> Estimate:
        """What its answers are worth on average."""
        return self.accuracies[self.best_constant]

    @cached_property
    def apgr(self) -> Estimate | None:
        """The average performance gap recovered; None if no model is better than the other."""
        (estimate,) = self._estimates(lambda curve: [apgr(curve)])
        return estimate

    @cached_property
    def frontier(self) -> tuple[Point, ...]:
        """What comes of it at every twentieth share of strong calls."""
        accuracies = self._estimates(lambda curve: at(curve, _SHARES))
        strong, weak = self.prices[self.strong].value, self.prices[self.weak].value
        return tuple(
            Point(share, accuracy, weak + share * (strong - weak))
            for share, accuracy in zip(_SHARES, accuracies, strict=True)
            if accuracy is not None
        )

    @property
    def best(self) -> Point:
        """The most accurate place of the frontier; the cheapest of equals."""
        return max(self.frontier, key=lambda at: (round(at.accuracy.value, _ROUNDING), -at.cost))

    @cached_property
    def oracle(self) -> Oracle:
        """What could be had: of the models that are right, the cheapest; if none is, too."""
        # The first of the best: models stand in the order of their prices.
        chosen = np.argmax(self._worths, axis=1)
        prices = np.array([self.prices[name].value for name in self.models])
        accuracy, cost = means(np.stack([self._worths.max(axis=1), prices[chosen]], axis=1))
        counts = np.bincount(chosen, minlength=len(self.models)) / len(self.contests)
        return Oracle(dict(zip(self.models, counts.tolist(), strict=True)), accuracy, cost)

    @cached_property
    def share_for(self) -> Mapping[float, Estimate | None]:
        """The least share of strong calls that recovers so much of the gap, for `RECOVERED`."""
        shares = self._estimates(lambda curve: [share_for(curve, each) for each in RECOVERED])
        return dict(zip(RECOVERED, shares, strict=True))

    @cached_property
    def _worths(self) -> Figures:
        """What every answer was worth: a row for each prompt, a column for each model."""
        return np.array([[each.outcomes[name] for name in self.models] for each in self.contests])

    @cached_property
    def _gains(self) -> Gains:
        scores = np.array([each.score for each in self.contests])
        strong, weak = (self.models.index(name) for name in (self.strong, self.weak))
        return Gains.of(scores, self._worths[:, strong], self._worths[:, weak])

    def _estimates(
        self, measure: Callable[[Figures], Figures | Sequence[float]]
    ) -> list[Estimate | None]:
        """Returns figures of the curve between the two models."""
        gains = self._gains
        return estimates(len(self.contests), lambda counts: measure(gains.curve(counts)))
