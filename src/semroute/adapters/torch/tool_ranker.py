"""Tools compared with what somebody asks for, by meaning and by words."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import trio

from semroute.domain.chat import SEPARATOR, Tool
from semroute.domain.errors import ClassifierError
from semroute.domain.ports import Embedder
from semroute.domain.tools.relevance import ToolWords, by_words
from semroute.domain.tools.words import spoken

from .tool_memory import Key, KnownTool, ToolMemory, key_of
from .vectors import Vector, Vectors

# Measured on the half of BFCL's questions whose SHA-256 begins with an even byte: docs/tools.md.
WORDS_SHARE: Final = 0.2

# Two passes of the encoder take so many. Whoever else asks waits for no more than these.
_AT_ONCE: Final = 16
# A kilobyte and a half for the vector, and a few for the words: some 20 MB.
_REMEMBERED: Final = 4096


class TorchToolRanker:
    """A `ToolRanker` on the vectors of an embedder, which also counts words in common.

    A tool is read once and remembered: its name with the first line of what is said of it, and
    all of it. The embedder remembers what the user asks for, so that a prompt that is classified
    as well costs one pass. Tools that are new are read a few at a time, whoever asks, so that
    they neither fill the embedder's queue nor hold up the loop.

    Args:
        embedder: Turns texts into vectors.
        words_share: How much words in common count, from 0 to 1; the rest is meaning.
        at_once: How many texts of tools may wait for the embedder.
        max_remembered: How many tools are remembered.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        words_share: float = WORDS_SHARE,
        at_once: int = _AT_ONCE,
        max_remembered: int = _REMEMBERED,
    ) -> None:
        self._embedder = embedder
        self._words_share = words_share
        self._at_once = at_once
        self._limiter = trio.CapacityLimiter(at_once)
        self._memory = ToolMemory(max_remembered)

    async def rank(self, text: str, tools: Sequence[Tool]) -> list[float]:
        """Returns how relevant each tool is, about from -1 to 1."""
        if not tools:
            return []
        asked = _vector(await self._embedder.embed(text))
        known = await self._read(tools)
        vectors: Vectors = np.stack([each.vector for each in known])
        meaning: list[float] = (vectors @ asked).tolist()
        words = by_words(text, [each.words for each in known])
        share = self._words_share
        return [(1 - share) * m + share * w for m, w in zip(meaning, words, strict=True)]

    async def _read(self, tools: Sequence[Tool]) -> list[KnownTool]:
        """Returns what is known of each tool, and reads those of which nothing is.

        Raises:
            ClassifierError: The embedder failed on one of them.
        """
        keys = [key_of(tool) for tool in tools]
        known = {key: each for key in keys if (each := self._memory.recall(key))}
        new = {key: tool for key, tool in zip(keys, tools, strict=True) if key not in known}
        failures: list[ClassifierError] = []
        rest = iter(new.items())
        async with trio.open_nursery() as nursery:
            for _ in range(min(self._at_once, len(new))):
                nursery.start_soon(self._read_some, rest, known, failures, nursery.cancel_scope)
        if failures:
            raise failures[0]
        return [known[key] for key in keys]

    async def _read_some(
        self,
        rest: Iterator[tuple[Key, Tool]],
        known: dict[Key, KnownTool],
        failures: list[ClassifierError],
        others: trio.CancelScope,
    ) -> None:
        """Reads tools that nobody has begun yet, until there are none or one fails."""
        try:
            for key, tool in rest:
                async with self._limiter:
                    known[key] = await self._known(tool)
                self._memory.remember(key, known[key])
        except ClassifierError as error:
            # The nursery would wrap it, and the port promises it as it is.
            failures.append(error)
            others.cancel()

    async def _known(self, tool: Tool) -> KnownTool:
        name = spoken(tool.name)
        line, *more = tool.text.split(SEPARATOR, 1)
        first = _vector(await self._embedder.embed(f"{name}: {line}"))
        if not more:
            return KnownTool(first, ToolWords.of(tool))
        whole = _vector(await self._embedder.embed(f"{name}: {tool.text}"))
        return KnownTool((first + whole) / np.float32(2), ToolWords.of(tool))


def _vector(data: bytes) -> Vector:
    return np.frombuffer(data, "<f2").astype(np.float32)
