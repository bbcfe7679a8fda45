"""Concurrent callers, one forward pass."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
import trio
from attrs import define, field

from semroute.domain.errors import ClassifierError, OverloadedError

from .vectors import Vector, Vectors

Encode: TypeAlias = Callable[[Sequence[str]], Vectors]

_MAX_BATCH: Final = 8
# A pass cannot be interrupted, so this bounds what everybody else waits for: about 0.1 s.
_MAX_BATCH_CHARS: Final = 2048
_PASS_SECONDS: Final = 0.1


@define(eq=False)
class _Job:
    """One text on its way to its vector.

    Args:
        turn: When it is its turn, in the clock's seconds; the earliest goes first.
    """

    text: str
    turn: float
    done: trio.Event = field(factory=trio.Event)
    outcome: Vector | ClassifierError | None = None


class Batcher:
    """Encodes texts in worker threads, several at a time.

    There is no timer: a free worker takes what is waiting, oldest first, together with the
    texts nearest to it in length. A caller's second text counts as younger than its first by
    what a pass takes, and so on, so that a long prompt lets others have a turn. Under no load a
    text therefore waits for nothing, and under load batches grow by themselves, up to a length.

    Args:
        encode: Turns texts into vectors; called in threads.
        workers: How many threads at once; best one per core.
        max_waiting: How many texts may wait.
    """

    def __init__(self, encode: Encode, workers: int, max_waiting: int) -> None:
        self._encode = encode
        self._workers = workers
        self._max_waiting = max_waiting
        self._waiting: list[_Job] = []
        self._idle = trio.lowlevel.ParkingLot()

    async def run(self) -> None:
        """Works until cancelled. A thread that is computing then finishes unheard."""
        limiter = trio.CapacityLimiter(self._workers)
        async with trio.open_nursery() as nursery:
            for _ in range(self._workers):
                nursery.start_soon(self._work, limiter)

    async def encode(self, texts: Sequence[str]) -> list[Vector]:
        """Returns one vector per text.

        Raises:
            OverloadedError: Too many texts are waiting.
            ClassifierError: A text could not be encoded; its neighbours in a batch still were.

        Cancellation: Texts that wait are dropped before they cost anything.
        """
        if len(self._waiting) + len(texts) > self._max_waiting:
            message = f"{len(self._waiting)} texts are waiting already"
            raise OverloadedError(message)
        now = trio.current_time()
        jobs = [_Job(text, now + rank * _PASS_SECONDS) for rank, text in enumerate(texts)]
        self._waiting += jobs
        self._idle.unpark(count=len(jobs))
        try:
            for job in jobs:
                await job.done.wait()
        finally:
            if not all(job.done.is_set() for job in jobs):
                self._waiting = [job for job in self._waiting if job not in jobs]
        return [_vector_of(job) for job in jobs]

    async def _work(self, limiter: trio.CapacityLimiter) -> None:
        while True:
            while not self._waiting:
                await self._idle.park()
            batch = self._take()
            outcomes = await trio.to_thread.run_sync(
                self._encode_all,
                [job.text for job in batch],
                abandon_on_cancel=True,
                limiter=limiter,
            )
            for job, outcome in zip(batch, outcomes, strict=True):
                job.outcome = outcome
                job.done.set()

    def _take(self) -> list[_Job]:
        """Takes the job whose turn it is and those nearest to it in length."""
        first = min(self._waiting, key=lambda job: job.turn)
        size = len(first.text)
        by_distance = sorted(self._waiting, key=lambda job: abs(len(job.text) - size))
        batch = [first]
        longest = size
        for job in by_distance[:_MAX_BATCH]:
            longest = max(longest, len(job.text))
            is_full = len(batch) == _MAX_BATCH or longest * (len(batch) + 1) > _MAX_BATCH_CHARS
            if job is not first and not is_full:
                batch.append(job)
        self._waiting = [job for job in self._waiting if job not in batch]
        return batch

    def _encode_all(self, texts: Sequence[str]) -> Sequence[Vector | ClassifierError]:
        """Encodes a batch; if that fails, one by one, so that a bad text fails alone."""
        try:
            return [_checked(vector) for vector in self._encode(texts)]
        except Exception as error:  # noqa: BLE001 - torch and tokenizers promise no types
            if len(texts) == 1:
                # The message may quote the text, so only its type goes on.
                return [ClassifierError(f"the encoder raised {type(error).__name__}")]
            return [outcome for text in texts for outcome in self._encode_all([text])]


def _checked(vector: Vector) -> Vector | ClassifierError:
    if np.isfinite(vector).all():
        return vector
    return ClassifierError("the encoder returned a vector that is not finite")


def _vector_of(job: _Job) -> Vector:
    assert job.outcome is not None
    if isinstance(job.outcome, ClassifierError):
        raise job.outcome
    return job.outcome
