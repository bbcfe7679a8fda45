"""Who of several routers asks the model, when all of them are asked the same."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import psycopg
import trio

from semroute.domain.errors import CacheError

from .connections import Connections
from .database import Connection, Database

_log = logging.getLogger(__name__)

# Nothing is waited for: a lock that somebody else has is refused at once.
_SECONDS: Final = 0.5
_NUMBER_BYTES: Final = 8


class PostgresClaims:
    """Locks that exist as long as whoever has them, and hold for all routers of one database.

    All claims of a router are advisory locks of one connection. If that is lost, they are free,
    and another router may ask the model what this one is still asking: twice the cost of one
    answer, but nothing waits for a router that has gone.

    Args:
        database: Where. Its tables are not needed.
    """

    def __init__(self, database: Database) -> None:
        self._schema = database.schema
        self._connections = Connections(database, most=1, settle=_settle, seconds=_SECONDS)
        # Only the one thread that works on the connection looks at these.
        self._current: Connection | None = None
        self._held: dict[int, object] = {}  # who, on the current connection

    @asynccontextmanager
    async def claim(self, key: bytes) -> AsyncIterator[bool]:
        """Claims a key while the context lasts. Yields whether it was free.

        Raises:
            CacheError: The database is in trouble; on entering only.

        Cancellation: The claim is given up.
        """
        number = _number(self._schema, key)
        claimant = object()
        try:
            is_mine = await self._connections.write(
                partial(self._take, number=number, claimant=claimant)
            )
        except CacheError:
            # It may have been granted in the very moment in which we stopped waiting for it.
            await self._release(number, claimant)
            raise
        try:
            yield is_mine
        finally:
            if is_mine:
                await self._release(number, claimant)

    def close(self) -> None:
        """Gives up every claim."""
        self._connections.close()

    async def _release(self, number: int, claimant: object) -> None:
        with trio.CancelScope(shield=True):
            try:
                await self._connections.write(
                    partial(self._give_up, number=number, claimant=claimant)
                )
            except CacheError as error:
                # The connection is gone then, and the lock with it.
                _log.warning("cache_claim_not_released", extra={"error": str(error)})

    def _take(self, connection: Connection, number: int, claimant: object) -> bool:
        self._notice(connection)
        # The server would grant a session its own lock again.
        if number in self._held:
            return False
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (number,)).fetchone()
        if row != (True,):
            return False
        self._held[number] = claimant
        return True

    def _give_up(self, connection: Connection, number: int, claimant: object) -> None:
        self._notice(connection)
        if self._held.get(number) is not claimant:
            return
        del self._held[number]
        try:
            connection.execute("SELECT pg_advisory_unlock(%s)", (number,))
        except psycopg.Error:
            connection.close()  # which frees it as well
            raise

    def _notice(self, connection: Connection) -> None:
        """Forgets the locks of a connection that has been replaced."""
        if connection is not self._current:
            self._current = connection
            self._held.clear()


def _settle(connection: Connection) -> None:
    timeout = str(round(_SECONDS * 1000))
    # The server's own keepalives: a machine that vanished must not hold its claims for hours.
    connection.execute(
        "SELECT set_config('statement_timeout', %s, false),"
        " set_config('tcp_keepalives_idle', '10', false),"
        " set_config('tcp_keepalives_interval', '5', false),"
        " set_config('tcp_keepalives_count', '3', false)",
        (timeout,),
    )


def _number(schema: str, key: bytes) -> int:
    """Returns the lock's number: 64 bits with a sign, as PostgreSQL has them."""
    named = len(schema).to_bytes(_NUMBER_BYTES) + schema.encode() + key
    digest = hashlib.blake2b(named, digest_size=_NUMBER_BYTES, person=b"semroute").digest()
    return int.from_bytes(digest, signed=True)
