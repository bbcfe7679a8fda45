"""The best of many tools, which others than whoever found them are asked about."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from semroute.domain.chat import Tool
from semroute.domain.opinions import Ordering
from semroute.domain.ports import Reranker
from semroute.domain.tools.reranking import best_places, reordered
from semroute.domain.tools.words import spoken

_FEWEST: Final = 2  # one has no order


@frozen(eq=False)
class ToolOpinion:
    """Who else says which tools serve a prompt, and how that counts.

    Args:
        reranker: Compares a prompt with one tool at a time.
        rule: How its order counts.
        top: How many of the best so far it is asked about, at least 1.
    """

    reranker: Reranker
    rule: Ordering
    top: int

    async def heard(
        self, text: str, tools: Sequence[Tool], scores: Sequence[float]
    ) -> Sequence[float]:
        """Returns how relevant each tool is, now that somebody else was asked about the best.

        Of tools without a name, which the provider runs, nothing is asked.

        Args:
            text: What the user asks for.
            tools: All tools.
            scores: How relevant each of them was so far.

        Raises:
            ClassifierError: The other did not answer; our own fault.

        Cancellation: Nothing is left behind.
        """
        named = [place for place in best_places(scores, len(scores)) if tools[place].name]
        best = named[: self.top]
        if len(best) < _FEWEST:
            return scores
        told = [f"{spoken(tools[place].name)}: {tools[place].text}" for place in best]
        return reordered(scores, best, await self.reranker.score(text, told), self.rule)
