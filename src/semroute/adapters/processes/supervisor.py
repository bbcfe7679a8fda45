"""Keeps worker processes running."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import trio
from attrs import define, field

from .messages import Job, Report
from .worker import Worker

_log = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
_STEADY_SECONDS: Final = 60.0  # who has run for so long is not failing over and over
_REPORT_SECONDS: Final = 2.0


class WorkerError(Exception):
    """A worker could not be started; it has said why itself."""


@define(eq=False)
class Supervisor:
    """Runs one worker per job, and starts another when one ends unasked.

    Args:
        command: Starts a worker.
        jobs: What the workers are to do.
        grace_seconds: How long a worker may take to stop.
        restarted: Told the index of a worker that is started again.
    """

    command: Sequence[str]
    jobs: Sequence[Job]
    grace_seconds: float
    restarted: Callable[[int], None]
    _workers: dict[int, Worker] = field(init=False, factory=dict)
    _stopping: trio.Event = field(init=False, factory=trio.Event)

    async def run(
        self,
        stop: trio.Event,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Keeps the workers running until `stop` is set, then stops one after the other.

        Started, with their addresses, once all of them listen, or with none if it is to stop
        before that. A worker that ends before that
        ends everything; one that ends later is started again, after a pause that doubles each
        time. Cancelled, it kills them all.

        Raises:
            WorkerError: A worker did not come up.
        """
        addresses: dict[int, str] = {}

        async def begin(job: Job) -> None:
            addresses[job.index] = await nursery.start(self._keep, job)

        async def begin_all() -> None:
            async with trio.open_nursery() as beginning:
                for job in self.jobs:
                    beginning.start_soon(begin, job)
            task_status.started([addresses[job.index] for job in self.jobs])

        async with trio.open_nursery() as nursery:
            nursery.start_soon(begin_all)
            await stop.wait()
            self._stopping.set()
            while self._workers:  # one that was being replaced may come up only now
                index = min(self._workers)
                await self._workers[index].stop(self.grace_seconds)
                self._workers.pop(index, None)
            nursery.cancel_scope.cancel()
        if len(addresses) < len(self.jobs):
            task_status.started([])

    async def reports(self) -> dict[int, Report | None]:
        """Returns how each worker is; None for one that does not say."""
        reports: dict[int, Report | None] = dict.fromkeys(range(len(self.jobs)))

        async def ask(index: int, worker: Worker) -> None:
            reports[index] = await worker.report(_REPORT_SECONDS)

        async with trio.open_nursery() as nursery:
            for index, worker in self._workers.items():
                nursery.start_soon(ask, index, worker)
        return reports

    async def explained(self, decision_id: str) -> dict[str, Any] | None:
        """Returns the explanation of a decision; None if no worker remembers it."""
        found: dict[str, Any] | None = None

        async def ask(worker: Worker) -> None:
            nonlocal found
            document = await worker.explained(decision_id, _REPORT_SECONDS)
            if document is not None:  # an id is given once
                found = document
                nursery.cancel_scope.cancel()

        async with trio.open_nursery() as nursery:
            for worker in self._workers.values():
                nursery.start_soon(ask, worker)
        return found

    async def _keep(
        self, job: Job, *, task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED
    ) -> None:
        pause = _FIRST_PAUSE_SECONDS
        is_first = True
        while not self._stopping.is_set():
            began = trio.current_time()
            try:
                status = await self._once(
                    job, task_status if is_first else trio.TASK_STATUS_IGNORED
                )
            except OSError:  # no process can be had right now
                if is_first:
                    raise
                status = None
            if self._stopping.is_set():
                break
            if is_first and status is not None:
                message = f"worker {job.index} could not be started; its exit status is {status}"
                raise WorkerError(message)
            is_first = False
            if trio.current_time() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            _log.error("worker_ended", extra={"ended_worker": job.index, "pause_seconds": pause})
            await trio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self.restarted(job.index)
        await trio.sleep_forever()  # `run` cancels this once all have stopped

    async def _once(self, job: Job, task_status: trio.TaskStatus[str]) -> int | None:
        """Runs one worker to its end; returns its exit status if it never listened."""
        worker = await Worker.start(self.command, job)
        status = 0
        async with trio.open_nursery() as nursery:

            async def run() -> None:
                nonlocal status
                status = await worker.run()
                nursery.cancel_scope.cancel()

            nursery.start_soon(run)
            await worker.started.wait()
            assert worker.extproc is not None
            self._workers[job.index] = worker
            task_status.started(worker.extproc)
        self._workers.pop(job.index, None)
        return None if worker.started.is_set() else status
