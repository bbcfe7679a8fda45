"""How good a client wants its answer."""

from typing import Final

from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.naming import QUALITY
from semroute.domain.verdict import Refused

_BAD_REQUEST: Final = 400


def wish_in(headers: Headers, knob: QualityKnob) -> float | Refused | None:
    """Returns what a client asks for in a header; None if it says nothing.

    Args:
        headers: The request's.
        knob: What may be asked for.
    """
    said = headers.get(QUALITY)
    if said is None:
        return None
    wish = knob.wish(said)
    if wish is not None:
        return wish
    message = f"{QUALITY} must be a number from 0 to 1, or cheap, balanced or best."
    return Refused(_BAD_REQUEST, InvalidRequestError(message, QUALITY, "invalid_quality"))
