"""A streamed answer while it passes: each of its texts through a filter of its own.

A text is what one field of one choice says, in however many events. What its filter holds back
leaves later with another piece of the text, or in an event of its own before the one that ends
it. Events that nothing was changed in keep their bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from attrs import define, evolve, field

from semroute.domain.chat import Refusal

from .events import EventSplitter, EventTooLargeError, RawEvent
from .saying import Saying, Slot, Speech, UnreadableError
from .texts import StoppedError, Texts

_DONE: Final = "[DONE]"


@define
class StreamFilter:
    """Filters an answer that comes as server-sent events.

    Args:
        speech: Speaks as the answer's API does.
        texts: Filters its texts.
        refusal: What to say instead of what cannot be read.
        on_unreadable: What becomes of that.

    Attributes:
        is_unread: Whether there was anything like that.
    """

    _speech: Speech
    _texts: Texts
    _refusal: Refusal
    _on_unreadable: Literal["pass", "stop"]
    is_unread: bool = field(init=False, default=False)
    _events: EventSplitter = field(init=False, factory=EventSplitter)
    _state: Literal["filtering", "passing", "stopped"] = field(init=False, default="filtering")

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        """Takes the next piece and returns the events that may go on now."""
        if self._state == "stopped":
            return b""
        if self._state == "passing":
            return piece
        said = bytearray()
        try:
            for event in self._take(piece, is_last=is_last):
                said += event
        except StoppedError as stop:
            self._state = "stopped"
            said += self._speech.refused(evolve(self._refusal, message=stop.message))
        return bytes(said)

    def _take(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        try:
            for event in self._events.feed(piece):
                yield self._filtered(event)
        except EventTooLargeError:
            self._check_may_pass()
            self._state = "passing"
            yield self._flushed(self._texts.begun)
            yield self._events.rest.raw
            return
        if is_last:
            yield self._ended()

    def _filtered(self, event: RawEvent) -> bytes:
        data = event.data
        if data is None:
            return event.raw
        if data.strip() == _DONE:
            return self._flushed(self._texts.begun) + event.raw
        try:
            return self._said(self._speech.read(data.encode()), event)
        except UnreadableError:
            self._check_may_pass()
            return event.raw

    def _said(self, saying: Saying, event: RawEvent) -> bytes:
        said = [
            self._texts.whole(text.slot, text.value)
            if text.is_whole
            else self._texts.feed(text.slot, text.value)
            for text in saying.texts
        ]
        latest = {text.slot: index for index, text in enumerate(saying.texts) if not text.is_whole}
        ending = [slot for slot in self._texts.begun if saying.ends(slot)]
        for slot in ending:
            if slot in latest:
                said[latest[slot]] += self._texts.finish(slot)
        for text, new in zip(saying.texts, said, strict=True):
            text.replace(new)
        before = self._flushed(slot for slot in ending if slot not in latest)
        data = saying.encoded_event() if saying.is_changed else None
        after = event.with_data(data) if saying.is_changed else event.raw
        self._speech.sent()
        return before + after

    def _ended(self) -> bytes:
        rest = self._events.rest  # the end of a stream need not be marked
        said = self._filtered(rest) if rest.raw else b""
        held = self._flushed(self._texts.begun)
        gap = b"\n\n" if said and held else b""
        return said + gap + held

    def _flushed(self, slots: Iterable[Slot]) -> bytes:
        """Ends texts, each with an event that says what was held back of it."""
        ends = ((slot, self._texts.finish(slot)) for slot in slots)
        return b"".join(self._speech.piece(slot, held) for slot, held in ends if held)

    def _check_may_pass(self) -> None:
        self.is_unread = True
        if self._on_unreadable == "stop":
            raise StoppedError(self._refusal.message)
