"""What must be done to the tables now and then, by whichever router comes first."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

import trio
from attrs import define, field

from semroute.domain.errors import CacheError

from .connections import Connections
from .database import Connection, Database
from .hot import hot_partitions, tend

_log = logging.getLogger(__name__)

_SWEEP_SECONDS: Final = 30.0
_INDEX_SECONDS: Final = 60.0
_SWEPT_AT_ONCE: Final = 500

# The server's own time counts too: a router whose clock runs ahead must not take from others
# what they may still give. Rows that another router is sweeping are left to it.
_SWEEP: Final = """
DELETE FROM entry WHERE id IN (
    SELECT id FROM entry
    WHERE expires <= least(%s, extract(epoch FROM clock_timestamp())::double precision)
    ORDER BY expires FOR UPDATE SKIP LOCKED LIMIT %s
)
"""


@define(eq=False)
class Maintenance:
    """Removes what has expired, and gives large partitions an index.

    Args:
        database: Whose tables.
        connections: Where; nothing else is done on them.
        now: Tells the time, in seconds since 1970.
        exact_rows: Up to how many rows a partition needs no index.
        prepare: Sees to it that the tables are there.
    """

    _database: Database
    _connections: Connections
    _now: Callable[[], float]
    _exact_rows: int
    _prepare: Callable[[], Awaitable[None]]
    hot: frozenset[bytes] = field(init=False, default=frozenset())

    async def run(self) -> None:
        """Does everything, again and again, until cancelled. Trouble is logged."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._repeat, self.sweep, _SWEEP_SECONDS)
            nursery.start_soon(self._repeat, self.tend_indexes, _INDEX_SECONDS)

    async def sweep(self) -> int:
        """Removes what has expired, and returns how much it was.

        Raises:
            CacheError: The database is in trouble.

        Cancellation: What is removed is removed.
        """
        swept = 0
        while True:
            count = await self._connections.read(self._sweep_some)
            swept += count
            if count < _SWEPT_AT_ONCE:
                return swept

    async def tend_indexes(self) -> None:
        """Makes and drops indexes. Building one of 25,000 rows takes about 20 s.

        Raises:
            CacheError: The database is in trouble.

        Cancellation: The server stops building within a second or so; what it leaves half made
            is not used, and dropped the next time.
        """
        self.hot = await self._connections.read(hot_partitions)
        await self._connections.read(self._tend)
        self.hot = await self._connections.read(hot_partitions)

    def _sweep_some(self, connection: Connection) -> int:
        return connection.execute(_SWEEP, (self._now(), _SWEPT_AT_ONCE)).rowcount

    def _tend(self, connection: Connection) -> None:
        tend(connection, self._database.schema, self._exact_rows)

    async def _repeat(self, work: Callable[[], Awaitable[object]], seconds: float) -> None:
        while True:
            try:
                await self._prepare()
                await work()
            except CacheError as error:
                _log.warning("cache_maintenance_failed", extra={"error": str(error)})
            await trio.sleep(seconds)
