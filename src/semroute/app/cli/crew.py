"""Heads that are learnt side by side, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias, assert_never

import msgspec
import trio
from attrs import frozen

from semroute.adapters.processes import lines
from semroute.adapters.torch.training import Vectorizer
from semroute.app.training import Head

from .exits import CommandError, UsageError
from .learning import Learnt, Refused, Step, Task
from .train_plan import Lessons, Plan

Progress: TypeAlias = Callable[[str, float], None]

# What takes longest comes first, or the last would compute alone.
_LONGEST_FIRST: Final[tuple[Head, ...]] = (
    "attacks",
    "entities",
    "fast",
    "categories",
    "complexity",
)
# They learn from many of the same texts, and from them as they are.
_OF_WHOLE_TEXTS: Final[tuple[Head, ...]] = ("categories", "fast", "complexity")
_MESSAGES: Final = msgspec.json.Decoder(Step | Learnt | Refused)


@frozen
class Crew:
    """As many processes as there are cores, and what they learn.

    Which head is learnt when, and beside what, changes no bit of it: each process has one thread,
    and a text's vector is a matter of the text alone.

    Args:
        plan: What is learnt, of what.
        vectorizer: Encodes the texts that several heads learn from.
        output: Where the heads are written to.
        add_bar: Returns what to tell the progress of one more process.
    """

    plan: Plan
    vectorizer: Vectorizer
    output: Path
    add_bar: Callable[[], Progress]

    def learn(self) -> dict[Head, Learnt]:
        """Learns all heads of the plan.

        Raises:
            MaterialError: A file is missing, is another one, or has a row that cannot be used.
            ExceptionGroup: Of a UsageError: a process cannot learn from something, by the
                operator's fault. Of a CommandError: one ended without having learnt its head.
        """
        wanted = self.plan.manifest.heads
        lessons = Lessons(self.plan)
        texts = [text for head in _OF_WHOLE_TEXTS if head in wanted for text in lessons.texts(head)]
        self.vectorizer.vectors(texts, "texts")
        with TemporaryDirectory(prefix="semroute-train-") as directory:
            scratch = Path(directory)
            for head in wanted:
                self.vectorizer.lend(_memory(scratch, head))
            learnt = trio.run(self._learn, scratch)
            for head in wanted:
                self.vectorizer.regain(_memory(scratch, head))
        return {head: learnt[head] for head in wanted}

    async def _learn(self, scratch: Path) -> dict[Head, Learnt]:
        learnt: dict[Head, Learnt] = {}
        orders, taken = trio.open_memory_channel[Head](inf)
        with orders:
            for head in sorted(self.plan.manifest.heads, key=_LONGEST_FIRST.index):
                orders.send_nowait(head)
        async with trio.open_nursery() as nursery:
            for _ in os.sched_getaffinity(0):
                nursery.start_soon(self._work, taken.clone(), scratch, learnt)
            taken.close()
        return learnt

    async def _work(
        self, orders: trio.MemoryReceiveChannel[Head], scratch: Path, learnt: dict[Head, Learnt]
    ) -> None:
        async with orders:
            async for head in orders:
                task = Task(
                    head,
                    msgspec.to_builtins(self.plan.manifest),
                    tuple(map(str, self.plan.roots)),
                    self.plan.own_use,
                    str(_memory(scratch, head)),
                    str(self.output),
                )
                learnt[head] = await _learnt(task, self.add_bar())


async def _learnt(task: Task, progress: Progress) -> Learnt:
    """Has a process learn a head. Cancelled, this kills it."""
    # In a session of its own: a Ctrl-C in the terminal is ours. BLAS has one thread, as torch has:
    # others wait in a loop for work, and a sum's last bits depend on how many share it.
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "semroute.app.cli", "learn"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    learnt: Learnt | None = None
    try:
        async with process.stdin:
            await process.stdin.send_all(msgspec.json.encode(task) + b"\n")
        async with aclosing(lines(process.stdout)) as heard:
            async for line in heard:
                message = _MESSAGES.decode(line)
                match message:
                    case Step():
                        progress(message.what, message.share)
                    case Refused():
                        raise UsageError(message.reason)
                    case Learnt():
                        learnt = message
                    case _ as never:
                        assert_never(never)
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()
    if learnt is None:
        message = f"the process that learnt {task.head} ended with status {status}"
        raise CommandError(message)
    return learnt


def _memory(scratch: Path, head: Head) -> Path:
    return scratch / f"{head}.npz"
