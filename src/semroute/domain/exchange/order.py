"""In which order Envoy's messages may come.

The table `TRANSITIONS` says it; `docs/exchange.md` is made from it.
"""

from enum import Enum
from typing import Final

from attrs import define, field

from semroute.domain.errors import UnexpectedEventError

from .events import Direction, Event, Part


class Half(Enum):
    """How far one direction of the exchange has come."""

    IDLE = "idle"
    OPEN = "open"
    CLOSED = "closed"


# An event marked as the last of its direction leads to CLOSED instead. Headers may be missing
# (Envoy can be told to skip them); nothing may be repeated but pieces of body.
TRANSITIONS: Final = {
    (Half.IDLE, Part.HEADERS): Half.OPEN,
    (Half.IDLE, Part.BODY): Half.OPEN,
    (Half.IDLE, Part.TRAILERS): Half.CLOSED,
    (Half.OPEN, Part.BODY): Half.OPEN,
    (Half.OPEN, Part.TRAILERS): Half.CLOSED,
}


@define
class Order:
    """Where both directions of one exchange stand."""

    _halves: dict[Direction, Half] = field(
        init=False, factory=lambda: dict.fromkeys(Direction, Half.IDLE)
    )

    def advance(self, event: Event) -> None:
        """Takes the next event.

        Raises:
            UnexpectedEventError: It cannot follow; Envoy's fault.
        """
        half = self._halves[event.direction]
        following = TRANSITIONS.get((half, event.part))
        if following is None:
            side = event.direction.value
            message = f"{type(event).__name__} cannot follow when the {side} is {half.value}"
            raise UnexpectedEventError(message)
        self._halves[event.direction] = Half.CLOSED if event.is_last else following

    def is_closed(self, direction: Direction) -> bool:
        """Whether nothing more can come from a direction."""
        return self._halves[direction] is Half.CLOSED
