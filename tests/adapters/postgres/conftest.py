from collections.abc import AsyncIterator

import pytest
import trio

from semroute.adapters.postgres import Database, PostgresStore

from .entries import Clock, store_of
from .server import fresh_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database() -> Database:
    return fresh_database()


@pytest.fixture
async def store(database: Database, clock: Clock) -> AsyncIterator[PostgresStore]:
    """A store that is prepared, and not maintained."""
    store = store_of(database, clock)
    try:
        with trio.fail_after(60):
            await store.prepare()
            yield store
    finally:
        store.close()
