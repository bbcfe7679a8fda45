import pytest
import trio
import trio.testing

from semroute.app.flights import Flight, Flights, Landing

KEY = b"key"


async def followers(flight: Flight, count: int, nursery: trio.Nursery) -> list[Flight | Landing]:
    outcomes: list[Flight | Landing] = []

    async def follow() -> None:
        outcomes.append(await flight.follow())

    for _ in range(count):
        nursery.start_soon(follow)
    await trio.testing.wait_all_tasks_blocked()
    return outcomes


@pytest.mark.parametrize("landing", [Landing.KEPT, Landing.UNFIT])
async def test_all_who_wait_hear_how_it_ended(landing: Landing) -> None:
    flights = Flights()
    flight = flights.start(KEY)
    assert flights.of(KEY) is flight
    async with trio.open_nursery() as nursery:
        outcomes = await followers(flight, 3, nursery)
        flight.land(landing)
        flight.land(Landing.LOST)  # once is enough
    assert outcomes == [landing] * 3
    assert len(flights) == 0


async def test_when_it_is_lost_the_one_who_waited_longest_leads() -> None:
    flights = Flights()
    flight = flights.start(KEY)
    async with trio.open_nursery() as nursery:
        outcomes = await followers(flight, 2, nursery)
        flight.land(Landing.LOST)
        await trio.testing.wait_all_tasks_blocked()
        assert outcomes == [flight]
        assert flights.of(KEY) is flight
        flight.land(Landing.KEPT)
    assert outcomes == [flight, Landing.KEPT]
    assert len(flights) == 0


async def test_a_lost_flight_that_nobody_follows_is_over() -> None:
    flights = Flights()
    flights.start(KEY).land(Landing.LOST)
    assert len(flights) == 0


async def test_who_leaves_is_not_asked_to_lead() -> None:
    flights = Flights()
    flight = flights.start(KEY)
    outcomes: list[Flight | Landing] = []

    async def follow(scope: trio.CancelScope) -> None:
        with scope:
            outcomes.append(await flight.follow())

    first, second = trio.CancelScope(), trio.CancelScope()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow, first)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(follow, second)
        await trio.testing.wait_all_tasks_blocked()
        first.cancel()
        await trio.testing.wait_all_tasks_blocked()
        flight.land(Landing.LOST)
    assert outcomes == [flight]


async def test_who_is_cancelled_on_being_called_passes_the_lead_on() -> None:
    flights = Flights()
    flight = flights.start(KEY)
    outcomes: list[Flight | Landing] = []
    scope = trio.CancelScope()

    async def leave() -> None:
        with scope:
            outcomes.append(await flight.follow())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(leave)
        await trio.testing.wait_all_tasks_blocked()
        rest = await followers(flight, 1, nursery)
        scope.cancel()  # in the same moment
        flight.land(Landing.LOST)
    assert outcomes + rest == [flight]


async def test_there_is_a_limit_to_who_may_wait() -> None:
    flights = Flights()
    flight = flights.start(KEY)
    async with trio.open_nursery() as nursery:
        rooms: list[bool] = []
        for count in (255, 1):
            await followers(flight, count, nursery)
            rooms.append(flight.has_room)
        flight.land(Landing.UNFIT)
    assert rooms == [True, False]
