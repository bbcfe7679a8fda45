"""Entries, read and checked. Synchronous; meant for a thread."""

from collections.abc import Sequence

from attrs import frozen

from semroute.domain.caching.entry import Entry, Neighbour
from semroute.domain.errors import CacheError

from .row import DamagedError, Facts, entry_of, parsed
from .seal import AnySeal, LockedError
from .slot import Slot
from .table import Table
from .trouble import TableError, Trouble
from .vectors import Unit, unit_of


@frozen
class Reader:
    """Reads entries.

    Args:
        table: Where they are.
        seal: What opens them.
    """

    table: Table
    seal: AnySeal

    def entries(self, slots: Sequence[Slot]) -> list[Entry | None]:
        """Returns entries; None for one that is damaged, or gone.

        Raises:
            CacheError: The database is in trouble.
        """
        return [self._entry(slot) for slot in slots]

    def neighbours(self, slots: Sequence[Slot], unit: Unit) -> list[Neighbour | None]:
        """Returns entries with their cosines, computed from what was read.

        Raises:
            CacheError: The database is in trouble.
        """
        return [None if entry is None else _neighbour(entry, unit) for entry in self.entries(slots)]

    def _entry(self, slot: Slot) -> Entry | None:
        try:
            data = self.table.read(slot.head.id)
            entry = None if data is None else entry_of(parsed(data), self.seal)
        except (DamagedError, LockedError, ValueError):
            return None
        except TableError as error:
            if error.trouble is Trouble.DAMAGED:
                return None
            message = f"the answer cache cannot be read ({error.name})"
            raise CacheError(message) from error
        return entry if entry is not None and _is_of(entry, slot.head) else None


def _is_of(entry: Entry, head: Facts) -> bool:
    """Whether a row is the one that was written for this id, and not another's copied over it."""
    return (entry.id, entry.partition, entry.exact, entry.encoder) == (
        head.id,
        head.partition,
        head.exact,
        head.encoder,
    )


def _neighbour(entry: Entry, unit: Unit) -> Neighbour | None:
    own = unit_of(entry.vector)
    if own is None or own.shape != unit.shape:
        return None
    return Neighbour(min(1.0, max(-1.0, float(own @ unit))), entry)
