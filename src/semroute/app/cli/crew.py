"""Heads that are learnt side by side, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
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
Heads: TypeAlias = tuple[Head, ...]

# What takes longest comes first, or the last would compute alone.
_LONGEST_FIRST: Final[tuple[Heads, ...]] = (
    ("attacks",),
    ("entities",),
    ("categories", "fast"),  # they hold out the same texts
    ("complexity",),
)
_MESSAGES: Final = msgspec.json.Decoder(Step | Learnt | Refused)


def groups_of(heads: Sequence[Head]) -> list[Heads]:
    """Returns heads as processes learn them: those that share work go together."""
    groups: list[Heads] = [tuple(head for head in each if head in heads) for each in _LONGEST_FIRST]
    return [each for each in groups if each]


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

    def learn(self) -> list[Learnt]:
        """Learns all heads of the plan, and says so of each group.

        Raises:
            MaterialError: A file is missing, is another one, or has a row that cannot be used.
            ExceptionGroup: Of a UsageError: a process cannot learn from something, by the
                operator's fault. Of a CommandError: one ended without having learnt its head.
        """
        self.vectorizer.vectors(list(self._shared_texts()), "texts")
        with TemporaryDirectory(prefix="semroute-train-") as directory:
            scratch = Path(directory)
            orders = {
                scratch / f"{'-'.join(heads)}.npz": heads
                for heads in groups_of(self.plan.manifest.heads)
            }
            for memory in orders:
                self.vectorizer.lend(memory)
            learnt = trio.run(self._learn, orders)
            for memory in orders:
                self.vectorizer.regain(memory)
        return learnt

    def _shared_texts(self) -> Iterator[str]:
        """Yields what several groups learn from as it is, and not from pieces of it."""
        lessons, heads = Lessons(self.plan), self.plan.manifest.heads
        if {"categories", "fast"} & set(heads):
            yield from (each.text for each in lessons.categories(heads)[0])
        if "complexity" in heads:
            yield from (each.text for each in lessons.trials())

    async def _learn(self, orders: Mapping[Path, Heads]) -> list[Learnt]:
        learnt: list[Learnt] = []
        given, taken = trio.open_memory_channel[tuple[Path, Heads]](inf)
        with given:
            for order in orders.items():
                given.send_nowait(order)
        async with trio.open_nursery() as nursery:
            for _ in os.sched_getaffinity(0):
                nursery.start_soon(self._work, taken.clone(), learnt)
            taken.close()
        return learnt

    async def _work(
        self,
        orders: trio.MemoryReceiveChannel[tuple[Path, Heads]],
        learnt: list[Learnt],
    ) -> None:
        async with orders:
            async for memory, heads in orders:
                task = Task(
                    heads,
                    msgspec.to_builtins(self.plan.manifest),
                    tuple(map(str, self.plan.roots)),
                    self.plan.own_use,
                    str(memory),
                    str(self.output),
                )
                learnt.append(await _learnt(task, self.add_bar()))


async def _learnt(task: Task, progress: Progress) -> Learnt:
    """Has a process learn some heads. Cancelled, this kills it."""
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
        names = " and ".join(task.heads)
        message = f"the process that learnt {names} ended with status {status}"
        raise CommandError(message)
    return learnt
