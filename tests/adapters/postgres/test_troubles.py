"""Whatever is wrong with a database, the store says so in a word, and keeps secrets."""

import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
import trio
from ulid import ULID

from semroute.adapters.postgres import Database, PostgresStore
from semroute.domain.caching.entry import Selection
from semroute.domain.errors import CacheError

from .entries import entry, near, store_of, vector
from .server import DIMENSIONS, GUARDED, fresh_database, shared_server

SECRET: Final = "hunter2"


async def trouble_of(database: Database) -> str:
    """What a store says about a database that it cannot work with."""
    store = store_of(database)
    try:
        with trio.fail_after(60), pytest.raises(CacheError) as caught:
            await store.prepare()
    finally:
        store.close()
    everything = "".join(traceback.format_exception(caught.value)) + repr(database) + repr(store)
    assert SECRET not in everything
    assert caught.value.__context__ is None
    return str(caught.value)


@contextmanager
def scratch_database(*statements: str, options: str = "") -> Iterator[str]:
    """A whole database of a test's own, by its name."""
    name = f"d{ULID()}".lower()
    with shared_server().admin() as connection:
        connection.execute(f"CREATE DATABASE {name} {options}")
    with shared_server().admin(name) as connection:
        for statement in statements:
            connection.execute(statement)
    yield name
    with shared_server().admin() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def user(*rights: str, name: str = "", database: str = "postgres") -> Iterator[str]:
    """A user who may do little."""
    name = name or f"u{ULID()}".lower()
    with shared_server().admin(database) as connection:
        connection.execute(f"CREATE USER {name} PASSWORD 'another'")
        for right in rights:
            connection.execute(f"GRANT {right} TO {name}")
        yield name
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP USER {name}")


@pytest.mark.parametrize(
    "dsn",
    [
        f"{SECRET}",
        f"postgresql://user:{SECRET}",
        f"postgresql://user:{SECRET}@127.0.0.1:port/db",
        f"postgresql://127.0.0.1:{SECRET}/db",
        f"postgresql://user:a@127.0.0.1/db?{SECRET}=1",
        f"host=127.0.0.1 password={SECRET} port=none",
        f"host=127.0.0.1 password='{SECRET}",
        f"host=127.0.0.1 {SECRET}",
        f"postgresql://user:pass@{SECRET}@127.0.0.1:1/db",
        f"host={SECRET}.invalid",
        f"host=/nowhere/{SECRET}",
        f"host=127.0.0.1 port=1 sslmode={SECRET}",
        f"postgresql://user:%zz{SECRET}@127.0.0.1/db",
    ],
)
async def test_a_dsn_that_is_wrong_is_never_quoted(dsn: str) -> None:
    assert "PostgreSQL: the" in await trouble_of(Database(dsn))


async def test_a_server_that_is_not_there_is_said_to_be_missing() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        dsn = f"postgresql://user:{SECRET}@127.0.0.1:{port}/db"
        assert "no server" in await trouble_of(Database(dsn))


async def test_a_database_that_is_not_there_is_said_to_be_missing() -> None:
    dsn = shared_server().dsn("nothing", password=SECRET)
    assert "no such database" in await trouble_of(Database(dsn))


async def test_a_user_who_is_not_there_is_said_to_be_missing() -> None:
    dsn = shared_server().dsn(user="somebody", password=SECRET)
    assert "no such user" in await trouble_of(Database(dsn))


async def test_a_password_that_is_wrong_is_said_to_be_refused() -> None:
    with user(name=GUARDED):
        database = Database(shared_server().dsn(user=GUARDED, password=SECRET))
        assert "user or the password" in await trouble_of(database)
        assert "wants a password" in await trouble_of(Database(shared_server().dsn(user=GUARDED)))


async def test_a_missing_extension_is_named() -> None:
    with scratch_database() as name, user(database=name) as somebody:
        database = Database(shared_server().dsn(name, somebody))
        assert "extension vector is not in this database" in await trouble_of(database)


