"""A store of answers in a directory."""

import functools
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import trio
from attrs import evolve

from semroute.domain.caching.entry import Entry, Neighbour, Selection, Verification
from semroute.domain.errors import CacheError

from .books import Books, ids_of
from .indices import GRAPH_ROWS, Index, is_quick
from .limits import Limits
from .noted import Noted, Notify
from .opening import Opened, opened
from .reader import Reader
from .seal import seal_of
from .slot import Slot, State, Times
from .trouble import TableError
from .vectors import Unit, unit_of
from .writer import TRANSACTION_ROWS, Writer

_T = TypeVar("_T")

_READERS: Final = 2  # each thread opens the database once, which takes a millisecond
_SWEEP_SECONDS: Final = 30.0
_SCAN_ROWS: Final = 32
_SPARE: Final = 8  # candidates, in case that some have expired


class DiskStore:
    """Keeps answers in a directory of its own, for as long as `run` runs.

    What there is, and whose, and near to what, is known in memory; the directory is read for an
    entry that is going to be given. So a miss costs microseconds, and the truth is on disk: an
    entry is given only if its row says, under its checksum, that it is the one that was meant.

    Args:
        directory: Where; local, and nobody else's.
        limits: How much there may be.
        key: Seals texts, vectors and answers: 16, 24 or 32 bytes. None leaves them readable.
        now: Tells the time, in seconds since 1970.
        notify: Is told what happened, and to how many.
        graph_rows: How large a partition may be before its search becomes approximate.

    Raises:
        ValueError: The key has another length.
    """

    def __init__(  # noqa: PLR0913 - all but the first have defaults
        self,
        directory: Path,
        limits: Limits | None = None,
        *,
        key: bytes | None = None,
        now: Callable[[], float] = time.time,
        notify: Notify = lambda _noted, _count: None,
        graph_rows: int = GRAPH_ROWS,
    ) -> None:
        self._directory = directory
        self._limits = limits or Limits()
        self._seal = seal_of(key)
        self._now = now
        self._notify = notify
        self._graph_rows = graph_rows
        self._opened: tuple[Opened, Writer, Reader] | None = None
        self._threads = trio.CapacityLimiter(_READERS)

    @property
    def entries(self) -> int:
        """How many there are, with those that have expired but were not swept."""
        return 0 if self._opened is None else len(self._opened[0].books)

    @property
    def size_bytes(self) -> int:
        """How many bytes their rows take."""
        return 0 if self._opened is None else self._opened[0].books.size_bytes

    @property
    def graphs(self) -> int:
        """How many partitions have outgrown their matrix and have a graph instead."""
        return 0 if self._opened is None else self._opened[0].indices.graphs

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keeps the store open until cancelled. Started, it can be asked.

        Raises:
            CacheError: The directory is in use, or cannot be used; the operator's fault.
        """
        # What a thread has begun is not abandoned, so whatever it opens is closed below.
        parts = await trio.to_thread.run_sync(
            opened, self._directory, self._seal, self._limits, self._moment(), self._graph_rows
        )
        try:
            writer = Writer(
                parts.table, parts.books, parts.indices, parts.directory, self._seal, self._limits,
                self._now, self._notify,
            )  # fmt: skip
            self._opened = parts, writer, Reader(parts.table, self._seal)
            for noted, count in parts.noted.items():
                if count:
                    self._notify(noted, count)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(writer.run)
                nursery.start_soon(parts.indices.run)
                nursery.start_soon(self._sweep)
                task_status.started()
        finally:
            self._opened = None
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(parts.table.close)
            parts.directory.close()

    async def exact(self, key: bytes) -> Entry | None:
        """Returns the entry of a key. It costs a thread only if there is one."""
        parts, _, _ = self._parts()
        slot = parts.books.by_key(key)
        return None if slot is None else await self._given(slot)

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        """Compares the vector with those of the partition. An unknown one costs no thread."""
        parts, _, reader = self._parts()
        unit = unit_of(vector)
        index = None if unit is None else parts.indices.find(partition, unit)
        if unit is None or index is None or count < 1:
            return []
        find = functools.partial(_candidates, parts.books, index, unit, count, self._moment())
        if is_quick(index):
            slots = find()
            read = functools.partial(reader.neighbours, slots, unit)
            neighbours = await self._in_thread(read) if slots else []
        else:
            search = functools.partial(_found_and_read, find, reader, unit)
            slots, neighbours = await self._in_thread(search)
        found = []
        for slot, neighbour in zip(slots, neighbours, strict=True):
            if neighbour is None:
                self._lose(slot)
            elif self._is_there(slot):
                self._use(slot)
                found.append(evolve(neighbour, entry=self._dated(neighbour.entry)))
        return sorted(found, key=lambda each: each.similarity, reverse=True)

    async def put(self, entry: Entry) -> None:
        """Keeps the entry. It is on disk when this returns; cancelled, it may still get there."""
        _, writer, _ = self._parts()
        await writer.put(entry)

    async def remove(self, ids: Sequence[str]) -> int:
        """Removes entries, some hundred in a transaction."""
        return await self._remove(ids)

    async def get(self, id: str) -> Entry | None:  # noqa: A002 - it is the entry's word
        """Returns the entry of an id."""
        parts, _, _ = self._parts()
        slot = parts.books.by_id(id)
        return None if slot is None else await self._given(slot)

    async def scan(self, selection: Selection) -> AsyncIterator[Entry]:
        """Yields the entries that there are now and still are when it is their turn."""
        slots = [slot for slot in self._selected(selection) if self._is_there(slot)]
        slots.sort(key=lambda slot: (slot.head.created, slot.head.id))
        for start in range(0, len(slots), _SCAN_ROWS):
            for entry in await self._read(slots[start : start + _SCAN_ROWS]):
                if entry is not None:
                    yield self._dated(entry)

    async def flush(self, selection: Selection, *, dry_run: bool) -> int:
        """Removes what is selected, also what is locked, from the log as well as the database."""
        selected = self._selected(selection)
        if dry_run:
            moment = self._moment()
            return sum(not slot.is_over(moment) for slot in selected)
        count = await self._remove(ids_of(selected))
        await self._maintain(self._parts()[0].table.checkpoint)
        return count

    async def verify(self) -> Verification:
        """Reads everything. Entries that are locked are neither sound nor damaged."""
        parts, writer, _ = self._parts()
        intruders = await self._maintain(parts.table.expel)
        if intruders:
            self._notify(Noted.INTRUDER, intruders)
        slots = [slot for slot in parts.books.all() if self._is_there(slot)]
        sound, damaged = 0, intruders
        for start in range(0, len(slots), _SCAN_ROWS):
            part = slots[start : start + _SCAN_ROWS]
            entries = await self._read(part)
            lost = [
                slot
                for slot, entry in zip(part, entries, strict=True)
                if entry is None and slot in parts.books
            ]
            sound += len(part) - len(lost)
            damaged += len(lost)
            if lost:
                await writer.remove(ids_of(lost))
        return Verification(sound, damaged)

    def _parts(self) -> tuple[Opened, Writer, Reader]:
        if self._opened is None:
            message = "the answer cache is not open"
            raise CacheError(message)
        return self._opened

    async def _given(self, slot: Slot) -> Entry | None:
        if not self._is_there(slot):
            return None
        (entry,) = await self._read([slot])
        if entry is None or not self._is_there(slot):
            return None
        self._use(slot)
        return self._dated(entry)

    async def _read(self, slots: Sequence[Slot]) -> list[Entry | None]:
        _, _, reader = self._parts()
        entries = await self._in_thread(functools.partial(reader.entries, slots))
        for slot, entry in zip(slots, entries, strict=True):
            if entry is None:
                self._lose(slot)
        return entries

    def _lose(self, slot: Slot) -> None:
        """Lets go of an entry whose row could not be read, unless it was just being removed."""
        parts, writer, _ = self._parts()
        if slot in parts.books and slot.state is State.KEPT:
            slot.state = State.LOST
            self._notify(Noted.DAMAGED, 1)
            writer.remove_soon([slot.head.id])

    def _use(self, slot: Slot) -> None:
        slot.hits += 1
        slot.used = trio.current_time()

    def _is_there(self, slot: Slot) -> bool:
        parts = self._opened
        return parts is not None and _is_there(parts[0].books, slot, self._moment())

    def _moment(self) -> Times:
        return Times(self._now(), trio.current_time())

    def _dated(self, entry: Entry) -> Entry:
        """Returns an entry that was not made in the future, whatever the clock was then."""
        now = self._now()
        return entry if entry.created <= now else evolve(entry, created=now)

    def _selected(self, selection: Selection) -> list[Slot]:
        parts, _, _ = self._parts()
        return [slot for slot in parts.books.all() if selection.includes(slot.head)]

    async def _remove(self, ids: Sequence[str]) -> int:
        """Returns how many were there and had not expired."""
        _, writer, _ = self._parts()
        count = 0
        for start in range(0, len(ids), TRANSACTION_ROWS):
            removed = await writer.remove(ids[start : start + TRANSACTION_ROWS])
            moment = self._moment()
            count += sum(not slot.is_over(moment) for slot in removed)
        return count

    async def _sweep(self) -> None:
        """Removes what has expired. What cannot be removed now is tried again."""
        while True:
            await trio.sleep(_SWEEP_SECONDS)
            parts, _, _ = self._parts()
            over = await trio.to_thread.run_sync(_over, parts.books.all(), self._moment())
            try:
                await self._remove(ids_of(over))
            except CacheError:
                continue  # the writer has told of it
            if over:
                self._notify(Noted.EXPIRED, len(over))

    async def _maintain(self, function: Callable[[], _T]) -> _T:
        """Does in a thread what changes the database beside the writer; never abandoned."""
        try:
            return await trio.to_thread.run_sync(function, limiter=self._threads)
        except TableError as error:
            message = f"the answer cache is in trouble ({error.name})"
            raise CacheError(message) from error

    async def _in_thread(self, function: Callable[[], _T]) -> _T:
        return await trio.to_thread.run_sync(
            function, abandon_on_cancel=True, limiter=self._threads
        )


def _is_there(books: Books, slot: Slot, moment: Times) -> bool:
    return slot in books and slot.state is State.KEPT and not slot.is_over(moment)


def _candidates(books: Books, index: Index, unit: Unit, count: int, moment: Times) -> list[Slot]:
    found = index.search(unit, count + _SPARE)
    return [slot for slot in found if _is_there(books, slot, moment)][:count]


def _found_and_read(
    find: Callable[[], list[Slot]], reader: Reader, unit: Unit
) -> tuple[list[Slot], list[Neighbour | None]]:
    """Searches and reads in one visit to a thread."""
    slots = find()
    return slots, reader.neighbours(slots, unit)


def _over(slots: Iterable[Slot], moment: Times) -> list[Slot]:
    return [slot for slot in slots if slot.is_over(moment)]
