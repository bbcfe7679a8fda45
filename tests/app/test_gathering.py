"""Of all who ask the same at the same time, on several routers, one asks the model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
import trio.testing
from attrs import define, field

from semroute.adapters.memory import MemoryClaims
from semroute.app.claiming import Claiming
from semroute.app.flights import Flights, Landing
from semroute.app.gathering import Gathering, Part
from semroute.app.turn import Turn
from semroute.domain.caching.entry import Entry
from semroute.domain.caching.inquiry import Hit, HitKind
from semroute.domain.errors import CacheError

from .test_recall import Listener

KEY = b"k" * 32
OTHER = b"o" * 32
SECONDS = 10.0


def answer_to(key: bytes) -> Hit:
    entry = Entry(
        "e1", b"p" * 32, key, "t", "none", "m", "question", b"", "", b"answer", 1, 0.0, 1e12
    )
    return Hit(entry, HitKind.EXACT, 1.0, 0.0)


@define(eq=False)
class FaultyClaims:
    """Claims that fail, or take their time to answer."""

    claims: MemoryClaims = field(factory=MemoryClaims)
    is_down: bool = False
    delay_seconds: float = 0.0
    asked: int = 0

    @asynccontextmanager
    async def claim(self, key: bytes) -> AsyncIterator[bool]:
        self.asked += 1
        await trio.sleep(self.delay_seconds)
        if self.is_down:
            message = "no database"
            raise CacheError(message)
        async with self.claims.claim(key) as is_free:
            yield is_free


@define(eq=False)
class World:
    """Two routers and what they share."""

    claims: FaultyClaims = field(factory=FaultyClaims)
    kept: dict[bytes, Hit] = field(factory=dict)
    routers: list["Place"] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.routers = [Place(self), Place(self)]

    async def find(self, key: bytes) -> Hit | None:
        await trio.lowlevel.checkpoint()
        return self.kept.get(key)


@define(eq=False)
class Place:
    """One router, and what became of those who asked there."""

    world: World
    flights: Flights = field(factory=Flights)
    listener: Listener = field(factory=Listener)
    claiming: Claiming = field(init=False)
    gathering: Gathering = field(init=False)
    outcomes: list[Hit | Part] = field(factory=list)
    finished: list[float] = field(factory=list)
    turns: list[Turn] = field(factory=list)
    extensions: list[float] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.claiming = Claiming(self.world.claims, 0.05)
        self.gathering = Gathering(self.flights, self.claiming, self.listener, SECONDS)

    async def ask(self, key: bytes = KEY) -> None:
        turn = Turn(self.extend)
        self.turns.append(turn)
        try:
            outcome = await self.gathering.join(key, partial(self.world.find, key), turn)
        except trio.Cancelled:
            turn.give_up()
            raise
        self.outcomes.append(outcome)
        self.finished.append(trio.current_time())

    async def extend(self, seconds: float) -> None:
        self.extensions.append(seconds)

    def answer(self, key: bytes = KEY) -> None:
        self.world.kept[key] = answer_to(key)
        self.land(Landing.KEPT, key)

    def land(self, landing: Landing, key: bytes = KEY) -> None:
        flight = self.flights.of(key)
        assert flight is not None
        flight.land(landing)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    async with trio.open_nursery() as nursery:
        for place in world.routers:
            await nursery.start(place.claiming.run)
        yield world
        nursery.cancel_scope.cancel()


async def test_the_same_question_on_two_routers_is_asked_once(
    world: World, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    await one.ask()
    for place in (one, one, other, other, other):
        nursery.start_soon(place.ask)
    await trio.sleep(1)
    assert one.outcomes == [Part.LEAD]
    assert other.outcomes == []
    one.answer()
    await trio.sleep(1)
    hit = world.kept[KEY]
    assert one.outcomes == [Part.LEAD, hit, hit]
    assert other.outcomes == [hit, hit, hit]
    assert other.listener.roles == ["lead", "follow", "follow", "elsewhere"]
    assert other.extensions == [SECONDS + 1] * 3
    assert [turn.leads for turn in other.turns] == [None] * 3
    assert len(one.flights) == len(other.flights) == 0


async def test_other_questions_do_not_wait(
    world: World, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    await one.ask()
    await other.ask(OTHER)
    assert (one.outcomes, other.outcomes) == ([Part.LEAD], [Part.LEAD])
    assert other.extensions == []


async def test_when_nothing_was_kept_elsewhere_one_who_waits_here_asks(
    world: World, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    await one.ask()
    nursery.start_soon(other.ask)
    nursery.start_soon(other.ask)
    await trio.sleep(1)
    one.land(Landing.LOST)
    await trio.sleep(1)
    assert other.outcomes == [Part.LEAD]
    nursery.start_soon(one.ask)
    await trio.sleep(1)
    other.answer()
    await trio.sleep(1)
    hit = world.kept[KEY]
    assert other.outcomes == [Part.LEAD, hit]
    assert one.outcomes == [Part.LEAD, hit]


async def test_a_claim_stays_when_another_one_of_the_same_router_leads(
    world: World, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    await one.ask()
    nursery.start_soon(one.ask)
    nursery.start_soon(other.ask)
    await trio.sleep(1)
    one.land(Landing.LOST)
    await trio.sleep(1)
    assert one.outcomes == [Part.LEAD, Part.LEAD]
    assert one.listener.roles == ["lead", "follow", "promoted"]
    assert other.outcomes == []


async def test_an_answer_that_was_kept_a_moment_ago_is_not_asked_for_again(
    world: World, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    world.kept[KEY] = answer_to(KEY)
    await one.ask()
    await other.ask()
    assert one.outcomes == other.outcomes == [world.kept[KEY]]
    assert len(one.flights) == 0


async def test_nobody_waits_for_longer_than_he_may(
    world: World, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    await one.ask()
    started = trio.current_time()
    nursery.start_soon(other.ask)
    await trio.sleep(1)
    nursery.start_soon(other.ask)
    await trio.sleep(20)
    assert other.outcomes == [Part.ALONE, Part.ALONE]
    assert other.listener.roles == ["lead", "elsewhere", "follow", "promoted"]
    waited = [moment - started for moment in other.finished]
    assert waited[0] <= SECONDS
    assert 1 + SECONDS - 0.5 < waited[1] <= 1 + SECONDS
    assert other.extensions == [SECONDS + 1] * 2, "Envoy heeds one for each"
    assert len(other.flights) == 0


async def test_who_leaves_while_another_router_asks_lets_the_next_one_wait(
    world: World, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    await one.ask()
    with trio.move_on_after(1):
        async with trio.open_nursery() as leaving:
            leaving.start_soon(other.ask)
            await trio.sleep(0.5)
            nursery.start_soon(other.ask)
    one.answer()
    await trio.sleep(1)
    assert other.outcomes == [world.kept[KEY]]
    assert len(other.flights) == 0


async def test_a_database_in_trouble_is_soon_not_asked_and_nobody_waits_for_it(
    world: World, autojump_clock: trio.testing.MockClock
) -> None:
    one, _ = world.routers
    world.claims.is_down = True
    started = trio.current_time()
    for number in range(7):
        await one.ask(bytes([number]))
    assert one.outcomes == [Part.LEAD] * 7
    assert trio.current_time() == started
    assert world.claims.asked == 5
    world.claims.is_down = False
    await trio.sleep(11)
    await one.ask()
    assert world.claims.asked == 6


async def test_a_database_that_is_slow_costs_no_more_than_it_may(
    world: World, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    one, other = world.routers
    world.claims.delay_seconds = 1
    started = trio.current_time()
    await one.ask()
    assert one.outcomes == [Part.LEAD]
    assert trio.current_time() - started == pytest.approx(0.05)
    # The claim that came late is held all the same, until the answer is there.
    await trio.sleep(2)
    world.claims.delay_seconds = 0
    nursery.start_soon(other.ask)
    await trio.sleep(1)
    assert other.outcomes == []
    one.answer()
    await trio.sleep(1)
    assert other.outcomes == [world.kept[KEY]]


async def test_a_router_that_ends_gives_up_what_it_has_claimed(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery
) -> None:
    world = World()
    one, other = world.routers
    await nursery.start(other.claiming.run)
    async with trio.open_nursery() as dying:
        await dying.start(one.claiming.run)
        await one.ask()
        nursery.start_soon(other.ask)
        await trio.sleep(1)
        assert other.outcomes == []
        dying.cancel_scope.cancel()
    await trio.sleep(1)
    assert other.outcomes == [Part.LEAD]
    await one.ask(OTHER)  # without its claims a router asks as if it were the only one
    assert one.outcomes == [Part.LEAD, Part.LEAD]
