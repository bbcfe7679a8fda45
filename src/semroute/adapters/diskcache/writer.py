"""The one task that changes a store."""

import functools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

import trio
from attrs import define, field

from semroute.domain.caching.entry import Entry
from semroute.domain.errors import CacheError

from .arrivals import planned, undo, written_of
from .books import Books, ids_of
from .directory import Directory
from .indices import Indices
from .jobs import Put, Remove
from .limits import Limits
from .noted import Noted, Notify
from .seal import AnySeal
from .slot import Slot, State, Times
from .table import Table
from .trouble import TableError, Trouble

_log = logging.getLogger(__name__)

TRANSACTION_ROWS: Final = 500  # to remove; some 30 ms
_TRANSACTION_PUTS: Final = 64  # some 10 ms
_MOST_WAITING: Final = 1024  # entries and their answers, in memory
_PAUSE_SECONDS: Final = 30.0  # after a write that failed
_SHED_SHARE: Final = 10  # a tenth of all entries makes room on a full disk
_SHED_ROWS: Final = 200  # at a time: their log must fit in what the ballast leaves

_Job: TypeAlias = Put | Remove
_T = TypeVar("_T")


@define(eq=False)
class Writer:
    """Takes what is waiting and commits it together; whoever waits hears of it after that.

    There is no timer: while one transaction is being committed, the next one gathers. A commit
    is never interrupted. Lookups go on meanwhile; an entry that is to go is no longer found from
    the moment its removal begins, and one that is to come is found once it is safe.

    Args:
        table: The rows.
        books: What is known of them.
        indices: Their vectors.
        directory: Where the ballast is.
        seal: What closes them.
        limits: How much there may be.
        now: Tells the time, in seconds since 1970.
        notify: Is told what happened.
    """

    _table: Table
    _books: Books
    _indices: Indices
    _directory: Directory
    _seal: AnySeal
    _limits: Limits
    _now: Callable[[], float]
    _notify: Notify
    _channel: tuple[trio.MemorySendChannel[_Job], trio.MemoryReceiveChannel[_Job]] = field(
        init=False, factory=lambda: trio.open_memory_channel[_Job](_MOST_WAITING)
    )
    _next: _Job | None = field(init=False, default=None)
    _thread: trio.CapacityLimiter = field(init=False, factory=lambda: trio.CapacityLimiter(1))
    _paused_until: float = field(init=False, default=-1.0)

    async def run(self) -> None:
        """Works until cancelled. What is being committed then is finished; the rest is not kept."""
        try:
            while True:
                batch = await self._batch()
                with trio.CancelScope(shield=True):
                    await self._work(batch)
        finally:
            self._channel[0].close()
            self._fail(self._waiting(), "the answer cache was closed")

    async def put(self, entry: Entry) -> None:
        """Keeps an entry; returns once it is safe.

        Raises:
            CacheError: It is not kept.
        """
        if trio.current_time() < self._paused_until:
            self._notify(Noted.WRITE_REFUSED, 1)
            message = "the answer cache cannot be written to at present"
            raise CacheError(message)
        job = Put(entry)
        await self._done(job)

    async def remove(self, ids: Sequence[str]) -> Sequence[Slot]:
        """Removes entries, and returns those that were there.

        Raises:
            CacheError: They could not be removed.
        """
        job = Remove(ids)
        await self._done(job)
        return job.removed

    def remove_soon(self, ids: Sequence[str]) -> None:
        """Removes entries when there is time, unless there is none."""
        try:
            self._channel[0].send_nowait(Remove(ids))
        except (trio.WouldBlock, trio.ClosedResourceError, trio.BrokenResourceError):
            _log.warning("cache_removal_skipped", extra={"entries": len(ids)})

    async def _done(self, job: _Job) -> None:
        try:
            self._channel[0].send_nowait(job)
        except trio.WouldBlock:
            self._notify(Noted.WRITE_REFUSED, 1)
            message = "too many answers are waiting to be written"
            raise CacheError(message) from None
        except (trio.ClosedResourceError, trio.BrokenResourceError):
            message = "the answer cache is closed"
            raise CacheError(message) from None
        await job.done.wait()
        if job.problem is not None:
            raise CacheError(job.problem)

    async def _batch(self) -> list[Put] | Remove:
        """Waits for a job; returns it with all like it that wait, in their order."""
        first = self._next or await self._channel[1].receive()
        self._next = None
        if isinstance(first, Remove):
            return first
        batch = [first]
        for job in self._waiting():
            if isinstance(job, Remove):
                self._next = job
                break
            batch.append(job)
            if len(batch) == _TRANSACTION_PUTS:
                break
        return batch

    def _waiting(self) -> Iterable[_Job]:
        """Takes one waiting job after the other."""
        if self._next is not None:
            job, self._next = self._next, None
            yield job
        while True:
            try:
                yield self._channel[1].receive_nowait()
            except (trio.WouldBlock, trio.EndOfChannel):
                return

    async def _work(self, batch: list[Put] | Remove) -> None:
        jobs = [batch] if isinstance(batch, Remove) else batch
        try:
            match batch:
                case Remove():
                    await self._remove(batch)
                case _:
                    await self._put(batch)
        except Exception as error:  # noqa: BLE001 - foreign code in threads; the router lives on
            _log.exception("cache_writer_failed")
            unfinished = [job for job in jobs if not job.done.is_set()]
            self._fail(unfinished, f"the answer cache failed ({type(error).__name__})")

    async def _remove(self, job: Remove) -> None:
        found = [slot for id_ in job.ids if (slot := self._books.by_id(id_)) is not None]
        gone = list(dict.fromkeys(found))
        for slot in gone:
            self._books.discard(slot)
        try:
            await self._change({}, gone)
        except TableError as error:
            self._books.restore(gone)
            job.problem = f"the answers could not be removed ({error.name})"
        else:
            job.removed = gone
        job.done.set()

    async def _put(self, jobs: Sequence[Put]) -> None:
        written = await self._in_thread(written_of, jobs, self._seal)
        plan = planned(self._books, written, Times(self._now(), trio.current_time()))
        try:
            rows = {slot.head.id: each.row for slot, each in plan.arriving.items()}
            await self._change(rows, [*plan.replaced, *plan.victims])
        except TableError as error:
            undo(self._books, plan)
            self._pause(error)
            self._fail(jobs, f"the answer could not be kept ({error.name})")
            return
        for slot, each in plan.arriving.items():
            slot.state = State.KEPT
            await self._indices.add(slot, each.unit)
        if plan.victims:
            self._notify(Noted.EVICTED, len(plan.victims))
        for job in jobs:
            if job.problem is not None:
                self._notify(Noted.WRITE_REFUSED, 1)
            job.done.set()

    async def _change(self, rows: Mapping[str, bytes], gone: Sequence[Slot]) -> None:
        """Commits a change, and makes room for it once if there is none.

        Raises:
            TableError: Nothing was changed.
        """
        change = functools.partial(self._table.change, rows, ids_of(gone))
        try:
            await self._in_thread(change)
        except TableError as error:
            if error.trouble is not Trouble.NO_ROOM:
                raise
            await self._shed()
            await self._in_thread(change)
        for slot in gone:
            await self._indices.remove(slot)

    async def _shed(self) -> None:
        """Makes room on a full disk: gives the ballast up, and a tenth of the entries.

        Without the ballast nothing could be removed, as a removal is written down first.
        """
        _log.error("cache_disk_full", extra={"entries": len(self._books)})
        self._notify(Noted.BALLAST_DROPPED, 1)
        await self._in_thread(self._directory.drop_ballast)
        struck = self._books.shrink(-(-len(self._books) // _SHED_SHARE), trio.current_time())
        victims = [slot for slot in struck if slot.state is not State.ARRIVING]
        self._books.restore(slot for slot in struck if slot.state is State.ARRIVING)
        shed = 0
        try:
            await self._in_thread(self._table.checkpoint)
            while shed < len(victims):
                part = victims[shed : shed + _SHED_ROWS]
                await self._in_thread(functools.partial(self._table.change, {}, ids_of(part)))
                shed += len(part)
                await self._in_thread(self._table.checkpoint)
        except TableError as error:
            _log.warning("cache_not_shed", extra={"why": error.name})
        self._books.restore(victims[shed:])
        for slot in victims[:shed]:
            await self._indices.remove(slot)
        if shed:
            self._notify(Noted.EVICTED, shed)
        await self._in_thread(self._directory.take_ballast, self._limits.ballast_bytes)

    def _pause(self, error: TableError) -> None:
        """Writes nothing more for a while; a disk does not get better by being asked."""
        if trio.current_time() >= self._paused_until:
            _log.error("cache_write_failed", extra={"why": error.name, "pause": _PAUSE_SECONDS})
        self._paused_until = trio.current_time() + _PAUSE_SECONDS

    def _fail(self, jobs: Iterable[_Job], problem: str) -> None:
        for job in jobs:
            job.problem = job.problem or problem
            if isinstance(job, Put):
                self._notify(Noted.WRITE_REFUSED, 1)
            job.done.set()

    async def _in_thread(self, function: Callable[..., _T], *arguments: object) -> _T:
        return await trio.to_thread.run_sync(function, *arguments, limiter=self._thread)
