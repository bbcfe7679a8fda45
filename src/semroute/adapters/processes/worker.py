"""One worker process, as its supervisor sees it."""

import contextlib
import logging
import subprocess
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import trio
from attrs import define, field

from .messages import (
    Answer,
    Ask,
    AskDecision,
    Explained,
    Job,
    Question,
    Report,
    Started,
    line_of,
    lines,
)

_log = logging.getLogger(__name__)

_MOST_QUESTIONS: Final = 100
_LAST_SECONDS: Final = 1.0  # what a process may need to end after its last word
_HEARD: Final = msgspec.json.Decoder(Started | Answer)


@define(eq=False)
class Worker:
    """A worker from its start to its end.

    Args:
        process: The process; its input and output are pipes.

    Attributes:
        started: Set once it listens.
        extproc: Where it listens, once it does.
    """

    process: trio.Process
    started: trio.Event = field(init=False, factory=trio.Event)
    extproc: str | None = field(init=False, default=None)
    _waiting: list[trio.MemorySendChannel[Answer]] = field(init=False, factory=list)
    _speaking: trio.Lock = field(init=False, factory=trio.Lock)

    @classmethod
    async def start(cls, command: Sequence[str], job: Job) -> "Worker":
        """Starts a process and tells it its job. It logs to our own standard error."""
        # In a session of its own: a Ctrl-C in the terminal is for the supervisor, who stops
        # its workers one after the other.
        process = await trio.lowlevel.open_process(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        worker = cls(process)
        await worker._say(job)
        return worker

    async def run(self) -> int:
        """Listens to the worker until it has ended, and returns its exit status.

        A process that says what makes no sense is asked to end. Cancelled, this kills it.
        """
        assert self.process.stdout is not None
        try:
            async with contextlib.aclosing(lines(self.process.stdout)) as heard:
                async for line in heard:
                    if not self._understands(line):
                        _log.error("worker_not_understood", extra={"pid": self.process.pid})
                        self.process.terminate()
            with trio.move_on_after(_LAST_SECONDS):
                return await self.process.wait()
            self.process.kill()
            return await self.process.wait()
        finally:
            await self._end()

    async def report(self, timeout_seconds: float) -> Report | None:
        """Returns how the worker is; None if it does not say in time."""
        answer = await self._answer(Ask(), timeout_seconds)
        return answer if isinstance(answer, Report) else None

    async def explained(self, decision_id: str, timeout_seconds: float) -> dict[str, Any] | None:
        """Returns the explanation of a decision; None if it is not remembered, or not in time."""
        answer = await self._answer(AskDecision(decision_id), timeout_seconds)
        return answer.document if isinstance(answer, Explained) else None

    async def stop(self, grace_seconds: float) -> None:
        """Asks the process to end, and returns when it has; kills it after the grace."""
        if self.process.returncode is None:
            self.process.terminate()
            with trio.move_on_after(grace_seconds):
                await self.process.wait()
                return
            self.process.kill()
        await self.process.wait()

    async def _answer(self, question: Question, timeout_seconds: float) -> Answer | None:
        if len(self._waiting) >= _MOST_QUESTIONS:
            return None  # it does not answer; so few questions always fit into the pipe
        send, receive = trio.open_memory_channel[Answer](1)
        with trio.move_on_after(timeout_seconds), contextlib.suppress(trio.EndOfChannel):
            with trio.CancelScope(shield=True):  # half a question would spoil all that follow
                self._waiting.append(send)
                await self._say(question)
            return await receive.receive()
        return None

    async def _say(self, message: Job | Question) -> None:
        assert self.process.stdin is not None
        async with self._speaking:
            with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self.process.stdin.send_all(line_of(message))

    def _understands(self, line: bytes) -> bool:
        try:
            message = _HEARD.decode(line)
        except msgspec.DecodeError:
            return False
        match message:
            case Started(extproc):
                self.extproc = extproc
                self.started.set()
            case Report() | Explained() as answer if self._waiting:
                # Answers come in the order of the questions.
                self._waiting.pop(0).send_nowait(answer)
            case _:
                return False
        return True

    async def _end(self) -> None:
        for waiting in self._waiting:
            waiting.close()
        self._waiting.clear()
        with trio.CancelScope(shield=True):
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    await pipe.aclose()
