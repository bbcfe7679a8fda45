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

# What a worker does, by its job's text: `serve`; `fail` before it listens, or be `slow` about it;
# be `deaf` to questions, `chatty` or `mad`; be `stubborn` about its end.
SCRIPT: Final = """
import os, signal, sys, trio
from semroute.adapters.processes import Report, supervised

async def main():
    async with supervised() as supervision:
        job = supervision.job
        if job.configuration == "fail":
            sys.exit(7)
        if job.configuration == "slow":
            await trio.sleep(60)
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
                if job.configuration == "chatty":
                    print("a library has something to say", flush=True)
                if job.configuration == "mad":
                    await supervision._output.send_all(b"gibberish\\n")
                await supervision.answer(
                    lambda: Report(f"metrics of {job.index}", None),
                    lambda id: {"by": job.index} if id == f"made by {job.index}" else None,
                )
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
    log: Path,
    kinds: Sequence[str],
    *,
    grace_seconds: float = 10,
    command: Sequence[str] = COMMAND,
) -> AsyncIterator[Running]:
    jobs = [Job(kind, str(log), index, len(kinds)) for index, kind in enumerate(kinds)]
    restarts: list[int] = []
    supervisor = Supervisor(command, jobs, grace_seconds, restarts.append)
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


async def test_a_decision_is_explained_by_the_worker_that_made_it(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["deaf", "serve", "serve"]) as workers:
        with trio.fail_after(10):
            assert await workers.supervisor.explained("made by 2") == {"by": 2}
            assert (await workers.supervisor.reports())[1] is not None  # in the order of questions
            assert await workers.supervisor.explained("made by 0") is None


async def test_one_question_that_is_given_up_does_not_spoil_the_next(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["serve"]) as workers:
        for _ in range(200):
            with trio.CancelScope() as scope:
                scope.cancel()
                await workers.supervisor.reports()
        with trio.fail_after(10):
            while (await workers.supervisor.reports())[0] is None:  # noqa: ASYNC110 - a process
                await trio.sleep(0.02)


async def test_what_a_library_prints_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    async with running(tmp_path / "log", ["chatty"]) as workers:
        reports = await workers.supervisor.reports()
        assert reports[0] is not None
        assert workers.restarts == []


async def test_a_worker_that_makes_no_sense_is_replaced_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    async with running(tmp_path / "log", ["mad", "serve"]) as workers:
        with trio.fail_after(20):
            while 0 not in workers.restarts:  # noqa: ASYNC110 - another process
                await trio.sleep(0.02)
        assert is_running(workers.pid(1))


async def test_a_worker_that_cannot_be_started_again_costs_nobody_else(tmp_path: Path) -> None:
    command = tmp_path / "worker"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    command.chmod(0o700)
    log = tmp_path / "log"
    async with running(log, ["serve", "serve"], command=(str(command), *COMMAND[1:])) as workers:
        command.unlink()
        os.kill(workers.pid(0), signal.SIGKILL)
        with trio.fail_after(20):
            while len(workers.restarts) < 2:  # noqa: ASYNC110 - another process
                await trio.sleep(0.02)
        assert is_running(workers.pid(1))


async def test_it_can_be_stopped_while_workers_are_starting(tmp_path: Path) -> None:
    stop = trio.Event()
    stop.set()
    jobs = [Job("slow", str(tmp_path / "log"), index, 2) for index in range(2)]
    supervisor = Supervisor(COMMAND, jobs, 10, lambda _: None)
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            assert await nursery.start(supervisor.run, stop) == []


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
