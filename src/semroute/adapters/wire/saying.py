"""What an API says of its answers, so that anybody can filter them."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from semroute.domain.chat import Refusal
from semroute.domain.passage import Path


class UnreadableError(Exception):
    """It is nothing that this API answers. It says no more, because the rest is somebody's."""


@frozen
class Slot:
    """Where in an answer a text stands, in however many pieces it comes.

    Args:
        choice: The number of the choice, item or block it is in.
        path: Where in there. What ends in one of `DOCUMENTS` is JSON itself.
    """

    choice: int
    path: Path


class Spoken(Protocol):
    """One text of a document, or a piece of one."""

    @property
    def slot(self) -> Slot:
        """Which text it belongs to."""
        ...

    @property
    def value(self) -> str:
        """What it says."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the text, even in a stream."""
        ...

    def replace(self, new: str) -> None:
        """Says something else instead."""
        ...


class Saying(Protocol):
    """One document of an answer: all of it, or one event of a stream."""

    @property
    def texts(self) -> Sequence[Spoken]:
        """What it says."""
        ...

    @property
    def is_changed(self) -> bool:
        """Whether it is no longer what it was."""
        ...

    def ends(self, slot: Slot) -> bool:
        """Whether nothing more comes of a text after this."""
        ...

    def encoded(self) -> bytes:
        """Returns it as it now is."""
        ...

    def encoded_event(self) -> bytes | None:
        """Returns the same as the data of an event; None if nobody would miss that."""
        ...


class Speech(Protocol):
    """One stream of an answer, and what has been said in it."""

    def read(self, data: bytes) -> Saying:
        """Reads the data of the next event.

        Raises:
            UnreadableError: It is nothing that this API answers.
        """
        ...

    def sent(self) -> None:
        """Hears that the event that was read last goes on, changed or not."""
        ...

    def piece(self, slot: Slot, text: str) -> bytes:
        """Returns an event that says just this, to stand before the one that was read last."""
        ...

    def refused(self, refusal: Refusal) -> bytes:
        """Returns what ends the stream, now that one of its texts must not go on."""
        ...


class Wording(Protocol):
    """How one API words its answers."""

    def read(self, body: bytes) -> Saying:
        """Reads an answer that comes as one document. One that tells of an error has no texts.

        Raises:
            UnreadableError: It is nothing that this API answers.
        """
        ...

    def refused(self, refusal: Refusal, body: bytes | None) -> bytes:
        """Returns a refusal in place of an answer; `body` is that answer if it could be read."""
        ...

    def speech(self) -> Speech:
        """Returns a stream in which nothing has been said yet."""
        ...
