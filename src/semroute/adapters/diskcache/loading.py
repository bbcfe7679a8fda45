"""What a store holds when it is opened."""

from typing import Final

import numpy as np
from attrs import define, field

from semroute.domain.caching.entry import Entry

from .row import DamagedError, Row, parsed, vector_of
from .seal import AnySeal, LockedError
from .slot import Slot, State, Times
from .table import Table
from .vectors import Units

# Clocks are set back by a little all the time. What claims to be made later than that was made
# by a clock that was wrong, and nothing that it says about its age can be believed.
_TOLERATED_SECONDS: Final = 60.0


@define
class Shelf:
    """The vectors of one partition, as they are read."""

    slots: list[Slot] = field(factory=list)
    vectors: list[bytes] = field(factory=list)


@define
class Loaded:
    """What was found.

    Args:
        slots: Every entry that is to be had, or locked, by its exact key.
        shelves: The vectors, by partition.
        expired: The ids of rows whose time is over.
        damaged: The ids of rows that are not what was written.
        locked: How many entries are sealed with another key.
    """

    slots: dict[bytes, Slot] = field(factory=dict)
    shelves: dict[bytes, Shelf] = field(factory=dict)
    expired: list[str] = field(factory=list)
    damaged: list[str] = field(factory=list)
    locked: int = 0


def load(table: Table, seal: AnySeal, times: Times) -> Loaded:
    """Reads every row once.

    Raises:
        TableError: The database is in trouble.
    """
    loaded = Loaded()
    for id_, data in table.scan():
        try:
            row = parsed(data)
        except DamagedError:
            loaded.damaged.append(id_)
            continue
        if row.head.id != id_ or row.head.exact in loaded.slots:
            loaded.damaged.append(id_)
            continue
        slot = slot_of(row.head, len(data), times)
        if slot is None:
            loaded.expired.append(id_)
            continue
        loaded.slots[slot.head.exact] = slot
        _shelve(loaded, slot, row, seal)
    return loaded


def slot_of(head: Entry, size: int, times: Times) -> Slot | None:
    """Returns what is to be known of an entry; None if it is not to be had any more.

    It lapses on Trio's clock after what is left of it, and never after more than it was given:
    a clock that is set back makes nothing live longer.
    """
    age = times.now - head.created
    left = min(head.expires - times.now, head.expires - head.created)
    if not left > 0 or not age >= -_TOLERATED_SECONDS:
        return None
    return Slot(head, size, lapses=times.current + left, used=times.current - max(age, 0.0))


def units_of(shelf: Shelf) -> tuple[list[Slot], Units]:
    """Returns the entries whose vectors can be compared, with their vectors.

    Those are the vectors that are as long as the first one and have a direction.
    """
    length = len(shelf.vectors[0])
    rows = [row for row, vector in enumerate(shelf.vectors) if len(vector) == length]
    joined = b"".join(shelf.vectors[row] for row in rows)
    units = np.frombuffer(joined, "<f2").reshape(len(rows), length // 2).astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", units, units))
    sound = np.flatnonzero((lengths > 0) & np.isfinite(lengths))
    if len(sound) < len(rows):
        units, lengths = units[sound], lengths[sound]
    units /= lengths[:, None]  # in place: a large partition is as large as all else together
    return [shelf.slots[rows[row]] for row in sound], units


def _shelve(loaded: Loaded, slot: Slot, row: Row, seal: AnySeal) -> None:
    try:
        vector = vector_of(row, seal)
    except LockedError:
        slot.state = State.LOCKED
        loaded.locked += 1
        return
    if vector and len(vector) % 2 == 0:
        shelf = loaded.shelves.setdefault(slot.head.partition, Shelf())
        shelf.slots.append(slot)
        shelf.vectors.append(vector)
