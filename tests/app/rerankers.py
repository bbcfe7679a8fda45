"""Rerankers that need no loading."""

from collections.abc import Sequence

import trio
from attrs import define, field

from semroute.domain.errors import ClassifierError
from semroute.domain.tools.words import words_of


@define
class FixedReranker:
    """Says the same of any texts, or fails, and may take its time.

    Args:
        scores: What it says, in order.
        error: How it fails; None if it does not.
        seconds: How long it takes.

    Attributes:
        asked: What it was asked.
    """

    scores: Sequence[float]
    error: ClassifierError | None = None
    seconds: float = 0
    asked: list[tuple[str, list[str]]] = field(init=False, factory=list)

    @property
    def is_ready(self) -> bool:
        """It always is."""
        return True

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Returns the scores it was given."""
        self.asked.append((query, list(texts)))
        await trio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return [float(score) for score, _ in zip(self.scores, texts, strict=True)]


class WordReranker:
    """Counts words in common."""

    @property
    def is_ready(self) -> bool:
        """It always is."""
        return True

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Returns how many words of the question each text has."""
        await trio.lowlevel.checkpoint()
        asked = set(words_of(query))
        return [float(len(asked & set(words_of(text)))) for text in texts]
