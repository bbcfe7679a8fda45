"""What a supervisor and its workers say to each other."""

from collections.abc import AsyncGenerator
from typing import Any, Final, TypeAlias

import msgspec
import trio

_READ_BYTES: Final = 64 * 1024


class Job(msgspec.Struct, frozen=True, tag=True):
    """The first thing a worker hears.

    Args:
        configuration: The configuration file's text.
        name: What to call that file in messages.
        index: Which worker it is, from 0.
        count: How many there are.
    """

    configuration: str
    name: str
    index: int
    count: int


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Asks for a report."""


class AskDecision(msgspec.Struct, frozen=True, tag=True):
    """Asks for the explanation of a decision.

    Args:
        id: The decision's.
    """

    id: str


class Started(msgspec.Struct, frozen=True, tag=True):
    """The worker listens.

    Args:
        extproc: Where Envoy reaches it.
    """

    extproc: str


class Report(msgspec.Struct, frozen=True, tag=True):
    """How a worker is.

    Args:
        metrics: In Prometheus' text format.
        unreadiness: Why Envoy should go elsewhere; None when it may come.
    """

    metrics: str
    unreadiness: str | None


class Explained(msgspec.Struct, frozen=True, tag=True):
    """What a worker says of a decision.

    Args:
        document: The explanation; None if it does not remember the decision.
    """

    document: dict[str, Any] | None


Question: TypeAlias = Ask | AskDecision
Answer: TypeAlias = Report | Explained


def line_of(message: Job | Question | Started | Answer) -> bytes:
    """Returns a message as it is sent."""
    return msgspec.json.encode(message) + b"\n"


async def lines(stream: trio.abc.ReceiveStream) -> AsyncGenerator[bytes, None]:
    """Yields whole lines until the stream ends; what has no end of line by then is dropped."""
    rest = b""
    while chunk := await stream.receive_some(_READ_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
