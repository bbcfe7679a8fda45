"""A worker's side of its supervision."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Final

import msgspec
import trio
from attrs import frozen

from .messages import Ask, Job, Report, Started, line_of, lines

_JOB: Final = msgspec.json.Decoder(Job)
_ASK: Final = msgspec.json.Decoder(Ask)


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

    async def answer(self, report: Callable[[], Report]) -> None:
        """Reports whenever it is asked to; returns when the supervisor is gone."""
        with suppress(trio.BrokenResourceError):
            async for line in self._asked:
                _ASK.decode(line)
                await self._output.send_all(line_of(report()))


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
