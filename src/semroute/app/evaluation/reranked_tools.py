"""Tools ranked as the router does it if nobody fails and there is time enough."""

from collections.abc import Sequence

from attrs import frozen

from semroute.app.rank_tools import ToolOpinion
from semroute.domain.chat import Tool
from semroute.domain.ports import ToolRanker


@frozen(eq=False)
class RerankedTools:
    """A `ToolRanker` that ranks all tools, and the best of them again. If anybody fails, it does.

    Args:
        first: Ranks all.
        opinions: Who else is asked, in order.
    """

    first: ToolRanker
    opinions: Sequence[ToolOpinion]

    async def rank(self, text: str, tools: Sequence[Tool]) -> Sequence[float]:
        """Returns how relevant each tool is to a text, after everybody was asked."""
        scores = await self.first.rank(text, tools)
        for opinion in self.opinions:
            scores = await opinion.heard(text, tools, scores)
        return scores
