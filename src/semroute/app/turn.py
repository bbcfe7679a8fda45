"""What one exchange may ask for while it is ruled on, and what it owes to others."""

import math
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from attrs import define, field

from .flights import Flight, Landing

Extend: TypeAlias = Callable[[float], Awaitable[None]]
"""Asks Envoy for more time, in seconds."""


async def _no_more_time(_seconds: float) -> None:
    """Asks nobody: whoever calls waits for as long as it takes."""


@define(eq=False)
class Turn:
    """One exchange, to those who rule on it.

    Args:
        extend: Asks Envoy for more time.

    Attributes:
        until: When Envoy must have been told, by Trio's clock, if it was asked for more time.
        leads: The flight that it leads, if any. Whoever is told of its ruling lands it.
    """

    extend: Extend = _no_more_time
    until: float = field(init=False, default=-math.inf)
    leads: Flight | None = field(init=False, default=None)

    def give_up(self) -> None:
        """Lets another one lead; for an exchange that ends without a ruling."""
        if self.leads is not None:
            self.leads.land(Landing.LOST)
