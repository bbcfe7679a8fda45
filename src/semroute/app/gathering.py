"""Who asks the model, of all who ask the same at the same time, and who waits."""

from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Final, TypeAlias

import trio
from attrs import frozen

from semroute.domain.caching.inquiry import Hit
from semroute.domain.ports import CacheObserver

from .claiming import Claiming, Standing
from .flights import Flight, Flights, Landing
from .turn import Turn

# Envoy must wait longer than we do, or it gives up on an answer that is on its way.
FOLLOW_SPARE_SECONDS: Final = 1.0

# An answer of a model takes seconds. Two queries of half a millisecond each, a few times in a
# second, are no burden to the database that tells of it.
_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 0.5
_SLOWDOWN: Final = 1.5

Find: TypeAlias = Callable[[], Awaitable[Hit | None]]
"""Looks for the answer to the very same request. Never fails."""


class Part(Enum):
    """What a request that has no answer yet is to do."""

    LEAD = auto()  # ask the model, for all who wait
    ALONE = auto()  # ask the model, for itself


@frozen
class Gathering:
    """Sees to it that the same question is asked once.

    Inside this router those who come later wait for the first one. If routers share a store, the
    first one of each claims the question, and those that have no claim look into the store until
    the answer is there or the claim is free. Nobody waits for longer than `follow_seconds` in all.

    Args:
        flights: Who waits for whom in this router.
        claiming: What this router asks for all; None if no other one shares the store.
        observer: Is told who waits.
        follow_seconds: How long a request may wait for another.
    """

    flights: Flights
    claiming: Claiming | None
    observer: CacheObserver
    follow_seconds: float

    async def join(self, key: bytes, find: Find, turn: Turn) -> Hit | Part:
        """Leads a flight, or follows the one that is in the air.

        Args:
            key: Identifies the request.
            find: Looks for its answer.
            turn: The exchange it is for. It is told of the flight that it leads.

        Cancellation: Whoever has the turn gives up the flight that it leads.
        """
        until = trio.current_time() + self.follow_seconds
        flight = self.flights.of(key)
        if flight is None:
            turn.leads = self.flights.start(key)
            self.observer.flight_joined("lead")
            return await self._led(key, turn.leads, find, turn, until)
        if not flight.has_room:
            return Part.ALONE
        self.observer.flight_joined("follow")
        await self._extend(turn)
        landing: Flight | Landing = Landing.UNFIT
        with trio.move_on_at(until):
            landing = await flight.follow()
        match landing:
            case Landing.KEPT:
                return await find() or Part.ALONE
            case Flight():
                turn.leads = landing
                self.observer.flight_joined("promoted")
                return await self._led(key, landing, find, turn, until, is_extended=True)
            case _:
                return Part.ALONE

    async def _led(  # noqa: PLR0913 - one call, in two places
        self,
        key: bytes,
        flight: Flight,
        find: Find,
        turn: Turn,
        until: float,
        *,
        is_extended: bool = False,  # Envoy heeds one extension only
    ) -> Hit | Part:
        """Leads once no other router does, unless one of those has kept the answer."""
        if self.claiming is None:
            return Part.LEAD
        pause = _FIRST_PAUSE_SECONDS
        while True:
            standing = await self.claiming.take(key, flight)
            if standing is Standing.UNKNOWN:
                return Part.LEAD
            # Also with the claim: who had it may have kept the answer a moment ago.
            if (hit := await find()) is not None:
                _end(flight, turn, Landing.KEPT)
                return hit
            if standing is Standing.OURS:
                return Part.LEAD
            if not is_extended:
                self.observer.flight_joined("elsewhere")
                await self._extend(turn)
                is_extended = True
            if trio.current_time() + pause > until:
                _end(flight, turn, Landing.LOST)
                return Part.ALONE
            await trio.sleep(pause)
            pause = min(pause * _SLOWDOWN, _LONGEST_PAUSE_SECONDS)

    async def _extend(self, turn: Turn) -> None:
        await turn.extend(self.follow_seconds + FOLLOW_SPARE_SECONDS)
        # The other half is for Envoy to hear of it.
        turn.until = trio.current_time() + self.follow_seconds + FOLLOW_SPARE_SECONDS / 2


def _end(flight: Flight, turn: Turn, landing: Landing) -> None:
    """Lands a flight whose leader asks nobody for others."""
    turn.leads = None
    flight.land(landing)
