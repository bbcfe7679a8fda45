"""What a prompt is about, as far as the classifier can tell."""

from typing import TypeAlias

from attrs import field, frozen
from attrs.validators import min_len

from .reasons import Reason


@frozen
class CategoryScore:
    """How probable one category is, from 0 to 1."""

    category: str
    probability: float


@frozen
class Classification:
    """Probabilities over all categories, most probable first; they sum to 1."""

    scores: tuple[CategoryScore, ...] = field(validator=min_len(1))

    @classmethod
    def ranked(cls, scores: dict[str, float]) -> "Classification":
        """Builds a classification from probabilities in any order; ties keep that order."""
        ranking = sorted(scores.items(), key=lambda item: -item[1])
        return cls(tuple(CategoryScore(name, value) for name, value in ranking))

    @property
    def best(self) -> CategoryScore:
        """The most probable category."""
        return self.scores[0]

    @property
    def runner_up(self) -> CategoryScore | None:
        """The second most probable category, if there are two."""
        return self.scores[1] if len(self.scores) > 1 else None

    @property
    def margin(self) -> float:
        """How far the best category leads the runner-up, from 0 to 1."""
        runner_up = self.runner_up
        return self.best.probability - (runner_up.probability if runner_up else 0.0)


@frozen
class Unclassified:
    """The classifier gave no answer, and why."""

    reason: Reason


ClassificationOutcome: TypeAlias = Classification | Unclassified
