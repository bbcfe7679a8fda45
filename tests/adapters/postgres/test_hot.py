"""Large partitions get an index, and answer as they would without."""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import trio

from semroute.adapters.postgres import Database, PostgresStore, StoreLimits

from .entries import ELSEWHERE, HERE, NOW, Clock, between, entry, near, store_of, vectors
from .server import fresh_database, shared_server

EXACT_ROWS: Final = 200
LIMITS: Final = StoreLimits(read_seconds=20, write_seconds=20, exact_rows=EXACT_ROWS)
HOT, COLD = 400, 50


@pytest.fixture
async def shared(database: Database, clock: Clock) -> AsyncIterator[PostgresStore]:
    """A store with one large partition and a small one."""
    store = store_of(database, clock, LIMITS)
    await store.prepare()
    async with trio.open_nursery() as nursery:
        for number, each in enumerate(vectors(HOT + COLD)):
            partition = HERE if number < HOT else ELSEWHERE
            # Every tenth ends early.
            expires = NOW + (5 if number % 10 == 0 else 500)
            new = entry(str(number), partition=partition, vector=each, expires=expires)
            nursery.start_soon(store.put, new)
    yield store
    store.close()


def indexes(database: Database) -> set[str]:
    with shared_server().admin() as connection:
        rows = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = %s AND indexdef LIKE '%%hnsw%%'",
            (database.schema,),
        )
        return {definition for (definition,) in rows}


def uses(database: Database) -> int:
    """How often an index of a partition was used for a search."""
    with shared_server().admin() as connection:
        row = connection.execute(
            "SELECT coalesce(sum(idx_scan), 0)::int FROM pg_stat_all_indexes"
            " WHERE schemaname = %s AND indexrelname LIKE 'hot%%'",
            (database.schema,),
        ).fetchone()
        assert row is not None
        return int(row[0])


async def test_a_large_partition_gets_an_index_and_a_small_one_does_not(
    shared: PostgresStore, database: Database
) -> None:
    await shared.tend_indexes()
    (definition,) = indexes(database)
    assert HERE.hex() in definition
    await shared.tend_indexes()
    assert indexes(database) == {definition}


async def test_an_index_finds_what_is_alike_and_has_not_expired(
    shared: PostgresStore, database: Database, clock: Clock
) -> None:
    compared = store_of(database, clock)
    await shared.tend_indexes()
    kept, noise = vectors(HOT + COLD), vectors(40, seed=2)
    for seconds in (0, 10):  # then a tenth has expired, and the index does not know
        clock.seconds = NOW + seconds
        for number, change in enumerate(noise):
            question = between(kept[number], change)
            found = await shared.nearest(HERE, question, 5)
            assert len(found) == 5
            assert all(each.entry.partition == HERE for each in found)
            assert all(each.entry.expires > clock.seconds for each in found)
            is_there = seconds == 0 or number % 10
            assert (found[0].entry.text == f"what is {number}?") == bool(is_there)
            if is_there:
                exactly = await compared.nearest(HERE, question, 1)
                assert [each.entry for each in exactly] == [found[0].entry]
                assert exactly[0].similarity == found[0].similarity
    compared.close()


async def test_the_server_uses_the_index_of_a_partition_above_the_usual_limit(
    database: Database,
) -> None:
    dimensions = 8  # the planner's reckoning is the same, and the index is soon made
    limits = StoreLimits(read_seconds=20)
    store = PostgresStore(database, dimensions=dimensions, limits=limits)
    await store.prepare()
    with shared_server().admin() as connection:
        connection.execute(f"SET search_path = {database.schema}, public")
        connection.execute(
            "INSERT INTO entry SELECT n::text, %s, n::text::bytea, '', '', '', '', '', NULL, 0,"
            " 0, %s, 0 FROM generate_series(1, %s) n",
            (HERE, NOW + 500, limits.exact_rows + 1000),
        )
        connection.execute(
            "INSERT INTO vec SELECT id, partition, expires, ARRAY(SELECT random() - 0.5"
            " FROM generate_series(1, %s) WHERE id <> '')::real[]::halfvec FROM entry",
            (dimensions,),
        )
        connection.execute("ANALYZE vec")
    await store.tend_indexes()
    for _ in range(12):  # more often than a plan takes to become a general one
        await store.nearest(HERE, vectors(1)[0][: 2 * dimensions], 4)
    store.close()  # who is gone has told the server's statistics what was done
    with trio.fail_after(30):
        while uses(database) < 12:  # noqa: ASYNC110 - the server has no event for us
            await trio.sleep(0.02)


