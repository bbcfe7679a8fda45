"""Texts that are changed while they pass, piece by piece."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from attrs import frozen


@frozen
class Stop:
    """The text must not go on.

    Args:
        message: What the client is told instead, in one sentence.
    """

    message: str


class TextFilter(Protocol):
    """Changes one text that arrives in pieces.

    It holds back what it cannot judge yet, and no more than that. What it returns over time,
    joined, is the changed text. After a `Stop` it is not asked again.
    """

    def feed(self, text: str) -> str | Stop:
        """Takes the next piece and returns what may go on now; it may be empty."""
        ...

    def finish(self) -> str | Stop:
        """Returns what was held back; the text has ended."""
        ...


class AnswerFilter(Protocol):
    """Changes a model's answer while it passes, as bytes."""

    @property
    def is_unread(self) -> bool:
        """Whether something of it turned out to be nothing that can be read."""
        ...

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        """Takes the next piece of the answer's body and returns what may go on now."""
        ...


NewFilter: TypeAlias = Callable[[], TextFilter]
"""Makes the filter of one more text: an answer has one for each field of each choice."""
