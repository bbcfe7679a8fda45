"""What a prompt is about, as far as the classifier can tell."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import starmap
from operator import itemgetter
from typing import TypeAlias

from attrs import field, frozen
from attrs.validators import min_len

from .reasons import Reason


@frozen
class CategoryDefinition:
    """What makes a prompt belong to a category, in words.

    Args:
        name: The category.
        description: What it is about, in a sentence; empty if the examples say it all.
        examples: Prompts that belong to it.
    """

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


class Rung(StrEnum):
    """Who said what a prompt is about. The value is what logs and metric labels carry."""

    FAST = "fast"  # its words alone, which left no doubt
    ENCODER = "encoder"  # the classifier, which reads its meaning
    FAST_FALLBACK = "fast_fallback"  # its words alone, because the classifier did not answer


@frozen
class CategoryScore:
    """How probable one category is, from 0 to 1."""

    category: str
    probability: float


@frozen
class Classification:
    """What a prompt is about.

    Args:
        scores: Probabilities over all categories, most probable first; they sum to 1.
        coverage: The share of the prompt's text that was looked at; 1 unless it was very long.
        strangeness: How far the prompt is from everything the classifier knows: the share of
            known prompts that are less far, from 0 to 1. None if nobody measured.
        complexity: How much it takes to answer the prompt well: the share of known prompts that
            gain less from a strong model, from 0 to 1. None if nobody measured.
        rung: Who said so.
        fault: Why the classifier did not, if it was asked in vain.
    """

    scores: tuple[CategoryScore, ...] = field(validator=min_len(1))
    coverage: float = 1.0
    strangeness: float | None = None
    complexity: float | None = None
    rung: Rung = Rung.ENCODER
    fault: Reason | None = None

    @classmethod
    def ranked(
        cls,
        scores: Mapping[str, float],
        coverage: float = 1.0,
        *,
        strangeness: float | None = None,
        complexity: float | None = None,
    ) -> "Classification":
        """Builds a classification from probabilities in any order; ties keep that order."""
        ranking = sorted(scores.items(), key=itemgetter(1), reverse=True)
        return cls(tuple(starmap(CategoryScore, ranking)), coverage, strangeness, complexity)

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
