"""Server-sent events as bytes: found in a stream, and given other data.

`sse.py` reads what events say. Here they are kept as they came, because what nobody changes goes
on as it is.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import define, field, frozen

from .sse import SseParser

MAX_EVENT_BYTES: Final = 1024 * 1024  # a thousand times what a model says at once

_BOM: Final = b"\xef\xbb\xbf"
_LINE_END: Final = rb"(?:\r\n|\n|\r(?!\n))"
_BLANK: Final = re.compile(_LINE_END + b"+")
_END: Final = re.compile(_LINE_END + _LINE_END)
_OVERLAP: Final = 3  # so much of an event's end may have been seen before it is complete


class EventTooLargeError(Exception):
    """There is an event of more than `MAX_EVENT_BYTES` in the stream."""


@frozen
class RawEvent:
    """One event as it came, with the empty line that ends it.

    Empty lines that end nothing are an event without data, too.
    """

    raw: bytes

    @property
    def data(self) -> str | None:
        """What it says; None if it has no data."""
        if not self.raw.strip(b"\r\n"):
            return None
        event = next(SseParser().feed(self.raw + b"\n\n"), None)
        return None if event is None else event.data

    def with_data(self, data: bytes | None) -> bytes:
        """Returns it with other data, its other lines as they are; or only what else is in it.

        Without data there is no event for its name to be of, though not every client knows that.
        """
        lines = self.raw.splitlines(keepends=True)
        if data is None:
            rest = b"".join(line for line in lines if not _is_field(line, b"data", b"event"))
            return rest if rest.strip() else b""
        rest_lines = [line for line in lines if not _is_field(line, b"data")]
        at = next(index for index, line in enumerate(lines) if _is_field(line, b"data"))
        end = lines[at][len(lines[at].rstrip(b"\r\n")) :] or b"\n"
        said = [b"data: " + line + end for line in data.split(b"\n")]
        return b"".join([*lines[:at], *said, *rest_lines[at:]])


def _is_field(line: bytes, *names: bytes) -> bool:
    return line.removeprefix(_BOM).rstrip(b"\r\n").partition(b":")[0] in names


@define
class EventSplitter:
    """Cuts pieces of a byte stream into events, wherever the pieces end.

    A carriage return that ends a piece ends its line at once. Should a newline follow, it counts
    as an empty line of its own, which says nothing.
    """

    _rest: bytearray = field(init=False, factory=bytearray)
    _seen: int = field(init=False, default=0)

    @property
    def rest(self) -> RawEvent:
        """What has begun and not ended."""
        return RawEvent(bytes(self._rest))

    def feed(self, piece: bytes) -> Iterator[RawEvent]:
        """Yields the events that this piece completes.

        Raises:
            EventTooLargeError: One is larger than anybody should keep; it is still in `rest`.
        """
        self._rest += piece
        while True:
            end = _BLANK.match(self._rest) or _END.search(self._rest, self._seen)
            if (len(self._rest) if end is None else end.end()) > MAX_EVENT_BYTES:
                raise EventTooLargeError
            if end is None:
                self._seen = max(0, len(self._rest) - _OVERLAP)
                return
            event = RawEvent(bytes(self._rest[: end.end()]))
            del self._rest[: end.end()]
            self._seen = 0
            yield event
