"""Identical requests at the same time: one asks the model, the others wait for its answer."""

from collections import deque
from enum import Enum
from typing import Final

import trio
from attrs import define, field

_MOST_FOLLOWERS: Final = 256  # of one flight; each holds its request, and Envoy's patience


class Landing(Enum):
    """How a flight ended."""

    KEPT = "kept"  # the answer is in the cache
    UNFIT = "unfit"  # there was one, but it is nothing to keep
    LOST = "lost"  # there was none, so that somebody else should try


@define(eq=False)
class Flight:
    """One request on its way to the model, and those who wait for its answer.

    Attributes:
        landed: Set once it has ended.
    """

    _flights: "Flights"
    _key: bytes
    _waiting: deque["_Follower"] = field(init=False, factory=deque["_Follower"])
    landed: trio.Event = field(init=False, factory=trio.Event)

    def land(self, landing: Landing) -> None:
        """Ends the flight; called by whoever leads it, and heeded once.

        When it was lost, the follower that has waited longest leads from now on.
        """
        if self.landed.is_set():
            return
        if landing is Landing.LOST and self._waiting:
            self._waiting.popleft().board(self)
            return
        self.landed.set()
        self._flights.forget(self._key)
        for follower in self._waiting:
            follower.board(landing)
        self._waiting.clear()

    @property
    def has_room(self) -> bool:
        """Whether one more may wait."""
        return len(self._waiting) < _MOST_FOLLOWERS

    async def follow(self) -> "Flight | Landing":
        """Waits until the flight ends, or until the waiting task is to lead it.

        Cancellation: It waits no more; if it was just about to lead, the next one does.
        """
        follower = _Follower()
        self._waiting.append(follower)
        try:
            await follower.called.wait()
        except BaseException:
            self._left(follower)
            raise
        assert follower.outcome is not None, "who is called is told why"
        return follower.outcome

    def _left(self, follower: "_Follower") -> None:
        if isinstance(follower.outcome, Flight):
            self.land(Landing.LOST)
        elif follower.outcome is None:
            self._waiting.remove(follower)


@define(eq=False)
class _Follower:
    called: trio.Event = field(init=False, factory=trio.Event)
    outcome: "Flight | Landing | None" = field(init=False, default=None)

    def board(self, outcome: "Flight | Landing") -> None:
        self.outcome = outcome
        self.called.set()


@define(eq=False)
class Flights:
    """The flights in the air, by what identifies their request. Belongs to one thread."""

    _flights: dict[bytes, Flight] = field(init=False, factory=dict[bytes, Flight])

    def __len__(self) -> int:
        return len(self._flights)

    def of(self, key: bytes) -> Flight | None:
        """Returns the flight of a request, if there is one."""
        return self._flights.get(key)

    def start(self, key: bytes) -> Flight:
        """Starts a flight. The caller leads it and must see to it that it lands."""
        assert key not in self._flights, "one request, one flight"
        flight = self._flights[key] = Flight(self, key)
        return flight

    def forget(self, key: bytes) -> None:
        """Lets go of a flight that has landed."""
        del self._flights[key]
