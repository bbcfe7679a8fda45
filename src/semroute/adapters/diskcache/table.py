"""The database: rows by id."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import diskcache

from .disk import INLINE_BYTES, BytesDisk
from .trouble import TableError, table_error

DATABASE: Final = "cache.db"
FILES: Final = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")

_PREFIX: Final = "e:"
_BUSY_SECONDS: Final = 1.0
_SCAN_ROWS: Final = 500
# Whoever reads everything once had better not copy every page first.
_MAP_ALL: Final = (
    "PRAGMA mmap_size = 2147418112"  # the most that SQLite allows unless built for more
)

# All of diskcache's settings: what it finds in a database it would believe otherwise.
_SETTINGS: Final[Mapping[str, Any]] = {
    "timeout": _BUSY_SECONDS,
    "statistics": 0,  # or every read would write
    "tag_index": 0,
    "eviction_policy": "none",
    "size_limit": 2**62,
    "cull_limit": 0,
    "sqlite_auto_vacuum": 1,  # removed rows give their room back to the disk
    "sqlite_cache_size": 2**13,
    "sqlite_journal_mode": "wal",
    "sqlite_mmap_size": 2**26,
    "sqlite_synchronous": 1,  # a power cut may cost the last entries, and nothing else
    "sqlite_secure_delete": 1,  # what is removed is overwritten
    # The log is a megabyte then, and the ballast is room enough to work it off on a full disk.
    "sqlite_wal_autocheckpoint": 256,
    "disk_min_file_size": INLINE_BYTES,
    "disk_pickle_protocol": 0,
}

# What rows of ours look like. Whatever else is in the table, somebody else has put there.
_IS_OURS: Final = f"""(
    typeof(key) = 'text' AND substr(key, 1, 2) = '{_PREFIX}' AND raw = 1 AND mode = 1
    AND filename IS NULL AND typeof(value) = 'blob' AND length(value) < {INLINE_BYTES}
)"""
_SCAN: Final = f"SELECT substr(key, 3), value FROM Cache WHERE {_IS_OURS}"  # noqa: S608 - constants
_COUNT: Final = "SELECT count(*) FROM Cache"  # SQLite asks an index: a millisecond
_EXPEL: Final = f"DELETE FROM Cache WHERE NOT coalesce({_IS_OURS}, 0)"  # noqa: S608 - constants


class Table:
    """diskcache behind the few calls we make. Synchronous; each thread has its own connection.

    Args:
        directory: Where the database is, or is made.

    Raises:
        TableError: It cannot be opened.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / DATABASE
        with _told():
            _make_private(self._path)
            self._cache: Any = diskcache.Cache(str(directory), disk=BytesDisk, **_SETTINGS)

    def read(self, id_: str) -> bytes | None:
        """Returns a row.

        Raises:
            ValueError: It is no row of ours.
            TableError: The database is in trouble.
        """
        with _told():
            row: bytes | None = self._cache.get(_PREFIX + id_)
        return row

    def change(self, rows: Mapping[str, bytes], gone: Sequence[str] = ()) -> None:
        """Removes and writes rows by id, all of it or nothing.

        Raises:
            TableError: Nothing was changed.
        """
        with _told():
            try:
                with self._cache.transact():
                    for id_ in gone:
                        self._cache.delete(_PREFIX + id_)
                    for id_, row in rows.items():
                        self._cache.set(_PREFIX + id_, row)
            except BaseException:
                # A commit that failed may have left its transaction open.
                self._cache.close()
                raise

    def scan(self) -> Iterator[list[tuple[str, bytes]]]:
        """Yields all rows of ours with their ids, some at a time, in any order.

        Takes a tenth of the time that diskcache would.

        Raises:
            TableError: The database is in trouble.
        """
        with _told(), closing(self._connected("ro")) as connection:
            connection.execute(_MAP_ALL)
            cursor = connection.execute(_SCAN)
            while rows := cursor.fetchmany(_SCAN_ROWS):
                yield rows

    def count(self) -> int:
        """Returns how many rows there are, whoever has put them there.

        Raises:
            TableError: The database is in trouble.
        """
        with _told(), closing(self._connected("ro")) as connection:
            (count,) = connection.execute(_COUNT).fetchone()
            return int(count)

    def expel(self) -> int:
        """Removes what is no row of ours, unread, and returns how much it was.

        Raises:
            TableError: The database is in trouble.
        """
        with _told(), closing(self._connected("rw")) as connection, connection:
            return connection.execute(_EXPEL).rowcount

    def checkpoint(self) -> None:
        """Moves what was written last into the database, and cuts the log.

        Raises:
            TableError: The database is in trouble.
        """
        with _told(), closing(self._connected("rw")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Closes the connection of this thread; those of others close with their threads."""
        self._cache.close()

    def _connected(self, mode: str) -> sqlite3.Connection:
        """Returns a connection of our own to diskcache's table."""
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode={mode}", uri=True, timeout=_BUSY_SECONDS
        )
        connection.text_factory = _readable
        return connection


@contextmanager
def _told() -> Iterator[None]:
    """Tells errors of SQLite's, diskcache's and the system's as ours."""
    try:
        yield
    except (sqlite3.Error, diskcache.Timeout, OSError) as error:
        raise table_error(error) from error


def _make_private(path: Path) -> None:
    """Makes sure that nobody else can read a file, before anything is in it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    path.chmod(0o600)


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "replace")


__all__ = ["DATABASE", "FILES", "Table", "TableError"]
