"""Of all who ask for the same, on however many routers, one may go on."""

import pytest
import trio

from semroute.adapters.postgres import Database, PostgresClaims
from semroute.domain.errors import CacheError

from .server import fresh_database, new_server, shared_server


def end_claims() -> None:
    with shared_server().admin() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l JOIN pg_stat_activity a"
            " ON a.pid = l.pid WHERE locktype = 'advisory' AND application_name = 'semroute'"
        )


async def test_of_two_routers_one_wins(database: Database) -> None:
    one, other = PostgresClaims(database), PostgresClaims(database)
    async with one.claim(b"question") as first, other.claim(b"question") as second:
        assert (first, second) == (True, False)
        async with other.claim(b"another question") as third:
            assert third
    async with other.claim(b"question") as now:
        assert now
    one.close()
    other.close()


async def test_of_many_on_one_router_one_wins(database: Database) -> None:
    claims = PostgresClaims(database)
    everybody_has_asked, asked, won = trio.Event(), 0, 0

    async def ask() -> None:
        nonlocal asked, won
        async with claims.claim(b"question") as is_mine:
            asked += 1
            won += is_mine
            if asked == 50:
                everybody_has_asked.set()
            await everybody_has_asked.wait()

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for _ in range(50):
                nursery.start_soon(ask)
    assert won == 1
    async with claims.claim(b"question") as is_mine:
        assert is_mine
    claims.close()


async def test_who_did_not_win_takes_nothing_away(database: Database) -> None:
    one, other = PostgresClaims(database), PostgresClaims(database)
    async with one.claim(b"question") as first:
        for claims in (one, other):
            async with claims.claim(b"question") as second:
                assert not second
        async with other.claim(b"question") as third:
            assert (first, third) == (True, False)
    one.close()
    other.close()


async def test_other_schemas_are_other_questions(database: Database) -> None:
    one, other = PostgresClaims(database), PostgresClaims(fresh_database())
    async with one.claim(b"question") as first, other.claim(b"question") as second:
        assert (first, second) == (True, True)
    one.close()
    other.close()


async def test_a_claim_ends_however_its_owner_ends(database: Database) -> None:
    one, other = PostgresClaims(database), PostgresClaims(database)
    with pytest.raises(ZeroDivisionError):
        async with one.claim(b"question"):
            raise ZeroDivisionError
    with trio.CancelScope() as scope:
        async with one.claim(b"question") as is_mine:
            assert is_mine
            scope.cancel()
            await trio.sleep_forever()
    async with other.claim(b"question") as is_mine:
        assert is_mine
    one.close()
    other.close()


@pytest.mark.parametrize("checkpoints", range(6))
async def test_a_claim_that_is_cancelled_while_it_is_made_is_free(
    database: Database, checkpoints: int
) -> None:
    one, other = PostgresClaims(database), PostgresClaims(database)
    async with one.claim(b"warm"):
        pass

    async def ask() -> None:
        async with one.claim(b"question"):
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        for _ in range(checkpoints):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    for claims in (other, one):
        async with claims.claim(b"question") as is_mine:
            assert is_mine
    one.close()
    other.close()


async def test_the_claims_of_a_router_that_is_gone_are_free(database: Database) -> None:
    one, other = PostgresClaims(database), PostgresClaims(database)
    async with one.claim(b"question") as first:
        assert first
        end_claims()
        async with other.claim(b"question") as second:
            assert second
            # The first one's end must not take the second one's claim away.
            async with one.claim(b"question") as third:
                assert not third
    async with one.claim(b"question") as now:
        assert now
    one.close()
    other.close()


async def test_an_old_claim_does_not_end_a_new_one_of_the_same_router(database: Database) -> None:
    claims, other = PostgresClaims(database), PostgresClaims(database)
    async with claims.claim(b"question"):
        end_claims()
        second = claims.claim(b"question")
        assert await second.__aenter__()
    async with other.claim(b"question") as is_mine:
        assert not is_mine
    await second.__aexit__(None, None, None)
    async with other.claim(b"question") as is_mine:
        assert is_mine
    claims.close()
    other.close()


async def test_closing_gives_every_claim_up(database: Database) -> None:
    one, other = PostgresClaims(database), PostgresClaims(database)
    async with one.claim(b"question") as first:
        assert first
        one.close()
        with trio.fail_after(30):
            while True:
                async with other.claim(b"question") as is_mine:
                    if is_mine:
                        break
                await trio.sleep(0.01)
    other.close()


async def test_a_server_that_ends_is_an_error_for_who_asks_and_not_for_who_has() -> None:
    server = new_server(is_safe=False)
    server.start()
    claims = PostgresClaims(fresh_database(server))
    async with claims.claim(b"question") as is_mine:
        assert is_mine
        server.stop()
        with pytest.raises(CacheError):
            async with claims.claim(b"another"):
                raise AssertionError
    server.start()
    async with claims.claim(b"question") as is_mine:
        assert is_mine
    claims.close()
    server.stop()
