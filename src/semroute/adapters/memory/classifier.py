"""A classifier that only counts words."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import trio
from attrs import frozen

from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition, Classification

_WORD: Final = re.compile(r"[a-z]+")


_WORDS_OF_A_USUAL_PROMPT: Final = 30


class WordClassifier:
    """Naive Bayes over the words of descriptions and examples. Always ready, often wrong.

    Args:
        definitions: The categories.
    """

    is_ready = True

    def __init__(self, definitions: Sequence[CategoryDefinition]) -> None:
        self._counts = {
            definition.name: Counter(
                _words(" ".join((definition.name, definition.description, *definition.examples)))
            )
            for definition in definitions
        }
        self._vocabulary = len(set().union(*self._counts.values()))

    async def run(
        self,
        progress: Callable[[str, float], None] = lambda _what, _share: None,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Has nothing to load and needs no task; waits to be cancelled."""
        progress("ready", 1.0)
        task_status.started()
        await trio.sleep_forever()

    async def classify(self, prompt: Prompt) -> Classification:
        """Compares the prompt's words with each category's."""
        return self.said_of(prompt)

    def said_of(self, prompt: Prompt) -> Classification:
        """Returns what `classify` does, at once."""
        words = _words(prompt.text)
        scores = {name: self._log_likelihood(words, name) for name in self._counts}
        highest = max(scores.values())
        weights = {name: math.exp(score - highest) for name, score in scores.items()}
        total = sum(weights.values())
        probabilities = {name: each / total for name, each in weights.items()}
        # Whoever asks at length mostly asks for much.
        complexity = len(words) / (len(words) + _WORDS_OF_A_USUAL_PROMPT)
        return Classification.ranked(probabilities, complexity=complexity)

    def _log_likelihood(self, words: Sequence[str], name: str) -> float:
        counts = self._counts[name]
        size = counts.total() + self._vocabulary + 1
        return sum(math.log((counts[word] + 1) / size) for word in words)


@frozen(eq=False)
class QuickWordClassifier:
    """The same, for whoever cannot wait.

    Args:
        classifier: What counts the words.
    """

    classifier: WordClassifier

    def classify(self, prompt: Prompt) -> Classification:
        """Compares the prompt's words with each category's."""
        return self.classifier.said_of(prompt)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
