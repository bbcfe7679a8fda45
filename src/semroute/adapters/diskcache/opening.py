"""From a directory to a store that can be asked. Synchronous; meant for a thread."""

import logging
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from semroute.domain.errors import CacheError

from .books import Books
from .directory import Directory
from .indices import Indices
from .limits import Limits
from .loading import Loaded, halves_of, load
from .noted import Noted
from .seal import AnySeal
from .slot import Times
from .table import Table
from .trouble import TableError, Trouble
from .writer import TRANSACTION_ROWS

_log = logging.getLogger(__name__)


@frozen
class Opened:
    """Everything a store consists of.

    Args:
        directory: Where it is.
        table: Its rows.
        books: What is known of them.
        indices: Their vectors.
        noted: What was noticed on the way, and of how many.
    """

    directory: Directory
    table: Table
    books: Books
    indices: Indices
    noted: Mapping[Noted, int]


def opened(path: Path, seal: AnySeal, limits: Limits, times: Times, graph_rows: int) -> Opened:
    """Opens a store, or makes one. What cannot be opened is put aside.

    Raises:
        CacheError: The directory is in use, or cannot be used.
    """
    directory = Directory(path)
    try:
        return _opened(directory, seal, limits, times, graph_rows)
    except TableError as error:
        directory.close()
        message = f"the answer cache in {path} cannot be opened ({error.name})"
        raise CacheError(message) from error
    except BaseException:
        directory.close()
        raise


def _opened(
    directory: Directory, seal: AnySeal, limits: Limits, times: Times, graph_rows: int
) -> Opened:
    noted: dict[Noted, int] = {}
    try:
        table, loaded = _read(directory, seal, times, noted)
    except TableError as error:
        match error.trouble:
            case Trouble.DAMAGED:
                try:
                    aside = directory.put_aside(times.now)
                except OSError as failed:
                    message = f"{directory.path} is damaged and cannot be put aside"
                    raise CacheError(message) from failed
                noted = {Noted.QUARANTINED: 1}
                _log.exception("cache_quarantined", extra={"aside": str(aside), "why": error.name})
            case Trouble.NO_ROOM:
                noted = {Noted.BALLAST_DROPPED: 1}
                directory.drop_ballast()
                _log.exception("cache_disk_full")
            case Trouble.UNAVAILABLE:
                raise
        table, loaded = _read(directory, seal, times, noted)
    books, indices = Books(limits), Indices(graph_rows)
    books.fill(loaded.slots.values())
    for partition, shelf in loaded.shelves.items():
        indices.fill(partition, *halves_of(shelf))
    directory.take_ballast(limits.ballast_bytes)
    return Opened(directory, table, books, indices, noted)


def _read(
    directory: Directory, seal: AnySeal, times: Times, noted: dict[Noted, int]
) -> tuple[Table, Loaded]:
    """Reads everything, and removes what nobody will be given."""
    table = Table(directory.path)
    try:
        loaded = load(table, seal, times)
        others = table.count() - loaded.rows
        noted[Noted.INTRUDER] = table.expel() if others else 0
        gone = [*loaded.expired, *loaded.damaged]
        for start in range(0, len(gone), TRANSACTION_ROWS):
            table.change({}, gone[start : start + TRANSACTION_ROWS])
    except BaseException:
        table.close()
        raise
    noted[Noted.EXPIRED] = len(loaded.expired)
    noted[Noted.DAMAGED] = len(loaded.damaged)
    noted[Noted.LOCKED] = loaded.locked
    if loaded.locked:
        _log.warning("cache_entries_locked", extra={"entries": loaded.locked})
    return table, loaded
