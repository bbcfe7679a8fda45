"""What is wrong when SQLite says that something is."""

import sqlite3
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

_PRIMARY: Final = 0xFF  # extended codes carry their primary one in the lowest byte
# A short read is a database that ends too early. `SQLITE_ERROR` is one whose tables are others.
_DAMAGE: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR}
)
_SHORT_READ: Final = sqlite3.SQLITE_IOERR_SHORT_READ
_NO_ROOM: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


class Trouble(Enum):
    """What is wrong with a database."""

    NO_ROOM = auto()  # the disk is full, or a file may not grow
    DAMAGED = auto()
    UNAVAILABLE = auto()  # locked, read-only, gone


class TableError(Exception):
    """The database did not do what it was asked.

    Args:
        trouble: What is wrong with it.
        name: SQLite's name for it.
    """

    def __init__(self, trouble: Trouble, name: str) -> None:
        super().__init__(name)
        self.trouble = trouble
        self.name = name


def table_error(error: BaseException) -> TableError:
    """Returns what an error of SQLite's or diskcache's means.

    diskcache rolls back what SQLite has rolled back already, and calls everything that prevents
    a transaction a timeout; the first cause says what is wrong.
    """
    codes = [
        (cause.sqlite_errorcode, cause.sqlite_errorname)
        for cause in _causes(error)
        if isinstance(cause, sqlite3.Error) and hasattr(cause, "sqlite_errorcode")
    ]
    if not codes:
        return TableError(Trouble.UNAVAILABLE, type(error).__name__)
    code, name = codes[-1]
    if code == _SHORT_READ or code & _PRIMARY in _DAMAGE:
        return TableError(Trouble.DAMAGED, name)
    if code & _PRIMARY in _NO_ROOM:
        return TableError(Trouble.NO_ROOM, name)
    return TableError(Trouble.UNAVAILABLE, name)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__context__
