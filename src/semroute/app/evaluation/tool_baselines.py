"""Ways to rank tools that a better one has to beat."""

import math
import operator
import struct
from collections.abc import Sequence
from typing import TypeAlias

from semroute.domain.chat import Tool
from semroute.domain.ports import Embedder
from semroute.domain.tools.relevance import ToolWords, by_words

_Numbers: TypeAlias = tuple[float, ...]


class PlainToolRanker:
    """Compares vectors and nothing else: that of the question, and one for each tool as it stands.

    Args:
        embedder: Turns texts into vectors.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[Tool, _Numbers] = {}

    async def rank(self, text: str, tools: Sequence[Tool]) -> list[float]:
        """Returns the cosine of each tool and a text."""
        asked = await self._vector(text)
        return [_dot(asked, await self._tool(tool)) for tool in tools]

    async def _tool(self, tool: Tool) -> _Numbers:
        if tool not in self._known:
            self._known[tool] = await self._vector(f"{tool.name}: {tool.text}")
        return self._known[tool]

    async def _vector(self, text: str) -> _Numbers:
        data = await self._embedder.embed(text)
        numbers = struct.unpack(f"<{len(data) // 2}e", data)
        length = max(math.hypot(*numbers), 1e-12)  # rounding has left it near 1
        return tuple(number / length for number in numbers)


class WordToolRanker:
    """Counts words in common, and knows no meaning."""

    def __init__(self) -> None:
        self._known: dict[Tool, ToolWords] = {}

    async def rank(self, text: str, tools: Sequence[Tool]) -> list[float]:
        """Returns how relevant each tool is by its words, from 0 to 1."""
        for tool in tools:
            if tool not in self._known:
                self._known[tool] = ToolWords.of(tool)
        words = [self._known[tool] for tool in tools]
        return by_words(text, words)


def _dot(one: _Numbers, other: _Numbers) -> float:
    return math.fsum(map(operator.mul, one, other))
