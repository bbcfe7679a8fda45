"""A store of answers that ends with its process."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from semroute.domain.caching.entry import Entry, Neighbour, Selection, Verification

_MOST_ENTRIES: Final = 10_000  # some 40 MB of ordinary answers

_Unit: TypeAlias = npt.NDArray[np.float32]


class MemoryStore:
    """Keeps answers in dictionaries, and compares a question with all of its partition.

    When it is full, the entry that was put first goes, whoever's it is.

    Args:
        most_entries: How many it keeps.
        now: Tells the time, in seconds since 1970.
    """

    def __init__(
        self, most_entries: int = _MOST_ENTRIES, now: Callable[[], float] = time.time
    ) -> None:
        self._most_entries = most_entries
        self._now = now
        self._entries: dict[str, Entry] = {}
        self._ids: dict[bytes, str] = {}  # by `exact`
        self._vectors: dict[bytes, dict[str, _Unit]] = {}  # by partition, then by id

    @property
    def entries(self) -> int:
        """How many there are."""
        return len(self._entries)

    @property
    def size_bytes(self) -> int:
        """About how much they take."""
        return sum(entry.size for entry in self._entries.values())

    async def exact(self, key: bytes) -> Entry | None:
        """Looks the key up."""
        id_ = self._ids.get(key)
        return None if id_ is None else await self.get(id_)

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        """Compares the vector with every one of the partition."""
        self._forget_expired()
        wanted = _unit_of(vector)
        if wanted is None:
            return []
        neighbours = [
            Neighbour(float(unit @ wanted), self._entries[id_])
            for id_, unit in self._vectors.get(partition, {}).items()
            if unit.shape == wanted.shape
        ]
        neighbours.sort(key=lambda each: each.similarity, reverse=True)
        return neighbours[:count]

    async def put(self, entry: Entry) -> None:
        """Keeps the entry, and lets the oldest go if there are too many."""
        self._forget_expired()
        self._forget(id_ for id_ in (self._ids.get(entry.exact), entry.id) if id_ is not None)
        self._entries[entry.id] = entry
        self._ids[entry.exact] = entry.id
        if (unit := _unit_of(entry.vector)) is not None:
            self._vectors.setdefault(entry.partition, {})[entry.id] = unit
        if len(self._entries) > self._most_entries:
            self._forget([next(iter(self._entries))])

    async def remove(self, ids: Sequence[str]) -> int:
        """Removes the entries."""
        self._forget_expired()
        return self._forget(ids)

    async def get(self, id: str) -> Entry | None:  # noqa: A002 - it is the entry's word
        """Looks the id up."""
        entry = self._entries.get(id)
        return None if entry is None or entry.expires <= self._now() else entry

    async def scan(self, selection: Selection) -> AsyncIterator[Entry]:
        """Yields what is selected now."""
        for entry in self._selected(selection):
            yield entry

    async def flush(self, selection: Selection, *, dry_run: bool) -> int:
        """Removes what is selected, or counts it."""
        selected = self._selected(selection)
        return len(selected) if dry_run else self._forget(entry.id for entry in selected)

    async def verify(self) -> Verification:
        """Counts: what is in memory cannot be damaged."""
        self._forget_expired()
        return Verification(entries=len(self._entries), damaged=0)

    def _selected(self, selection: Selection) -> list[Entry]:
        self._forget_expired()
        selected = [entry for entry in self._entries.values() if selection.includes(entry)]
        return sorted(selected, key=lambda entry: (entry.created, entry.id))

    def _forget_expired(self) -> None:
        now = self._now()
        self._forget([id_ for id_, entry in self._entries.items() if entry.expires <= now])

    def _forget(self, ids: Iterable[str]) -> int:
        count = 0
        for id_ in ids:
            entry = self._entries.pop(id_, None)
            if entry is None:
                continue
            count += 1
            self._ids.pop(entry.exact)
            vectors = self._vectors.get(entry.partition, {})
            vectors.pop(id_, None)
            if not vectors:
                self._vectors.pop(entry.partition, None)
        return count


def _unit_of(vector: bytes) -> _Unit | None:
    """Returns a vector at length 1; None if it has no direction."""
    values = np.frombuffer(vector, "<f2").astype(np.float32)
    length = float(np.linalg.norm(values))
    return values / np.float32(length) if 0 < length < np.inf else None
