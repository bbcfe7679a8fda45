"""How good the router's judgement is, on prompts whose right answer is known."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

from attrs import define, evolve, frozen

from semroute.domain.classification import Classification, Rung
from semroute.domain.ports import Classifier

from .classifying import classify_all
from .means import Mean, bootstrapped
from .noises import NOISES
from .statistics import Proportion

_POINTS: Final = 100
_ANYWHERE: Final = (0.0, 1.0)
_BINS: Final = 15  # as in Guo et al. 2017, arXiv:1706.04599
_THRESHOLDS: Final = tuple(step / 20 for step in range(20))


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
        asked: What is said where the fast tier answered alone, if the encoder is asked as well.
    """

    label: str
    said: Classification
    disturbed: Mapping[str, str]
    asked: Classification | None = None

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

    @property
    def is_right_asked(self) -> bool:
        """Whether it is if nobody is left unasked."""
        return (self.asked or self.said).best.category == self.label


@frozen
class RungReport:
    """What came of the prompts that were decided in one place.

    Args:
        rung: Who decided.
        answered: Of all prompts, those decided there.
        accuracy: Of those, the right ones.
        both: Of those, the ones that are right if nobody is left unasked.
    """

    rung: Rung
    answered: Proportion
    accuracy: Proportion
    both: Proportion


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
        may_be_quick: Whether the fast tier may decide alone.
    """

    prompts: Sequence[Classified]
    may_be_quick: bool = False

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
        return _f1(self.confusion, category)

    @property
    def macro_f1(self) -> float:
        """The mean F1 over all categories that were a label."""
        return _macro_f1(self.confusion)

    @cached_property
    def macro_f1_interval(self) -> tuple[float, float]:
        """Where the macro-F1 of other such prompts lies in 95 of 100 cases; anywhere, of none."""
        pairs = [(each.label, each.predicted) for each in self.prompts]
        return bootstrapped(pairs, lambda drawn: _macro_f1(Counter(drawn))) if pairs else _ANYWHERE

    @cached_property
    def calibration_error_interval(self) -> tuple[float, float]:
        """Where the calibration error of prompts drawn from these lies in 95 of 100 cases.

        It is too high: drawing adds chance to the chance that is in the error already, and a
        distance only grows by that. Of few prompts the error may lie below all of it.
        """
        return bootstrapped(self._gaps, _calibration_error) if self.prompts else _ANYWHERE

    @property
    def calibration_error(self) -> float:
        """How far confidence is from accuracy on average, over bins of equal width."""
        return _calibration_error(self._gaps)

    @property
    def _gaps(self) -> Sequence[tuple[int, float]]:
        """For each prompt its bin, and how far its confidence is above whether it is right."""
        return [
            (min(int(each.confidence * _BINS), _BINS - 1), each.confidence - each.is_right)
            for each in self.prompts
        ]

    def at(self, threshold: float) -> Abstention:
        """Returns what comes of answering only from this confidence on."""
        sure = [each for each in self.prompts if each.confidence >= threshold]
        return Abstention(threshold, Proportion(len(sure), len(self.prompts)), _right(sure))

    @property
    def abstention(self) -> tuple[Abstention, ...]:
        """What comes of it at every twentieth."""
        return tuple(map(self.at, _THRESHOLDS))

    @property
    def rungs(self) -> tuple[RungReport, ...]:
        """Who decided, and how well; nothing if there is nobody but the encoder."""
        if not self.may_be_quick:
            return ()
        return tuple(map(self._at_rung, (Rung.FAST, Rung.ENCODER)))

    def _at_rung(self, rung: Rung) -> RungReport:
        some = [each for each in self.prompts if each.said.rung is rung]
        answered = Proportion(len(some), len(self.prompts))
        return RungReport(rung, answered, _right(some), _right_asked(some))

    @property
    def both(self) -> Proportion:
        """The prompts that are classified as labelled if nobody is left unasked."""
        return _right_asked(self.prompts)

    @cached_property
    def gain(self) -> Mean:
        """How much more often it is right for leaving the encoder unasked, in points."""
        return Mean(
            tuple(float(_POINTS * (each.is_right - each.is_right_asked)) for each in self.prompts)
        )

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


def _f1(confusion: Mapping[tuple[str, str], int], category: str) -> float:
    right = confusion.get((category, category), 0)
    labelled = sum(count for (label, _), count in confusion.items() if label == category)
    predicted = sum(count for (_, name), count in confusion.items() if name == category)
    return 2 * right / (labelled + predicted) if right else 0.0


def _macro_f1(confusion: Mapping[tuple[str, str], int]) -> float:
    labels = sorted({label for label, _ in confusion})
    return sum(_f1(confusion, label) for label in labels) / len(labels) if labels else 0.0


def _calibration_error(gaps: Sequence[tuple[int, float]]) -> float:
    bins: dict[int, list[float]] = {}
    for place, gap in gaps:
        bins.setdefault(place, []).append(gap)
    total = math.fsum(abs(math.fsum(one)) for one in bins.values())
    return total / len(gaps) if gaps else 0.0


def _right_asked(prompts: Sequence[Classified]) -> Proportion:
    return Proportion(sum(each.is_right_asked for each in prompts), len(prompts))


async def evaluate_categories(
    classifier: Classifier,
    prompts: Sequence[LabelledPrompt],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
    slower: Classifier | None = None,
) -> CategoryReport:
    """Classifies every prompt as it is and with every noise.

    Args:
        classifier: What is measured.
        prompts: The prompts.
        progress: Told how far it is.
        slower: Whom the fast tier may leave unasked: asked afterwards about what it decided alone.
            None if it decides nothing.

    Raises:
        ClassifierError: A prompt could not be classified.
    """
    versions = [lambda text: text, *NOISES.values()]
    texts = [version(prompt.text) for prompt in prompts for version in versions]
    remaining = iter(await classify_all(classifier, texts, progress))
    classified = [
        Classified(
            prompt.label,
            next(remaining),
            {name: next(remaining).best.category for name in NOISES},
        )
        for prompt in prompts
    ]
    if slower is None:
        return CategoryReport(classified)
    quick = [index for index, each in enumerate(classified) if each.said.rung is Rung.FAST]
    asked = await classify_all(
        slower,
        [prompts[index].text for index in quick],
        lambda _, share: progress("asking the encoder too", share),
    )
    for index, said in zip(quick, asked, strict=True):
        classified[index] = evolve(classified[index], asked=said)
    return CategoryReport(classified, may_be_quick=True)
