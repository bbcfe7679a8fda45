"""Fewer tools for a model: those that serve what the user asks for."""

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

import trio
from attrs import frozen

from semroute.domain.chat import ChatRequest, Tool
from semroute.domain.errors import ClassifierError
from semroute.domain.ports import ToolRanker
from semroute.domain.tools.relevance import ToolWords, by_words
from semroute.domain.tools.selection import (
    Basis,
    ToolPolicy,
    ToolSelection,
    kept_tools,
    may_select,
)

from .rank_tools import ToolOpinion

_Ranked: TypeAlias = tuple[Sequence[float], Basis]


@frozen
class ToolSelector:
    """Selects the tools of requests.

    Args:
        ranker: Compares tools with what the user asks for.
        budget_seconds: How long it may take. If it takes longer or fails, words alone decide.
        opinions: Who else is asked about the best, in order, within that budget. Where one is
            late or fails, what was said before counts.
    """

    ranker: ToolRanker
    budget_seconds: float
    opinions: Sequence[ToolOpinion] = ()

    async def warm(self, tools: Sequence[Tool]) -> None:
        """Reads tools before anybody asks for them; what fails is tried again when they are.

        Cancellation: Nothing is left behind but tools that are known from now on.
        """
        if not tools:
            return
        with suppress(ClassifierError):
            # Something must be asked for, and it does not matter what.
            await self.ranker.rank(tools[0].name, tools)

    async def select(
        self, chat: ChatRequest, text: str, policy: ToolPolicy, seconds: float = math.inf
    ) -> ToolSelection | None:
        """Returns which tools stay, or None if none may be left out.

        Args:
            chat: The request.
            text: What the user asks for.
            policy: How many stay.
            seconds: How long it may take if that is less than the budget; not above 0: no longer.

        Cancellation: Nothing is left behind but tools that are known from now on.
        """
        if not may_select(chat, policy):
            return None
        scores, basis = await self._ranked(text, chat.tools, seconds) or (
            await _by_words(text, chat.tools),
            Basis.WORDS,
        )
        return ToolSelection(kept_tools(chat, scores, policy), len(chat.tools), basis)

    async def _ranked(self, text: str, tools: Sequence[Tool], seconds: float) -> _Ranked | None:
        """Returns the last that was said in time, and by whom; None if nobody said anything."""
        ranked: _Ranked | None = None
        most = max(min(self.budget_seconds, seconds), 0)
        with trio.move_on_after(most), suppress(ClassifierError):
            ranked = await self.ranker.rank(text, tools), Basis.MEANING
            for opinion in self.opinions:
                ranked = await opinion.heard(text, tools, ranked[0]), Basis.CHECKPOINT
        return ranked


async def _by_words(text: str, tools: Sequence[Tool]) -> Sequence[float]:
    """Returns what words say. Others have their turn between two tools."""
    words: list[ToolWords] = []
    for tool in tools:
        await trio.lowlevel.checkpoint()
        words.append(ToolWords.of(tool))
    return by_words(text, words)
