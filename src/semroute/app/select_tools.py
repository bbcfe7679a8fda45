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
        self, chat: ChatRequest, text: str, policy: ToolPolicy, until: float = math.inf
    ) -> ToolSelection | None:
        """Returns which tools stay, or None if none may be left out.

        Args:
            chat: The request.
            text: What the user asks for.
            policy: How many stay.
            until: When it must be known, by Trio's clock, though the budget were not spent.

        Cancellation: Nothing is left behind but tools that are known from now on.
        """
        if not may_select(chat, policy):
            return None
        scores, basis = await self._ranked(text, chat.tools, policy.keep, until) or (
            await _by_words(text, chat.tools),
            Basis.WORDS,
        )
        return ToolSelection(kept_tools(chat, scores, policy), len(chat.tools), basis)

    async def _ranked(
        self, text: str, tools: Sequence[Tool], keep: int, until: float
    ) -> _Ranked | None:
        """Returns the last that was said in time, and by whom; None if nobody said anything."""
        # Among those that stay anyway the order does not matter.
        opinions = [each for each in self.opinions if each.top > keep]
        ranked: _Ranked | None = None
        with trio.move_on_at(min(trio.current_time() + self.budget_seconds, until)):
            try:
                scores = await self.ranker.rank(text, tools)
            except ClassifierError:
                return None
            ranked = scores, Basis.INCOMPLETE if opinions else Basis.MEANING
            unheard = len(opinions)
            for opinion in opinions:
                with suppress(ClassifierError):
                    scores = await opinion.heard(text, tools, scores)
                    unheard -= 1
                ranked = scores, Basis.INCOMPLETE if unheard else Basis.CHECKPOINT
        return ranked


async def _by_words(text: str, tools: Sequence[Tool]) -> Sequence[float]:
    """Returns what words say. Others have their turn between two tools."""
    words: list[ToolWords] = []
    for tool in tools:
        await trio.lowlevel.checkpoint()
        words.append(ToolWords.of(tool))
    return by_words(text, words)
