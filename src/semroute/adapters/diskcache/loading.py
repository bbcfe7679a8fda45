"""What a store holds when it is opened."""

from typing import Final

import numpy as np
from attrs import define, field

from .row import DamagedError, Facts, Row, parsed, vector_of
from .seal import AnySeal, LockedError
from .slot import Slot, State, Times
from .table import Table
from .vectors import Halves

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
        rows: How many rows of ours there are, whatever is in them.
    """

    slots: dict[bytes, Slot] = field(factory=dict)
    shelves: dict[bytes, Shelf] = field(factory=dict)
    expired: list[str] = field(factory=list)
    damaged: list[str] = field(factory=list)
    locked: int = 0
    rows: int = 0


def load(table: Table, seal: AnySeal, times: Times) -> Loaded:
    """Reads every row once.

    Raises:
        TableError: The database is in trouble.
    """
    loaded = Loaded()
    for rows in table.scan():
        loaded.rows += len(rows)
        for id_, data in rows:
            try:
                row = parsed(data)
            except DamagedError:
                loaded.damaged.append(id_)
                continue
            facts = row.facts
            if facts.id != id_ or facts.exact in loaded.slots:
                loaded.damaged.append(id_)
                continue
            slot = slot_of(facts, len(data), times)
            if slot is None:
                loaded.expired.append(id_)
                continue
            loaded.slots[facts.exact] = slot
            _shelve(loaded, slot, row, seal)
    return loaded


def slot_of(head: Facts, size: int, times: Times) -> Slot | None:
    """Returns what is to be known of an entry; None if it is not to be had any more.

    It lapses on Trio's clock after what is left of it, and never after more than it was given:
    a clock that is set back makes nothing live longer.
    """
    age = times.now - head.created
    left = min(head.expires - times.now, head.expires - head.created)
    if not left > 0 or not age >= -_TOLERATED_SECONDS:
        return None
    return Slot(head, size, times.current + left, times.current - max(age, 0.0))


def halves_of(shelf: Shelf) -> tuple[list[Slot], Halves]:
    """Returns the entries whose vectors are as long as the first one, with their vectors."""
    length = len(shelf.vectors[0])
    slots, vectors = shelf.slots, shelf.vectors
    if any(len(vector) != length for vector in vectors):
        fitting = [row for row, vector in enumerate(vectors) if len(vector) == length]
        slots = [slots[row] for row in fitting]
        vectors = [vectors[row] for row in fitting]
    return slots, np.frombuffer(b"".join(vectors), "<f2").reshape(len(slots), length // 2)


def _shelve(loaded: Loaded, slot: Slot, row: Row, seal: AnySeal) -> None:
    try:
        vector = vector_of(row, seal)
    except LockedError:
        slot.state = State.LOCKED
        loaded.locked += 1
        return
    if vector and len(vector) % 2 == 0:
        shelf = loaded.shelves.get(slot.head.partition)
        if shelf is None:
            shelf = loaded.shelves[slot.head.partition] = Shelf()
        shelf.slots.append(slot)
        shelf.vectors.append(vector)
