"""A worker's side of its supervision."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final, assert_never

import msgspec
import trio
from attrs import frozen

from .messages import Ask, AskDecision, Explained, Job, Question, Report, Started, line_of, lines

_JOB: Final = msgspec.json.Decoder(Job)
_QUESTION: Final = msgspec.json.Decoder(Question)


@frozen
class Supervision:
    """What a worker knows of its supervisor.

    Args:
        job: What it is to do.
    """

    job: Job
    _asked: AsyncIterator[bytes]
    _output: trio.abc.SendStream

    async def started(self, extproc: str) -> None:
        """Says that the worker listens."""
        await self._output.send_all(line_of(Started(extproc)))

    async def answer(
        self,
        report: Callable[[], Report],
        explained: Callable[[str], Mapping[str, Any] | None],
    ) -> None:
        """Answers whatever it is asked; returns when the supervisor is gone.

        Args:
            report: Says how the worker is.
            explained: Explains a decision by its id; None if it is not remembered.
        """
        with suppress(trio.BrokenResourceError):
            async for line in self._asked:
                match _QUESTION.decode(line):
                    case Ask():
                        told = line_of(report())
                    case AskDecision(decision_id):
                        document = explained(decision_id)
                        told = line_of(Explained(None if document is None else dict(document)))
                    case _ as never:
                        assert_never(never)
                await self._output.send_all(told)


@asynccontextmanager
async def supervised() -> AsyncIterator[Supervision]:
    """Takes standard input and output for the supervisor, and hears what the job is.

    Raises:
        EOFError: The supervisor has gone before it said so.
    """
    output_fd = os.dup(1)
    os.dup2(2, 1)  # whatever else prints does not speak to the supervisor
    async with (
        trio.lowlevel.FdStream(os.dup(0)) as incoming,
        trio.lowlevel.FdStream(output_fd) as output,
        aclosing(lines(incoming)) as heard,
    ):
        first = await anext(heard, None)
        if first is None:
            message = "no job was given"
            raise EOFError(message)
        yield Supervision(_JOB.decode(first), heard, output)
