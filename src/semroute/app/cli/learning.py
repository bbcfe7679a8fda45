"""What `semroute train` and the processes that learn for it say to each other, one JSON a line."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from semroute.adapters.torch.training import Figures
from semroute.app.training import Head, Origin


class Task(msgspec.Struct, frozen=True):
    """What a process is to learn; it comes on standard input.

    Args:
        heads: The heads.
        manifest: The manifest, as its file has it.
        roots: Where the files that it names are looked for.
        own_use: Whether files may be learnt from whose licence forbids to pass weights on.
        memory: The file of vectors that are known, and are to be added to.
        output: The directory to write them to.
    """

    heads: tuple[Head, ...]
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
    """Heads are written.

    Args:
        figures: For each, what is told of each kind of texts.
        origins: What was learnt from.
    """

    figures: Mapping[Head, Mapping[str, Figures]]
    origins: tuple[Origin, ...]


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It cannot be learnt, and it is the operator's fault.

    Args:
        reason: Why.
    """

    reason: str


Message: TypeAlias = Step | Learnt | Refused
