"""Questions that a router has claimed, so that other routers wait for its answer."""

from enum import Enum, auto

import trio
from attrs import define, field

from semroute.domain.breaker import Breaker
from semroute.domain.errors import CacheError
from semroute.domain.ports import Claims

from .flights import Flight


class Standing(Enum):
    """Who may ask the model, of all routers."""

    OURS = auto()  # this router has the claim
    TAKEN = auto()  # another one has
    UNKNOWN = auto()  # nobody could say


@define(eq=False)
class Claiming:
    """Holds a claim for each flight in the air, for as long as `run` runs.

    Nothing here fails a request or makes it wait for a database that is in trouble: who cannot
    learn how things stand goes on as if there were no other router.

    Args:
        claims: What all routers share.
        seconds: How long they may take to say how things stand.
    """

    claims: Claims
    seconds: float
    _breaker: Breaker = field(init=False, factory=Breaker)
    _holders: trio.Nursery | None = field(init=False, default=None)
    _ours: set[Flight] = field(init=False, factory=set[Flight])

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Holds claims until cancelled, which gives all of them up."""
        try:
            async with trio.open_nursery() as nursery:
                self._holders = nursery
                task_status.started()
                await trio.sleep_forever()
        finally:
            self._holders = None

    async def take(self, key: bytes, flight: Flight) -> Standing:
        """Claims a key until a flight has landed, unless another router has.

        A flight that has its claim keeps it, whoever leads it.

        Cancellation: A claim that comes later is held until the flight has landed.
        """
        if flight in self._ours:
            return Standing.OURS
        now = trio.current_time()
        if self._holders is None or not self._breaker.allows(now):
            return Standing.UNKNOWN
        attempt = _Attempt()
        self._holders.start_soon(self._hold, key, flight, attempt)
        with trio.move_on_after(self.seconds):
            await attempt.told.wait()
        if attempt.standing is Standing.UNKNOWN:
            self._breaker.failed(trio.current_time())
        else:
            self._breaker.succeeded()
        return attempt.standing

    async def _hold(self, key: bytes, flight: Flight, attempt: "_Attempt") -> None:
        try:
            async with self.claims.claim(key) as is_ours:
                attempt.tell(Standing.OURS if is_ours else Standing.TAKEN)
                if is_ours:
                    self._ours.add(flight)
                    try:
                        await flight.landed.wait()
                    finally:
                        self._ours.discard(flight)
        except CacheError:
            attempt.tell(Standing.UNKNOWN)


@define(eq=False)
class _Attempt:
    standing: Standing = field(init=False, default=Standing.UNKNOWN)
    told: trio.Event = field(init=False, factory=trio.Event)

    def tell(self, standing: Standing) -> None:
        self.standing = standing
        self.told.set()
