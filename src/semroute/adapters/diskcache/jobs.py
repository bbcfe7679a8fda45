"""What the writer is asked to do."""

from collections.abc import Sequence

import trio
from attrs import define, field

from semroute.domain.caching.entry import Entry

from .slot import Slot


@define(eq=False)
class Put:
    """An entry to be kept.

    Args:
        entry: Which.
        done: Set when it is safe, or is not kept.
        problem: Why it is not kept.
    """

    entry: Entry
    done: trio.Event = field(init=False, factory=trio.Event)
    problem: str | None = field(init=False, default=None)


@define(eq=False)
class Remove:
    """Entries to be removed.

    Args:
        ids: Which.
        done: Set when they are gone, or could not be removed.
        removed: Those that were there.
        problem: Why they could not be removed.
    """

    ids: Sequence[str]
    done: trio.Event = field(init=False, factory=trio.Event)
    removed: Sequence[Slot] = field(init=False, default=())
    problem: str | None = field(init=False, default=None)
