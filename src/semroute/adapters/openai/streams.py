"""A streamed answer while it passes: each of its texts through a filter of its own.

A text is what one field of one choice says, in however many chunks. What its filter holds back
leaves later with another chunk of the text, or in a chunk of its own before the chunk that ends
the choice. Events that nothing was changed in keep their bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from attrs import define, evolve, field

from semroute.domain.chat import Refusal

from . import refusals
from .completion import Completion, Slot, UnreadableError
from .events import EventSplitter, EventTooLargeError, RawEvent
from .texts import StoppedError, Texts

_DONE: Final = "[DONE]"


@define
class StreamFilter:
    """Filters an answer that comes as server-sent events.

    Args:
        texts: Filters its texts.
        refusal: What to say instead of what cannot be read.
        on_unreadable: What becomes of that.
    """

    _texts: Texts
    _refusal: Refusal
    _on_unreadable: Literal["pass", "stop"]
    _events: EventSplitter = field(init=False, factory=EventSplitter)
    _last: Completion | None = field(init=False, default=None)
    # The choices that have not ended, and whether the client has heard of them.
    _choices: dict[int, bool] = field(init=False, factory=dict)
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
            said += self._refused(stop.message)
        return bytes(said)

    def _take(self, piece: bytes, *, is_last: bool) -> Iterator[bytes]:
        try:
            for event in self._events.feed(piece):
                yield self._filtered(event)
        except EventTooLargeError:
            self._check_may_pass()
            self._state = "passing"
            yield self._flushed(self._texts.open_in(None))
            yield self._events.rest.raw
            return
        if is_last:
            yield self._ended()

    def _filtered(self, event: RawEvent) -> bytes:
        data = event.data
        if data is None:
            return event.raw
        if data.strip() == _DONE:
            return self._flushed(self._texts.open_in(None)) + event.raw
        try:
            return self._chunk(Completion.read(data.encode()), event)
        except UnreadableError:
            self._check_may_pass()
            return event.raw

    def _chunk(self, chunk: Completion, event: RawEvent) -> bytes:
        if chunk.choices:
            self._last = chunk
        for choice in chunk.choices:
            self._choices.setdefault(choice, False)
        said = [self._texts.feed(text.slot, text.value) for text in chunk.texts]
        latest = {text.slot: index for index, text in enumerate(chunk.texts)}
        ending = [slot for choice in chunk.finished for slot in self._texts.open_in(choice)]
        for slot in ending:
            if slot in latest:
                said[latest[slot]] += self._texts.finish(slot)
        for text, new in zip(chunk.texts, said, strict=True):
            text.replace(new)
        before = self._flushed(slot for slot in ending if slot not in latest)
        for choice in chunk.choices:
            self._choices[choice] = True
        for choice in chunk.finished:
            del self._choices[choice]
        if not chunk.is_changed:
            return before + event.raw
        return before + event.with_data(None if chunk.is_idle else chunk.encoded())

    def _ended(self) -> bytes:
        rest = self._events.rest  # the end of a stream need not be marked
        said = self._filtered(rest) if rest.raw else b""
        held = self._flushed(self._texts.open_in(None))
        gap = b"\n\n" if said and held else b""
        return said + gap + held

    def _flushed(self, slots: Iterable[Slot]) -> bytes:
        """Ends texts, each with a chunk that says what was held back of it."""
        chunks: list[bytes] = []
        for slot in slots:
            held = self._texts.finish(slot)
            if held:
                assert self._last is not None, "a text is in a chunk"
                chunks.append(b"data: " + self._last.with_only(slot, held) + b"\n\n")
        return b"".join(chunks)

    def _check_may_pass(self) -> None:
        if self._on_unreadable == "stop":
            raise StoppedError(self._refusal.message)

    def _refused(self, message: str) -> bytes:
        """Returns what ends the stream, now that one of its texts must not go on."""
        refusal = evolve(self._refusal, message=message)
        if self._last is None:
            return refusals.stream(refusal, [0], with_usage=False)
        refusal = self._last.in_the_name_of(refusal)
        unheard = [choice for choice, is_heard in self._choices.items() if not is_heard]
        opening = refusals.opening(refusal, unheard)
        return opening + refusals.ending(refusal, self._choices) + refusals.DONE
