"""The answer cache that several routers share, opened."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import trio
from attrs import frozen

from semroute.domain.errors import CacheError

if TYPE_CHECKING:
    from semroute.adapters.postgres import PostgresClaims, PostgresStore

_log = logging.getLogger(__name__)

_DIMENSIONS: Final = 384  # of the embedded encoder
_SPARE: Final = 1.5  # the server gives up soon after whoever waits, and not before


@frozen
class SharedCache:
    """What routers share.

    Args:
        store: Their answers.
        claims: Who of them asks what.
    """

    store: "PostgresStore"
    claims: "PostgresClaims"


@asynccontextmanager
async def shared_cache(dsn: str, lookup_seconds: float) -> AsyncIterator[SharedCache]:
    """Opens the shared store. It need not be there yet: until it is, everything is a miss.

    Args:
        dsn: Where it is.
        lookup_seconds: How long anybody waits for a lookup.

    Raises:
        CacheError: What it takes is not installed.
    """
    try:
        from semroute.adapters.postgres import (  # noqa: PLC0415 - an extra
            Database,
            PostgresClaims,
            PostgresStore,
            StoreLimits,
        )
    except ImportError as error:
        message = "the shared cache needs psycopg: pip install 'semroute[postgres]'"
        raise CacheError(message) from error
    database = Database(dsn)
    limits = StoreLimits(read_seconds=_SPARE * lookup_seconds)
    store = PostgresStore(database, dimensions=_DIMENSIONS, limits=limits)
    claims = PostgresClaims(database)
    try:
        await store.prepare()
    except CacheError as error:
        _log.warning("the shared cache is not there yet: %s", error)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.maintain)
        try:
            yield SharedCache(store, claims)
        finally:
            nursery.cancel_scope.cancel()
            claims.close()
            store.close()
