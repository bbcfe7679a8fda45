"""Whether a conversation stays with the model that it is with."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen

from semroute.domain.routing import Model, Place, Switch, Weighed

from .needs import Needs
from .utility import Scales

_MILLION: Final = 1e6


class Pinning(StrEnum):
    """When a conversation stays with its model, if that can answer at all."""

    OFF = "off"  # never for its own sake
    LOOP = "loop"  # while the model waits for what its tools return
    COST = "cost"  # then, and as long as another model is not worth what the change costs
    ALWAYS = "always"


@frozen
class Pin:
    """Where a conversation is.

    Args:
        place: Where it was answered last.
        is_in_loop: Whether the model waits for what a tool returned.
    """

    place: Place
    is_in_loop: bool = False


def switch_of(
    pin: Pin, weighed: Sequence[Weighed], models: Mapping[str, Model], needs: Needs, scales: Scales
) -> Switch | None:
    """Returns what a change to the best candidate would bring and cost; None if there is none.

    What was said before is in the cache of the server that heard it, which reads it again at a
    fraction of the price; another model reads all of it at the full price, and starts later.
    """
    best = weighed[0]
    pinned = next((each for each in weighed if each.model == pin.place.model), None)
    if pinned is None or pinned is best or best.obstacle or pinned.obstacle:
        return None
    there, here = models[best.model].price, models[pinned.model].price
    if there is None or here is None:
        price = 0.0
    else:
        price = (there.input - here.input * here.cached) * needs.tokens / _MILLION
    cost = (1 - scales.quality) * scales.share(max(price, 0.0))
    return Switch(best.model, pinned.model, best.utility - pinned.utility, cost)


def stays(pin: Pin, switch: Switch | None, pinning: Pinning) -> bool:
    """Whether a conversation stays, given what a change would bring and cost."""
    match pinning:
        case Pinning.OFF:
            return False
        case Pinning.ALWAYS:
            return True
        case Pinning.LOOP:
            return pin.is_in_loop
        case Pinning.COST:
            return pin.is_in_loop or (switch is not None and switch.gain <= switch.cost)
