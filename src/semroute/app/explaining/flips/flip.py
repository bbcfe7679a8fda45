"""One change that would send a request elsewhere."""

from enum import StrEnum
from typing import Any

from attrs import frozen

from .trial import Destination


class FlipKind(StrEnum):
    """What would have to be different."""

    QUALITY = "quality"  # how good the answer shall be
    MIN_CONFIDENCE = "min_confidence"
    DOWN_CONFIDENCE = "down_confidence"
    SCORE = "score"  # a candidate's
    SIGNAL = "signal"
    LENGTH = "length"  # of the request, in tokens
    CONVERSATION = "conversation"


@frozen
class Flip:
    """A change that would send the request elsewhere.

    Args:
        to: Where to.
        condition: What would have to be different, in words.
        kind: The same for machines.
        distance: How far that is from how it is, 0 to 1: the difference of what lies between 0 and
            1, the ratio of what does not; 1 for what is no matter of more or less.
        name: The signal or the model that it is about; empty if it is about neither.
        value: The value that is told; None if there is none.
    """

    to: Destination
    condition: str
    kind: FlipKind
    distance: float
    name: str = ""
    value: float | None = None

    @property
    def model(self) -> str | None:
        """Who would answer; None if nobody, or if more would have to be found out to know."""
        return self.to.model

    def as_json(self) -> dict[str, Any]:
        """Returns it for machines."""
        return {
            "to": self.to.model,
            "decision": self.to.decision,
            "blocked_by": self.to.blocked_by,
            "known": self.to.is_known,
            "if": self.condition,
            "kind": self.kind.value,
            "name": self.name or None,
            "value": self.value,
            "distance": round(self.distance, 4),
        }
