"""How good the router's judgement is, on prompts whose right answer is known."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import trio
from attrs import field, frozen

from semroute.domain.chat import Prompt
from semroute.domain.ports import Classifier

_AT_ONCE: Final = 64  # enough to keep every worker's batches full


@frozen
class LabelledPrompt:
    """A prompt and the category that a careful reader gives it."""

    text: str
    label: str


@frozen
class CategoryReport:
    """What came of classifying labelled prompts.

    Args:
        confusion: How many prompts of each (label, predicted category).
    """

    confusion: Mapping[tuple[str, str], int] = field(factory=Counter)

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that was a label or a prediction, sorted."""
        return tuple(sorted({name for pair in self.confusion for name in pair}))

    @property
    def total(self) -> int:
        """How many prompts there were."""
        return sum(self.confusion.values())

    @property
    def accuracy(self) -> float:
        """The share of prompts classified as labelled; 0 if there were none."""
        right = sum(
            count for (label, predicted), count in self.confusion.items() if label == predicted
        )
        return right / self.total if self.total else 0.0

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


async def evaluate_categories(
    classifier: Classifier,
    prompts: Sequence[LabelledPrompt],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> CategoryReport:
    """Classifies every prompt, many at a time.

    Raises:
        ClassifierError: A prompt could not be classified.
    """
    confusion: Counter[tuple[str, str]] = Counter()
    limiter = trio.CapacityLimiter(_AT_ONCE)

    async def classify(prompt: LabelledPrompt) -> None:
        async with limiter:
            classification = await classifier.classify(Prompt(prompt.text))
        confusion[prompt.label, classification.best.category] += 1
        progress("classifying", confusion.total() / len(prompts))

    async with trio.open_nursery() as nursery:
        for prompt in prompts:
            nursery.start_soon(classify, prompt)
    return CategoryReport(confusion)
