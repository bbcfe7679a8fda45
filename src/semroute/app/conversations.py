"""Where conversations are, so that they can stay there."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from attrs import field, frozen

from semroute.domain.chat import ChatRequest, Role
from semroute.domain.choosing.pinning import Pin
from semroute.domain.headers import Headers
from semroute.domain.http import OK
from semroute.domain.record import DecisionRecord, UpstreamAnswer
from semroute.domain.routing import Place
from semroute.domain.verdict import Routed

from .remembered import Remembered

_MOST: Final = 65_536  # some 20 MB; who comes back after so many others begins anew
_INSTRUCTIONS: Final = (Role.SYSTEM, Role.DEVELOPER)


@frozen
class Conversations:
    """Knows conversations by a header, or by how they begin, and where each was answered last.

    It is kept in this process alone, by a keyed digest, and ends with it. A conversation that
    comes to another router, or after it was forgotten, is routed like a new one.

    Args:
        headers: Names of headers that say which conversation a request belongs to, the first one
            that is there counts.
        seconds: How long a place is remembered after its last answer; 0 for not at all.
        now: Returns seconds that never go back.
    """

    headers: Sequence[str] = ()
    seconds: float = 0.0
    now: Callable[[], float] = time.monotonic
    _places: Remembered[tuple[Place, float]] = field(
        init=False, factory=lambda: Remembered[tuple[Place, float]](_MOST)
    )

    def of(self, chat: ChatRequest, headers: Headers) -> str:
        """Returns what a conversation is known by; empty if it cannot be told from others.

        What it begins with stays the same while it goes on: its instructions and its first turn.
        """
        for name in self.headers:
            value = headers.get(name)
            if value:
                return f"{name}: {value}"
        begin = [each.text for each in chat.messages if each.role in _INSTRUCTIONS]
        first = next((each.text for each in chat.messages if each.role is Role.USER), "")
        return "\0".join((*begin, first)) if first else ""

    def pin(self, conversation: str, *, is_in_loop: bool) -> Pin | None:
        """Returns where a conversation is; None if it is new, or was forgotten."""
        known = self._places.get(conversation) if conversation and self.seconds else None
        if known is None or self.now() - known[1] > self.seconds:
            return None
        return Pin(known[0], is_in_loop)

    def __call__(self, record: DecisionRecord, _: UpstreamAnswer | None) -> None:
        """Learns from one exchange; runs after Envoy has had its last reply."""
        ruling = record.ruling
        if ruling is None or not ruling.conversation or record.status != OK or not self.seconds:
            return
        if isinstance(ruling.verdict, Routed):
            decision = ruling.verdict.decision
            place = Place(decision.model, decision.endpoint)
            self._places.keep(ruling.conversation, (place, self.now()))
