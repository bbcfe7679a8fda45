"""Heads that are learnt side by side, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
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
from semroute.app.training import Head, MaterialError

from .exits import CommandError, UsageError
from .learning import Learnt, Refused, Step, Task
from .train_plan import Lessons, Plan

Progress: TypeAlias = Callable[[str, float], None]

# What takes longest comes first, or the last would compute alone. These read passages and
# sentences of their own, with an encoder of their own.
_ALONE: Final[tuple[Head, ...]] = ("attacks", "entities")
# These learn from many of the same texts, which are encoded here, on all cores.
_TOGETHER: Final[tuple[Head, ...]] = ("fast", "categories", "complexity")

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
            ExceptionGroup: Of a UsageError: something cannot be learnt from, by the operator's
                fault. Of a CommandError: a process ended without having learnt its head.
        """
        return trio.run(self._learn)

    async def _learn(self) -> dict[Head, Learnt]:
        learnt: dict[Head, Learnt] = {}
        with TemporaryDirectory(prefix="semroute-train-") as directory:
            scratch = Path(directory)
            async with trio.open_nursery() as nursery:
                orders, taken = trio.open_memory_channel[Head](inf)
                # One core is kept for encoding, and learns with the others afterwards.
                for _ in range(len(os.sched_getaffinity(0)) - 1):
                    nursery.start_soon(self._work, taken.clone(), scratch, learnt)
                with orders:
                    self._order(_ALONE, orders, scratch)
                    await trio.to_thread.run_sync(self._encode, abandon_on_cancel=True)
                    self._order(_TOGETHER, orders, scratch)
                await self._work(taken, scratch, learnt)
            for head in learnt:
                self.vectorizer.regain(_memory(scratch, head))
        return {head: learnt[head] for head in self.plan.manifest.heads}

    def _order(
        self, some: Sequence[Head], orders: trio.MemorySendChannel[Head], scratch: Path
    ) -> None:
        for head in some:
            if head in self.plan.manifest.heads:
                self.vectorizer.lend(_memory(scratch, head))
                orders.send_nowait(head)

    def _encode(self) -> None:
        lessons = Lessons(self.plan)
        heads = [head for head in _TOGETHER if head in self.plan.manifest.heads]
        try:
            texts = [text for head in heads for text in lessons.texts(head)]
        except MaterialError as error:
            raise UsageError(str(error)) from error
        self.vectorizer.vectors(texts, "texts")

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
