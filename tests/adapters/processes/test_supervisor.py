"""Real processes, which do what they are told in their job's text."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import trio
from attrs import define, field

from semroute.adapters.processes import Job, Supervisor, WorkerError

# What a worker does, by its job's text: `serve`; `fail` before it listens; be `deaf` to questions;
# be `stubborn` about its end.
SCRIPT: Final = """
import os, signal, sys, trio
from semroute.adapters.processes import Report, supervised

async def main():
    async with supervised() as supervision:
        job = supervision.job
        if job.configuration == "fail":
            sys.exit(7)
        with trio.open_signal_receiver(signal.SIGTERM) as signals:
            await supervision.started(f"{job.name}-{job.index}:{os.getpid()}")
            async with trio.open_nursery() as nursery:
                async def stop():
                    async for _ in signals:
                        if job.configuration != "stubborn":
                            with open(job.name, "a") as log:
                                log.write(f"{job.index}")
                            nursery.cancel_scope.cancel()
                nursery.start_soon(stop)
                if job.configuration == "deaf":
                    await trio.sleep_forever()
                await supervision.answer(lambda: Report(f"metrics of {job.index}", None))
                nursery.cancel_scope.cancel()

trio.run(main)
"""

COMMAND: Final = (sys.executable, "-c", SCRIPT)


@define(eq=False)
class Running:
    supervisor: Supervisor
    addresses: list[str]
    stop: trio.Event
    restarts: list[int] = field(factory=list)

    def pid(self, index: int) -> int:
        return int(self.addresses[index].rpartition(":")[2])


@asynccontextmanager
async def running(
    log: Path, kinds: Sequence[str], *, grace_seconds: float = 10
) -> AsyncIterator[Running]:
    jobs = [Job(kind, str(log), index, len(kinds)) for index, kind in enumerate(kinds)]
    restarts: list[int] = []
    supervisor = Supervisor(COMMAND, jobs, grace_seconds, restarts.append)
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        with trio.fail_after(30):
            addresses = await nursery.start(supervisor.run, stop)
        yield Running(supervisor, addresses, stop, restarts)
        stop.set()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_workers_say_where_they_listen_and_how_they_are(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["serve"] * 3) as workers:
        assert [each.partition(":")[0] for each in workers.addresses] == [
            f"{tmp_path}/log-{index}" for index in range(3)
        ]
        for _ in range(2):
            reports = await workers.supervisor.reports()
            told = {index: report and report.metrics for index, report in reports.items()}
            assert told == {index: f"metrics of {index}" for index in range(3)}


async def test_workers_are_stopped_one_after_the_other(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["serve"] * 4) as workers:
        pids = [workers.pid(index) for index in range(4)]
    assert (tmp_path / "log").read_text() == "0123"
    assert not any(map(is_running, pids))


async def test_a_worker_that_ends_unasked_is_started_again(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["serve", "serve"]) as workers:
        os.kill(workers.pid(1), signal.SIGKILL)
        with trio.fail_after(20):
            while workers.restarts != [1]:  # noqa: ASYNC110 - another process
                await trio.sleep(0.02)
            while (await workers.supervisor.reports())[1] is None:  # noqa: ASYNC110 - likewise
                await trio.sleep(0.02)
        reports = await workers.supervisor.reports()
        assert None not in reports.values()
        assert is_running(workers.pid(0))


async def test_a_worker_that_does_not_answer_holds_up_nobody(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["deaf", "serve"]) as workers:
        with trio.fail_after(10):
            reports = await workers.supervisor.reports()
        assert reports[0] is None
        assert reports[1] is not None


async def test_a_worker_that_will_not_end_is_killed(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["stubborn"], grace_seconds=0.3) as workers:
        pid = workers.pid(0)
    assert not is_running(pid)


async def test_a_worker_that_never_listens_ends_everything(tmp_path: Path) -> None:
    with pytest.RaisesGroup(
        pytest.RaisesExc(WorkerError, match="worker 1 .* exit status is 7"), flatten_subgroups=True
    ):
        async with running(tmp_path / "log", ["serve", "fail"]):
            pytest.fail("they did start")


async def test_cancelled_it_leaves_no_process_behind(tmp_path: Path) -> None:
    pids: list[int] = []
    with trio.CancelScope() as scope:
        async with running(tmp_path / "log", ["serve", "serve"]) as workers:
            pids += [workers.pid(0), workers.pid(1)]
            scope.cancel()
    assert len(pids) == 2
    assert not any(map(is_running, pids))


async def test_a_worker_ends_when_nobody_supervises_it(tmp_path: Path) -> None:
    process = await trio.lowlevel.open_process([*COMMAND], stdin=-1, stdout=-1)
    assert process.stdin is not None
    await process.stdin.send_all(b'{"type":"Job","configuration":"serve","name":"n","index":0,')
    await process.stdin.send_all(b'"count":1}\n')
    assert process.stdout is not None
    with trio.fail_after(20):
        assert b"Started" in await process.stdout.receive_some()
        await process.stdin.aclose()
        assert await process.wait() == 0
    await process.stdout.aclose()
