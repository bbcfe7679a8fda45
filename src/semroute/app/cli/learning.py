"""What `semroute train` and the processes that learn for it say to each other, one JSON a line."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from semroute.app.training import Head, Origin


class Task(msgspec.Struct, frozen=True):
    """What a process is to learn; it comes on standard input.

    Args:
        head: The head.
        manifest: The manifest, as its file has it.
        roots: Where the files that it names are looked for.
        own_use: Whether files may be learnt from whose licence forbids to pass weights on.
        memory: The file of vectors that are known, and are to be added to.
        output: The directory to write the head to.
    """

    head: Head
    manifest: Any
    roots: tuple[str, ...]
    own_use: bool
    memory: str
    output: str


class Step(msgspec.Struct, frozen=True, tag=True):
    """How far it is.

    Args:
        what: What is being done.
        share: How much of that is done, from 0 to 1.
    """

    what: str
    share: float


class Learnt(msgspec.Struct, frozen=True, tag=True):
    """The head is written.

    Args:
        figures: What is told of each kind of texts.
        origins: What was learnt from.
    """

    figures: Mapping[str, Mapping[str, float]]
    origins: tuple[Origin, ...]


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It cannot be learnt, and it is the operator's fault.

    Args:
        reason: Why.
    """

    reason: str


Message: TypeAlias = Step | Learnt | Refused
