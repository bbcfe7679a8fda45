"""What everything promises that says which router asks the model."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio

from semroute.adapters.memory import MemoryClaims
from semroute.adapters.postgres import PostgresClaims
from semroute.domain.ports import Claims
from tests.adapters.postgres.server import fresh_database


@asynccontextmanager
async def memory() -> AsyncIterator[tuple[Claims, Claims]]:
    claims = MemoryClaims()
    yield claims, claims


@asynccontextmanager
async def postgres() -> AsyncIterator[tuple[Claims, Claims]]:
    database = fresh_database()
    one, other = PostgresClaims(database), PostgresClaims(database)
    yield one, other
    one.close()
    other.close()


Routers = Callable[[], AbstractAsyncContextManager[tuple[Claims, Claims]]]
pytestmark = pytest.mark.parametrize("routers", [memory, postgres])


async def test_of_two_routers_one_has_a_question_until_it_is_done(routers: Routers) -> None:
    async with routers() as (one, other):
        async with one.claim(b"question") as first, other.claim(b"question") as second:
            assert (first, second) == (True, False)
            async with one.claim(b"question") as third, other.claim(b"another") as fourth:
                assert (third, fourth) == (False, True)
            # Who did not get it takes nothing away by going.
            async with other.claim(b"question") as again:
                assert not again
        async with other.claim(b"question") as now:
            assert now


async def test_a_claim_ends_with_whoever_has_it(routers: Routers) -> None:
    async with routers() as (one, other):
        with pytest.raises(ZeroDivisionError):
            async with one.claim(b"question"):
                raise ZeroDivisionError
        with trio.CancelScope() as scope:
            async with other.claim(b"question") as is_free:
                assert is_free
                scope.cancel()
                await trio.sleep_forever()
        async with one.claim(b"question") as is_free:
            assert is_free
