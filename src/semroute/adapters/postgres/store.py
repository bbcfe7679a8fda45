"""Answers in a database that several routers share."""

import math
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import trio
from attrs import frozen

from semroute.domain.caching.entry import Entry, Neighbour, Selection, Verification
from semroute.domain.errors import CacheError

from . import queries
from .connections import Connections
from .database import Connection, Database
from .maintenance import Maintenance
from .schema import prepare, settle

_BYTES_PER_NUMBER: Final = 2
_BEGINNING: Final = (-math.inf, "")
_MOST_MAINTENANCE: Final = 2  # sweeping goes on while an index is built
# How long after the server should have given up we hang up: it is gone, or the network is.
_GRACE: Final = 1.5


@frozen
class StoreLimits:
    """How much a store may take of a database's time.

    Args:
        connections: How many for reading, and as many for writing.
        read_seconds: After how long the server gives up a lookup. Whoever waits has a budget of
            50 ms, and is gone by then.
        write_seconds: After how long it gives up keeping or removing an entry.
        archive_seconds: After how long it gives up one step of an operator's work.
        exact_rows: Up to how many rows all of a partition is compared: 5,000 take some 5 ms.
            Above, an index is made, and the nearest are found with high probability only.
    """

    connections: int = 4
    read_seconds: float = 0.075
    write_seconds: float = 2.0
    archive_seconds: float = 30.0
    exact_rows: int = 5000


class PostgresStore:
    """Keeps answers in PostgreSQL with pgvector 0.8 or later.

    Everything about an entry is one transaction, so there is nothing that points to nothing,
    and what one router keeps or removes is so for all of them with the next query. Each question
    is compared with all of its partition, unless that has an index.

    What was asked and answered is not encrypted here, since the database must compare it; the
    database's own means apply: TLS in the DSN (`sslmode=verify-full`), an encrypted disk, and a
    user who may not read what is not his.

    Args:
        database: Where.
        dimensions: How many numbers a vector of the encoder has.
        now: Tells the time, in seconds since 1970.
        limits: How much time it may take.
    """

    def __init__(
        self,
        database: Database,
        *,
        dimensions: int,
        now: Callable[[], float] = time.time,
        limits: StoreLimits | None = None,
    ) -> None:
        limits = limits or StoreLimits()
        self._database = database
        self._dimensions = dimensions
        self._now = now
        self._is_prepared = False
        self._readers = self._connections(limits.connections, limits.read_seconds)
        self._writers = self._connections(limits.connections, limits.write_seconds)
        self._archive = self._connections(1, limits.archive_seconds)
        self._tables = Connections(
            database, most=1, settle=lambda _: None, seconds=limits.archive_seconds
        )
        self._slow = self._connections(_MOST_MAINTENANCE, math.inf)
        self._maintenance = Maintenance(database, self._slow, now, limits.exact_rows, self.prepare)

    async def prepare(self) -> None:
        """Makes the tables, or checks that they are the right ones; once.

        Raises:
            CacheError: There is no database, or none that this store could work with.

        Cancellation: They are made whole or not at all.
        """
        if not self._is_prepared:
            await self._tables.write(
                partial(prepare, schema=self._database.schema, dimensions=self._dimensions)
            )
            self._is_prepared = True

    async def maintain(self) -> None:
        """Removes what has expired and tends the indexes, until cancelled.

        If there are no tables yet it makes them, as soon as there is a database.
        """
        await self._maintenance.run()

    async def sweep(self) -> int:
        """Removes what has expired, and returns how much it was; `maintain` does so by itself.

        Raises:
            CacheError: The database is in trouble.
        """
        return await self._maintenance.sweep()

    async def tend_indexes(self) -> None:
        """Makes indexes for large partitions; `maintain` does so by itself.

        Raises:
            CacheError: The database is in trouble.
        """
        await self._maintenance.tend_indexes()

    def close(self) -> None:
        """Closes every connection, one that is in use as soon as it is not."""
        for connections in (
            self._readers, self._writers, self._archive, self._tables, self._slow
        ):  # fmt: skip
            connections.close()

    async def exact(self, key: bytes) -> Entry | None:
        """Looks the key up."""
        return await self._readers.read(partial(queries.by_exact, key=key, now=self._now()))

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        """Compares the vector with all of the partition, or asks its index."""
        if not vector:
            return []
        self._check(vector)
        return await self._readers.read(
            partial(
                queries.nearest,
                search=queries.Search(partition, vector, count, self._now()),
                hot=partition in self._maintenance.hot,
            )
        )

    async def put(self, entry: Entry) -> None:
        """Keeps the entry; returns when the server has it on its disk."""
        if entry.vector:
            self._check(entry.vector)
        await self._writers.write(partial(queries.put, entry=entry))

    async def remove(self, ids: Sequence[str]) -> int:
        """Removes the entries."""
        if not ids:
            return 0
        return await self._writers.write(partial(queries.remove, ids=list(ids), now=self._now()))

    async def get(self, id: str) -> Entry | None:  # noqa: A002 - it is the entry's word
        """Looks the id up."""
        return await self._archive.read(partial(queries.by_id, id_=id, now=self._now()))

    async def scan(self, selection: Selection) -> AsyncIterator[Entry]:
        """Yields what is selected, page by page."""
        after: tuple[float, str] | None = _BEGINNING
        while after is not None:
            entries, after = await self._archive.read(
                partial(queries.page, selection=selection, after=after, now=self._now())
            )
            for entry in entries:
                yield entry

    async def flush(self, selection: Selection, *, dry_run: bool) -> int:
        """Removes what is selected, some at a time; cancelled, it has removed a part."""
        now = self._now()
        if dry_run:
            return await self._archive.read(partial(queries.count, selection=selection, now=now))
        flushed, there_is_more = 0, True
        while there_is_more:
            count, there_is_more = await self._archive.write(
                partial(queries.flush, selection=selection, now=now)
            )
            flushed += count
        return flushed

    async def verify(self) -> Verification:
        """Reads every row, and removes those that are not what was put."""
        living, removed = 0, 0
        after: str | None = ""
        while after is not None:
            sound, damaged, after = await self._archive.read(
                partial(queries.check, after=after, now=self._now())
            )
            living += sound
            removed += len(damaged)
            if damaged:
                await self._archive.write(partial(queries.remove, ids=damaged, now=self._now()))
        return Verification(entries=living, damaged=removed)

    def _check(self, vector: bytes) -> None:
        if len(vector) != self._dimensions * _BYTES_PER_NUMBER:
            message = (
                f"a vector of {len(vector)} bytes does not have the {self._dimensions} dimensions"
                " that are kept"
            )
            raise CacheError(message)

    def _connections(self, most: int, seconds: float) -> Connections:
        """Returns connections whose statements the server gives up after so long."""
        schema, timeout = self._database.schema, 0 if math.isinf(seconds) else seconds

        def settled(connection: Connection) -> None:
            settle(connection, schema, timeout)

        return Connections(self._database, most=most, settle=settled, seconds=seconds * _GRACE)


@asynccontextmanager
async def running_store(store: PostgresStore) -> AsyncIterator[PostgresStore]:
    """Prepares a store, maintains it while the context lasts, and closes it.

    Raises:
        CacheError: There is no database that it could work with.
    """
    try:
        await store.prepare()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.maintain)
            yield store
            nursery.cancel_scope.cancel()
    finally:
        store.close()