async def test_an_extension_that_is_missing_is_created_by_whoever_may() -> None:
    with scratch_database("CREATE SCHEMA elsewhere") as name:
        # In a schema that is not looked at by default; the tables find it nevertheless.
        dsn = shared_server().dsn(name, options="-csearch_path=elsewhere")
        store = store_of(Database(dsn))
        await store.prepare()
        await store.put(entry())
        assert len(await near(store, vector(1, 1))) == 1
        store.close()


async def test_a_database_without_an_encoding_keeps_names_as_they_are() -> None:
    with scratch_database(options="ENCODING SQL_ASCII TEMPLATE template0") as name:
        store = store_of(Database(shared_server().dsn(name)))
        await store.prepare()
        kept = entry(model="modèle-数学")
        await store.put(kept)
        assert await store.exact(kept.exact) == kept
        assert await store.flush(Selection(model=kept.model), dry_run=True) == 1
        store.close()


async def test_an_extension_that_is_too_old_is_named() -> None:
    old = "UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'"
    with scratch_database("CREATE EXTENSION vector", old) as name:
        said = await trouble_of(Database(shared_server().dsn(name)))
        assert "pgvector is 0.7.4, and 0.8 is needed" in said


async def test_a_user_who_may_only_read_is_given_what_is_there(
    store: PostgresStore, database: Database
) -> None:
    kept = entry()
    await store.put(kept)
    rights = (
        f"USAGE ON SCHEMA {database.schema}",
        f"SELECT ON ALL TABLES IN SCHEMA {database.schema}",
    )
    with user(*(f"{right}" for right in rights)) as reader:
        looking = store_of(Database(shared_server().dsn(user=reader), database.schema))
        await looking.prepare()
        assert await looking.exact(kept.exact) == kept
        assert await near(looking, kept.vector) == [kept.id]
        for change in (
            lambda: looking.put(entry("b")),
            lambda: looking.remove([kept.id]),
            lambda: looking.flush(Selection(), dry_run=False),
            looking.sweep,
        ):
            with pytest.raises(CacheError, match="may not do this"):
                await change()
        assert await looking.flush(Selection(), dry_run=True) == 1
        looking.close()
        # And one who would have to make the tables cannot.
        assert "may not" in await trouble_of(Database(shared_server().dsn(user=reader), "new"))
    assert await store.exact(kept.exact) == kept


async def test_a_standby_takes_nothing(store: PostgresStore, database: Database) -> None:
    dsn = shared_server().dsn(options="-cdefault_transaction_read_only=on")
    standby = store_of(Database(dsn, database.schema))
    await standby.prepare()
    with pytest.raises(CacheError, match="read-only"):
        await standby.put(entry())
    assert await standby.exact(entry().exact) is None
    standby.close()


async def test_tables_of_another_encoder_or_version_are_refused(
    store: PostgresStore, database: Database
) -> None:
    other = PostgresStore(database, dimensions=DIMENSIONS * 2)
    with pytest.raises(CacheError, match=f"{DIMENSIONS} dimensions"):
        await other.prepare()
    other.close()
    with shared_server().admin() as connection:
        connection.execute(f"UPDATE {database.schema}.about SET version = 99")
    assert "version 99, and 1 is needed" in await trouble_of(database)
    with shared_server().admin() as connection:
        connection.execute(f"DELETE FROM {database.schema}.about")
    assert "version no" in await trouble_of(database)


@pytest.mark.parametrize("dimensions", [0, -1, 4001])
async def test_dimensions_that_no_index_takes_are_refused(dimensions: int) -> None:
    store = PostgresStore(fresh_database(), dimensions=dimensions)
    with pytest.raises(CacheError, match="from 1 to 4000"):
        await store.prepare()
    store.close()


async def test_tables_that_are_not_there_yet_are_an_error_and_no_crash() -> None:
    store = store_of(fresh_database())
    for question in (
        lambda: store.exact(entry().exact),
        lambda: store.put(entry()),
        lambda: store.nearest(entry().partition, vector(1), 4),
        store.verify,
    ):
        with pytest.raises(CacheError, match="not there"):
            await question()
    await store.prepare()
    await store.put(entry())
    assert await store.exact(entry().exact) is not None
    store.close()
