"""Connections are lost, late, cancelled and closed, and no thread gets stuck."""

import threading
from collections.abc import Awaitable, Callable
from typing import Final, Self

import psycopg
import pytest
import trio

from semroute.adapters.postgres import Database, PostgresClaims, PostgresStore, StoreLimits
from semroute.domain.errors import CacheError

from .entries import entry, store_of, vector
from .server import shared_server

SECRET: Final = "hunter2"
HASTY: Final = StoreLimits(connections=2, read_seconds=0.3, write_seconds=0.3)


async def test_lost_connections_are_replaced_before_anybody_notices(store: PostgresStore) -> None:
    kept = entry()
    await store.put(kept)
    async with trio.open_nursery() as nursery:
        for _ in range(8):
            nursery.start_soon(store.exact, kept.exact)
    _end_connections()
    for _ in range(8):
        assert await store.exact(kept.exact) == kept
    await store.put(entry("b"))
    assert await store.remove([kept.id]) == 1


async def test_a_connection_that_is_lost_while_it_is_used_is_an_error_once(
    database: Database, store: PostgresStore
) -> None:
    await store.put(entry())
    async with _locked(database) as locked, trio.open_nursery() as nursery:

        async def ask() -> None:
            with pytest.raises(CacheError, match="connection"):
                await store.exact(entry().exact)

        nursery.start_soon(ask)
        await locked.somebody_waits()
        _end_connections(but=locked.pid)
    assert await store.exact(entry().exact) is not None


async def test_a_server_that_is_busy_is_given_up(database: Database, store: PostgresStore) -> None:
    await store.put(entry())
    hasty = store_of(database, limits=HASTY)
    async with _locked(database):
        for question in (
            lambda: hasty.exact(entry().exact),
            lambda: hasty.nearest(entry().partition, vector(1), 4),
            lambda: hasty.put(entry("b")),
        ):
            with trio.fail_after(30), pytest.raises(CacheError, match=r"too long|no answer"):
                await question()
    with trio.fail_after(30):
        assert await hasty.exact(entry("b").exact) is None
        await hasty.put(entry("b"))
    hasty.close()


async def test_a_cancelled_lookup_keeps_no_thread_and_no_connection(
    database: Database, store: PostgresStore
) -> None:
    await store.put(entry())
    async with _locked(database) as locked:
        for number in range(1, 11):  # more than there are connections
            async with trio.open_nursery() as nursery:
                nursery.start_soon(store.exact, entry().exact)
                # The server does not notice at once that nobody waits for the ones before.
                await locked.somebody_waits(number)
                nursery.cancel_scope.cancel()
        with trio.fail_after(30):
            await locked.nobody_waits()
    with trio.fail_after(30):
        assert await store.exact(entry().exact) is not None


async def test_a_cancelled_put_that_has_begun_is_finished(
    database: Database, store: PostgresStore
) -> None:
    async with trio.open_nursery() as nursery, _locked(database) as locked:
        nursery.start_soon(store.put, entry())
        await locked.somebody_waits()
        nursery.cancel_scope.cancel()
    assert await store.exact(entry().exact) is not None


@pytest.mark.parametrize("greeting", [b"", b"E", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9])
async def test_who_is_no_postgresql_is_given_up(greeting: bytes) -> None:
    """Somebody who accepts and says nothing, or nonsense."""
    async with trio.open_nursery() as nursery:

        async def be_strange(stream: trio.SocketStream) -> None:
            async with stream:
                if greeting:
                    await stream.send_all(greeting)
                await trio.sleep_forever()

        listeners = await nursery.start(trio.serve_tcp, be_strange, 0)
        port = listeners[0].socket.getsockname()[1]
        database = Database(f"host=127.0.0.1 port={port} password={SECRET}")
        hasty = store_of(database, limits=HASTY)
        with trio.fail_after(30):
            with pytest.raises(CacheError):
                await hasty.exact(entry().exact)
            with pytest.raises(CacheError):
                await hasty.put(entry())
            claims = PostgresClaims(database)
            with pytest.raises(CacheError):
                async with claims.claim(b"k"):
                    raise AssertionError
        hasty.close()
        claims.close()
        nursery.cancel_scope.cancel()


async def test_a_store_that_is_closed_says_so_and_has_no_connections(database: Database) -> None:
    store = store_of(database)
    await store.prepare()
    await store.put(entry())
    with shared_server().admin() as connection:
        store.close()
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'semroute'"
        with trio.fail_after(30):
            while connection.execute(query).fetchone() != (0,):  # noqa: ASYNC110 - the server has no event for us
                await trio.sleep(0.01)
    with pytest.raises(CacheError, match="closed"):
        await store.exact(entry().exact)
    names = [thread.name for thread in threading.enumerate() if "psycopg" in thread.name]
    assert names == []


async def test_maintenance_makes_the_tables_as_soon_as_it_can(
    database: Database, nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_of(database)
    nursery.start_soon(store.maintain)

    async def tried(question: Callable[[], Awaitable[object]]) -> bool:
        try:
            await question()
        except CacheError:
            return False
        return True

    with trio.fail_after(30):
        while not await tried(lambda: store.put(entry())):  # noqa: ASYNC110 - nobody says so
            await trio.sleep(0.01)
    assert await store.exact(entry().exact) is not None
    nowhere = store_of(Database(f"host=/nowhere password={SECRET}"))
    nursery.start_soon(nowhere.maintain)
    with trio.fail_after(30):
        while "cache_maintenance_failed" not in caplog.text:  # noqa: ASYNC110 - a log has no event
            await trio.sleep(0.01)
    assert SECRET not in caplog.text
    nursery.cancel_scope.cancel()
    for each in (store, nowhere):
        each.close()


def _end_connections(but: int = 0) -> None:
    """Ends every connection that a store has."""
    with shared_server().admin() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'semroute' AND pid <> %s",
            (but,),
        )


class _locked:  # noqa: N801 - it is used like a function
    """Holds the tables of a store, so that whoever asks must wait."""

    def __init__(self, database: Database) -> None:
        self._schema = database.schema

    async def __aenter__(self) -> Self:
        self._connection = psycopg.connect(shared_server().dsn())
        self.pid = self._connection.info.backend_pid
        self._connection.execute(f"LOCK TABLE {self._schema}.entry, {self._schema}.vec")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.close()

    async def somebody_waits(self, least: int = 1) -> None:
        while self._waiting() < least:  # noqa: ASYNC110 - the server has no event for us
            await trio.sleep(0.005)

    async def nobody_waits(self) -> None:
        while self._waiting():  # noqa: ASYNC110 - the server has no event for us
            await trio.sleep(0.005)

    def _waiting(self) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
            (f"{self._schema}.entry",),
        ).fetchone()
        assert row is not None
        return int(row[0])
