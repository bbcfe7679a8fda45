"""Concurrent callers, one forward pass."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
import trio
from attrs import define, field, frozen

from semroute.domain.errors import ClassifierError, OverloadedError

from .impression import Impression
from .memo import Key, Memo

Read: TypeAlias = Callable[[Sequence[str]], Sequence[Impression]]

# A pass cannot be interrupted, so this bounds what everybody else waits for: about 0.1 s.
_MAX_BATCH: Final = 8
_MAX_BATCH_CHARS: Final = 2048
_PASS_SECONDS: Final = 0.1
# Where nobody waits, the texts of one request may differ in length: a window, and what is doubtful
# in it besides. About 0.15 s.
_MAX_MIXED: Final = 16
_MAX_MIXED_CHARS: Final = 3072


@frozen
class _Failure:
    """Why there is no impression of a text.

    Each caller gets an exception of its own: a shared one would collect all their tracebacks.
    """

    message: str


_Outcome: TypeAlias = Impression | _Failure


@define(eq=False)
class _Job:
    """One text on its way to its impression.

    Args:
        turn: When it is its turn, in the clock's seconds; the earliest goes first.
        callers: How many still want it.
    """

    key: Key
    text: str
    turn: float
    callers: int = 0
    done: trio.Event = field(factory=trio.Event)
    outcome: _Outcome | None = None


class Batcher:
    """Reads texts in worker threads, several at a time, and none twice.

    There is no timer: a free worker takes what is waiting, oldest first, together with the
    texts nearest to it in length. A caller's second text counts as younger than its first by
    what a pass takes, and so on, so that a long prompt lets others have a turn. Under no load a
    text therefore waits for nothing, and under load batches grow by themselves, up to a length.

    Callers who ask for the same text, at once or one after the other, share one pass: a prompt
    is classified and screened at the price of one of them. Failures are not remembered.

    So do other texts of the same request, if there is no load: who classifies it and who screens
    it ask in tasks of their own, in the same step of the event loop or the next, so a worker that
    was idle waits for one more. As nobody else waits then, it takes texts of any lengths.

    Args:
        read: Turns texts into impressions; called in threads.
        workers: How many threads at once; best one per core.
        max_waiting: How many texts may wait.
        memo: What was read before.
        pads: Whether a short text costs `read` what the longest beside it does. Then only texts
            of about one length go together.
    """

    def __init__(
        self,
        read: Read,
        workers: int,
        max_waiting: int,
        memo: Memo | None = None,
        *,
        pads: bool = True,
    ) -> None:
        self._read = read
        self._workers = workers
        self._max_waiting = max_waiting
        self._memo = Memo() if memo is None else memo
        self._pads = pads
        self._jobs: dict[Key, _Job] = {}  # waiting or being computed
        self._waiting: list[_Job] = []
        self._idle = trio.lowlevel.ParkingLot()

    async def run(self) -> None:
        """Works until cancelled. A thread that is computing then finishes unheard."""
        limiter = trio.CapacityLimiter(self._workers)
        async with trio.open_nursery() as nursery:
            for _ in range(self._workers):
                nursery.start_soon(self._work, limiter)

    async def read(self, texts: Sequence[str]) -> list[Impression]:
        """Returns one impression per text.

        Raises:
            OverloadedError: Too many texts are waiting.
            ClassifierError: A text could not be read; its neighbours in a batch still were.

        Cancellation: Texts that wait for nobody else are dropped before they cost anything.
        """
        keys = [self._memo.key_of(text) for text in texts]
        known = {key: impression for key in keys if (impression := self._memo.recall(key))}
        jobs = self._joined(
            {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        )
        try:
            for job in jobs.values():
                await job.done.wait()
        finally:
            self._leave(jobs.values())
        return [known[key] if key in known else _impression_of(jobs[key]) for key in keys]

    def _joined(self, wanted: dict[Key, str]) -> dict[Key, _Job]:
        """Takes part in the jobs for these texts; starts those that nobody has started."""
        new = sum(key not in self._jobs for key in wanted)
        if new and len(self._waiting) + new > self._max_waiting:
            message = f"{len(self._waiting)} texts are waiting already"
            raise OverloadedError(message)
        now = trio.current_time()
        jobs: dict[Key, _Job] = {}
        for rank, (key, text) in enumerate(wanted.items()):
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = _Job(key, text, math.inf)
                self._waiting.append(job)
            job.turn = min(job.turn, now + rank * _PASS_SECONDS)
            job.callers += 1
            jobs[key] = job
        self._idle.unpark(count=new)
        return jobs

    def _leave(self, jobs: Iterable[_Job]) -> None:
        """Wants these jobs no longer; those that wait for nobody are dropped."""
        abandoned: set[Key] = set()
        for job in jobs:
            job.callers -= 1
            if not job.callers and not job.done.is_set():
                abandoned.add(job.key)
        if abandoned:
            for job in self._waiting:
                if job.key in abandoned:
                    del self._jobs[job.key]
            self._waiting = [job for job in self._waiting if job.key not in abandoned]

    async def _work(self, limiter: trio.CapacityLimiter) -> None:
        while True:
            is_idle = not self._waiting
            if is_idle:
                await self._idle.park()
                await trio.lowlevel.checkpoint()
            if not self._waiting:
                continue  # another was sooner
            batch = self._take(mixed=is_idle and not self._pads)
            outcomes = await trio.to_thread.run_sync(
                self._read_all,
                [job.text for job in batch],
                abandon_on_cancel=True,
                limiter=limiter,
            )
            for job, outcome in zip(batch, outcomes, strict=True):
                del self._jobs[job.key]
                if isinstance(outcome, Impression):
                    self._memo.remember(job.key, outcome)
                job.outcome = outcome
                job.done.set()

    def _take(self, *, mixed: bool) -> list[_Job]:
        """Takes the job whose turn it is and those nearest to it in length.

        Args:
            mixed: Whether the others may be much longer or shorter.
        """
        first = min(self._waiting, key=lambda job: job.turn)
        size = len(first.text)
        others = sorted(self._waiting, key=lambda job: abs(len(job.text) - size))
        others.remove(first)
        batch = [first]
        for job in others[: (_MAX_MIXED if mixed else _MAX_BATCH) - 1]:
            if _fit([*batch, job], mixed=mixed):
                batch.append(job)
        self._waiting = [job for job in self._waiting if job not in batch]
        return batch

    def _read_all(self, texts: Sequence[str]) -> Sequence[_Outcome]:
        """Reads a batch; if that fails, each half of it.

        So a bad text fails alone, and what was too much for the memory at once fits into it.
        """
        try:
            return [_checked(impression) for impression in self._read(texts)]
        except Exception as error:  # noqa: BLE001 - torch and tokenizers promise no types
            # The message may quote the text, so only its type goes on.
            failure = _Failure(f"the encoder raised {type(error).__name__}")
        # The error is forgotten by now, and with it all that it held in memory.
        if len(texts) == 1:
            return [failure]
        middle = len(texts) // 2
        return [*self._read_all(texts[:middle]), *self._read_all(texts[middle:])]


def _fit(jobs: Sequence[_Job], *, mixed: bool) -> bool:
    """Whether so much text may go into one pass."""
    sizes = [len(job.text) for job in jobs]
    if mixed:
        return sum(sizes) <= _MAX_MIXED_CHARS
    return max(sizes) * len(sizes) <= _MAX_BATCH_CHARS


def _checked(impression: Impression) -> _Outcome:
    if not np.isfinite(impression.vector).all():
        return _Failure("the encoder returned a vector that is not finite")
    if not all(math.isfinite(logit) for logit in impression.attacks.values()):
        return _Failure("the attack head returned a logit that is not finite")
    return impression


def _impression_of(job: _Job) -> Impression:
    assert job.outcome is not None
    if isinstance(job.outcome, _Failure):
        raise ClassifierError(job.outcome.message)
    return job.outcome
