"""What tools are about, as it was read before."""

import hashlib
from collections import OrderedDict
from typing import TypeAlias

from attrs import field, frozen

from semroute.domain.chat import Tool
from semroute.domain.tools.relevance import ToolWords

from .vectors import Vector

Key: TypeAlias = bytes
"""Stands for a tool."""


@frozen(eq=False)
class KnownTool:
    """A tool that was read.

    Args:
        vector: The mean of what its first line and all of it mean. It is no longer than 1.
        words: Its words.
    """

    vector: Vector = field(repr=False)
    words: ToolWords = field(repr=False)


def key_of(tool: Tool) -> Key:
    """Returns what stands for a tool; another one with another word in it has another."""
    # JSON can spell half a surrogate pair, which has no UTF-8.
    name, text = (each.encode("utf-8", "surrogatepass") for each in (tool.name, tool.text))
    return hashlib.blake2b(b"%d:%b%b" % (len(name), name, text), digest_size=16).digest()


class ToolMemory:
    """The tools that were asked about last. Belongs to one thread.

    Args:
        size: How many are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[Key, KnownTool] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, key: Key) -> KnownTool | None:
        """Returns what is known of a tool."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def remember(self, key: Key, known: KnownTool) -> None:
        """Keeps a tool, and forgets the one that was longest out of use."""
        self._known[key] = known
        self._known.move_to_end(key)
        while len(self._known) > self._size:
            self._known.popitem(last=False)
