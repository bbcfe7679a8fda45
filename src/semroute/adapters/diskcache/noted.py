"""What happens to a store that somebody should hear of."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class Noted(StrEnum):
    """What happened to entries, or to the store. The value is a metric label."""

    EVICTED = "evicted"  # there was no room for them
    EXPIRED = "expired"
    DAMAGED = "damaged"  # their rows are not what was written
    LOCKED = "locked"  # they are sealed with another key; they stay until they expire
    INTRUDER = "intruder"  # rows that no store of ours writes
    QUARANTINED = "quarantined"  # the database could not be opened, and was put aside
    BALLAST_DROPPED = "ballast_dropped"  # the disk was full
    WRITE_REFUSED = "write_refused"  # entries that were not kept


Notify: TypeAlias = Callable[[Noted, int], None]
"""Is told what happened, and to how many."""
