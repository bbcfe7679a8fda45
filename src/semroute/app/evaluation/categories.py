"""How good the router's judgement is, on prompts whose right answer is known."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

from attrs import define, frozen

from semroute.app.typos import mistyped
from semroute.domain.classification import Classification
from semroute.domain.ports import Classifier

from .classifying import classify_all
from .statistics import Proportion

_BINS: Final = 15  # as in Guo et al. 2017, arXiv:1706.04599
_THRESHOLDS: Final = tuple(step / 20 for step in range(20))

NOISES: Final[Mapping[str, Callable[[str], str]]] = {
    "typos": mistyped,
    "upper case": str.upper,
}
"""What is done to prompts that should not change what they are about."""


@frozen
class LabelledPrompt:
    """A prompt and the category that a careful reader gives it."""

    text: str
    label: str


@frozen
class Classified:
    """A labelled prompt, and what the classifier said.

    Args:
        label: The right category.
        said: Its classification.
        disturbed: The category of the prompt with noise in it, by the name of the noise.
    """

    label: str
    said: Classification
    disturbed: Mapping[str, str]

    @property
    def predicted(self) -> str:
        """The most probable category."""
        return self.said.best.category

    @property
    def confidence(self) -> float:
        """How probable that is."""
        return self.said.best.probability

    @property
    def is_right(self) -> bool:
        """Whether it is the right one."""
        return self.predicted == self.label


@frozen
class Abstention:
    """What comes of answering only from a confidence on.

    Args:
        threshold: The confidence.
        coverage: Of all prompts, those that are answered.
        accuracy: Of those, the right ones.
    """

    threshold: float
    coverage: Proportion
    accuracy: Proportion


@define(slots=False, eq=False)
class CategoryReport:
    """What came of classifying labelled prompts.

    Args:
        prompts: Each of them.
    """

    prompts: Sequence[Classified]

    @cached_property
    def confusion(self) -> Mapping[tuple[str, str], int]:
        """How many prompts of each (label, predicted category)."""
        return Counter((each.label, each.predicted) for each in self.prompts)

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that was a label or a prediction, sorted."""
        return tuple(sorted({name for pair in self.confusion for name in pair}))

    @property
    def accuracy(self) -> Proportion:
        """The prompts classified as labelled."""
        return _right(self.prompts)

    def f1(self, category: str) -> float:
        """The harmonic mean of a category's precision and recall."""
        right = self.confusion.get((category, category), 0)
        labelled = sum(count for (label, _), count in self.confusion.items() if label == category)
        predicted = sum(count for (_, name), count in self.confusion.items() if name == category)
        return 2 * right / (labelled + predicted) if right else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean F1 over all categories that were a label."""
        labels = sorted({label for label, _ in self.confusion})
        return sum(map(self.f1, labels)) / len(labels) if labels else 0.0

    @property
    def calibration_error(self) -> float:
        """How far confidence is from accuracy on average, over bins of equal width."""
        bins: dict[int, list[Classified]] = {}
        for each in self.prompts:
            bins.setdefault(min(int(each.confidence * _BINS), _BINS - 1), []).append(each)
        gaps = (
            abs(math.fsum(each.confidence - each.is_right for each in one)) for one in bins.values()
        )
        return math.fsum(gaps) / len(self.prompts) if self.prompts else 0.0

    def at(self, threshold: float) -> Abstention:
        """Returns what comes of answering only from this confidence on."""
        sure = [each for each in self.prompts if each.confidence >= threshold]
        return Abstention(threshold, Proportion(len(sure), len(self.prompts)), _right(sure))

    @property
    def abstention(self) -> tuple[Abstention, ...]:
        """What comes of it at every twentieth."""
        return tuple(map(self.at, _THRESHOLDS))

    @property
    def flips(self) -> Mapping[str, Proportion]:
        """For each noise, the prompts that it moved to another category."""
        return {
            noise: Proportion(
                sum(each.disturbed[noise] != each.predicted for each in self.prompts),
                len(self.prompts),
            )
            for noise in NOISES
        }


def _right(prompts: Sequence[Classified]) -> Proportion:
    return Proportion(sum(each.is_right for each in prompts), len(prompts))


async def evaluate_categories(
    classifier: Classifier,
    prompts: Sequence[LabelledPrompt],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> CategoryReport:
    """Classifies every prompt as it is and with every noise.

    Raises:
        ClassifierError: A prompt could not be classified.
    """
    versions = [lambda text: text, *NOISES.values()]
    texts = [version(prompt.text) for prompt in prompts for version in versions]
    remaining = iter(await classify_all(classifier, texts, progress))
    return CategoryReport(
        [
            Classified(
                prompt.label,
                next(remaining),
                {name: next(remaining).best.category for name in NOISES},
            )
            for prompt in prompts
        ]
    )
