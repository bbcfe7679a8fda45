"""The last decisions of a router, for those who ask about them."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from attrs import define, field

from semroute.app.turn import Turn
from semroute.domain.http import HttpRequest
from semroute.domain.ruling import Ruling

from .evidence import Evidence


@define(eq=False)
class RememberedDecisions:
    """Rules on requests as another does, and remembers the last decisions by their ids.

    What is remembered is without a word of the requests, is in this process alone, and ends with
    it. It is told in words only when somebody asks.

    Args:
        route: Rules on requests.
        most: How many decisions are remembered; 0 for none.
    """

    route: Callable[[HttpRequest, Turn], Awaitable[Ruling]]
    most: int
    _known: OrderedDict[str, Evidence] = field(init=False, factory=OrderedDict, repr=False)

    async def __call__(self, request: HttpRequest, turn: Turn) -> Ruling:
        """Rules on one request, as the other does."""
        ruling = await self.route(request, turn)
        evidence = Evidence.of(ruling) if self.most else None
        if evidence is not None:
            self._known[evidence.id] = evidence
            if len(self._known) > self.most:
                self._known.popitem(last=False)
        return ruling

    def __len__(self) -> int:
        return len(self._known)

    def get(self, decision_id: str) -> Evidence | None:
        """Returns what is known of a decision; None if it was forgotten, or never made here."""
        return self._known.get(decision_id)
