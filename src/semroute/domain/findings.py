"""What is known about a request when its verdict falls."""

from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import ge, lt

from .caching.inquiry import Hit
from .choosing.pinning import Pin
from .classification import ClassificationOutcome
from .routing import Place
from .screening import Screening
from .signals.result import SignalResult


@frozen
class Findings:
    """What is known about a request when its verdict falls.

    Args:
        draw: A number in [0, 1) that spreads requests over weighted endpoints.
        classification: What the prompt is about, or why that is unknown. None when nobody
            asked, because the model was named or there was no text.
        screening: What the checks found. None when there is nothing to check for.
        hit: An answer that was kept. None when there is none, or nobody looked.
        continued: Where the answer was given that the request goes on from. None when it goes on
            from none, or nobody here remembers.
        signals: What became of the signals.
        share: A number in [0, 1) that is the same for a whole conversation.
        wish: How good the client wants the answer, from cheapest (0) to best (1). None when it
            says nothing.
        pin: Where the conversation is. None when it has no place.
        unhealthy: The endpoints that are known to be out of order.
    """

    draw: float = field(validator=(ge(0), lt(1)))
    classification: ClassificationOutcome | None = None
    screening: Screening | None = None
    hit: Hit | None = None
    continued: Place | None = None
    signals: Mapping[str, SignalResult] = field(factory=dict)
    share: float = field(default=0.0, validator=(ge(0), lt(1)))
    wish: float | None = None
    pin: Pin | None = None
    unhealthy: frozenset[str] = frozenset()
