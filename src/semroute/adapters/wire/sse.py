"""Server-sent events, taken from a stream piece by piece.

The grammar is WHATWG HTML's, section 9.2.6. Pieces may end anywhere, inside a character or
between the two bytes of a line end.
"""

import codecs
from collections.abc import Iterator
from typing import Final

from attrs import define, field, frozen

_BOM: Final = "\ufeff"


@frozen
class SseEvent:
    """One event.

    Args:
        data: Its data lines, joined by newlines.
        name: The event's type; empty if it has none.
    """

    data: str
    name: str = ""


@define
class SseParser:
    """Turns pieces of a byte stream into events. Comments, ids and retry times are skipped."""

    _decode: codecs.IncrementalDecoder = field(
        init=False, factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    _rest: str = field(init=False, default="")
    _data: list[str] = field(init=False, factory=list)
    _name: str = field(init=False, default="")
    _is_first: bool = field(init=False, default=True)

    def feed(self, piece: bytes) -> Iterator[SseEvent]:
        """Yields the events that this piece completes."""
        text = self._rest + self._decode.decode(piece)
        if self._is_first and text:
            text = text.removeprefix(_BOM)
            self._is_first = False
        # A carriage return at the very end may be the first half of a line end.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = rest + held
        for line in lines:
            event = self._take(line)
            if event is not None:
                yield event

    def _take(self, line: str) -> SseEvent | None:
        if not line:
            event = SseEvent("\n".join(self._data), self._name) if self._data else None
            self._data, self._name = [], ""
            return event
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "data":
            self._data.append(value)
        elif key == "event":
            self._name = value
        return None
