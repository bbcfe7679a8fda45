"""How well tools serve what somebody asks for, by their words alone."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Self

from attrs import field, frozen

from semroute.domain.chat import Tool

from .words import words_of

# Okapi BM25 as it is usually set: Robertson and Zaragoza 2009, The Probabilistic Relevance
# Framework, section 3.4.
_SATURATION: Final = 1.2
_LENGTH_SHARE: Final = 0.75

_NAME_COUNTS: Final = 2  # a word in a name says more than one in a description
_MOST_CHARS: Final = 2000  # of each tool; what it is for is said before that
# Of what is asked for, at either end; in between is what somebody pasted.
_ASKED_CHARS: Final = 4096


@frozen
class ToolWords:
    """The words of a tool.

    Args:
        counts: How often each is in it.
        total: How many there are.
    """

    counts: Mapping[str, int] = field(repr=False)
    total: int

    @classmethod
    def of(cls, tool: Tool) -> Self:
        """Returns the words of a tool's name and of what is said of it."""
        name = words_of(tool.name[:_MOST_CHARS])
        counts = Counter(name * _NAME_COUNTS + words_of(tool.text[:_MOST_CHARS]))
        return cls(counts, counts.total())


def by_words(text: str, tools: Sequence[ToolWords]) -> list[float]:
    """Returns how relevant tools are to a text: from 0, no word in common, to 1, the best one.

    It is BM25, where a word is worth the more, the fewer of these tools have it, over that of
    the best tool. So the scores of two requests cannot be compared.

    Args:
        text: What the user asks for. Of a long one both ends count.
        tools: The words of the tools it could be done with.
    """
    asked = frozenset(words_of(_ends_of(text)))
    usual = sum(tool.total for tool in tools) / max(len(tools), 1)
    holders = Counter(word for tool in tools for word in asked & tool.counts.keys())
    worth = {
        word: math.log1p((len(tools) - count + 0.5) / (count + 0.5))
        for word, count in holders.items()
    }
    scores = [_score(tool, worth, usual) for tool in tools]
    best = max(scores, default=0.0)
    return [score / best for score in scores] if best else scores


def _score(tool: ToolWords, worth: Mapping[str, float], usual: float) -> float:
    """Returns the BM25 of a tool, given what each word is worth and how long tools usually are."""
    if not tool.total:
        return 0.0
    slack = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * tool.total / usual)
    # In one order, so that sums are the same in every process.
    return sum(
        worth[word] * tool.counts[word] * (_SATURATION + 1) / (tool.counts[word] + slack)
        for word in sorted(worth.keys() & tool.counts.keys())
    )


def _ends_of(text: str) -> str:
    if len(text) <= 2 * _ASKED_CHARS:
        return text
    return f"{text[:_ASKED_CHARS]} {text[-_ASKED_CHARS:]}"