async def test_other_routers_use_an_index_that_one_has_made(
    shared: PostgresStore, database: Database, clock: Clock
) -> None:
    other = store_of(database, clock, LIMITS)
    async with trio.open_nursery() as nursery:
        for each in (shared, other):
            nursery.start_soon(each.tend_indexes)
    await other.tend_indexes()
    assert len(indexes(database)) == 1
    question = vectors(1, seed=4)[0]
    assert await near(other, question) == await near(shared, question)
    other.close()


async def test_what_is_put_and_removed_later_is_so_in_the_index(shared: PostgresStore) -> None:
    await shared.tend_indexes()
    later = entry("later", vector=vectors(1, seed=5)[0])
    await shared.put(later)
    assert (await near(shared, later.vector))[0] == later.id
    await shared.remove([later.id])
    assert later.id not in await near(shared, later.vector)


async def test_an_index_that_is_not_needed_any_more_goes(
    shared: PostgresStore, database: Database
) -> None:
    await shared.tend_indexes()
    everything = await near(shared, vectors(1)[0])
    while len(everything) > EXACT_ROWS // 4:
        await shared.remove(everything)
        everything = await near(shared, vectors(1)[0])
    await shared.tend_indexes()
    assert indexes(database) == set()
    assert len(await near(shared, vectors(1)[0])) == len(everything)


async def test_an_index_that_was_left_half_made_is_made_again(
    shared: PostgresStore, database: Database
) -> None:
    await shared.tend_indexes()
    with shared_server().admin() as connection:
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN"
            " (SELECT indexrelid FROM pg_stat_all_indexes WHERE schemaname = %s"
            " AND indexrelname LIKE 'hot%%')",
            (database.schema,),
        )
    other = store_of(database, limits=LIMITS)
    await other.tend_indexes()
    other.close()
    with shared_server().admin() as connection:
        rows = connection.execute(
            "SELECT indisvalid FROM pg_index WHERE indrelid = %s::regclass",
            (f"{database.schema}.vec",),
        ).fetchall()
    assert rows == [(True,)] * 3
    assert len(indexes(database)) == 1


async def test_somebody_elses_index_is_left_alone(
    shared: PostgresStore, database: Database
) -> None:
    with shared_server().admin() as connection:
        connection.execute(
            f"CREATE INDEX hot_of_somebody_else ON {database.schema}.vec"
            " USING hnsw (emb halfvec_cosine_ops)"
        )
    await shared.tend_indexes()
    assert len(indexes(database)) == 2


async def test_a_build_that_is_cancelled_ends_on_the_server_too(
    shared: PostgresStore, database: Database
) -> None:
    with shared_server().admin() as connection, trio.fail_after(30):

        def building() -> bool:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%'"
                " AND state = 'active' AND application_name = 'semroute'"
            ).fetchone()
            return row != (0,)

        # Somebody's transaction keeps the index from being finished.
        connection.execute("BEGIN")
        connection.execute(f"LOCK TABLE {database.schema}.vec IN ROW EXCLUSIVE MODE")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(shared.tend_indexes)
            while not building():
                connection.execute("SELECT pg_stat_clear_snapshot()")
                await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
        while building():
            connection.execute("SELECT pg_stat_clear_snapshot()")
            await trio.sleep(0.05)
        connection.execute("ROLLBACK")
    await shared.tend_indexes()
    assert len(indexes(database)) == 1


async def test_names_of_any_partition_are_names_of_indexes() -> None:
    database = fresh_database()
    store = store_of(database, limits=StoreLimits(read_seconds=20, exact_rows=0))
    await store.prepare()
    partitions = [bytes(32), b"\xff" * 32, b"'\"\\;-%s{}\0".ljust(32, b"%"), b"short"]
    for number, partition in enumerate(partitions):
        await store.put(entry(str(number), partition=partition))
    await store.tend_indexes()
    assert len(indexes(database)) == len(partitions)
    for partition in partitions:
        assert len(await near(store, entry().vector, partition)) == 1
    store.close()
