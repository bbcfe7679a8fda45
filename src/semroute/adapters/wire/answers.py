"""A model's answer while it passes: each of its texts through a filter of its own."""

from typing import Final, Literal

from attrs import define, evolve, field

from semroute.domain.chat import Refusal
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers

from .saying import UnreadableError, Wording
from .streams import StreamFilter
from .texts import StoppedError, Texts

# A completion of a million characters, with the probability of every token, has less.
MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024


def filter_for(
    wording: Wording,
    headers: Headers,
    new_filter: NewFilter,
    refusal: Refusal,
    on_unreadable: Literal["pass", "stop"],
) -> AnswerFilter | None:
    """Returns the filter of an answer with these headers, or None if nobody can read it.

    Args:
        wording: How its API words answers.
        headers: The answer's.
        new_filter: Makes the filter of one text.
        refusal: What to say instead of what cannot be read. Its id, model and time also stand in
            for those of an answer that does not say them.
        on_unreadable: Whether what turns out to be unreadable passes, or ends the answer.
    """
    match form_of(headers):
        case "completion":
            return DocumentFilter(wording, Texts(new_filter), refusal, on_unreadable)
        case "stream":
            return StreamFilter(wording.speech(), Texts(new_filter), refusal, on_unreadable)
        case None:
            return None


def form_of(headers: Headers) -> Literal["completion", "stream"] | None:
    """Returns the form of an answer with these headers, or None if nobody can read it."""
    if (headers.get("content-encoding") or "identity").strip().lower() != "identity":
        return None
    match (headers.get("content-type") or "").partition(";")[0].strip().lower():
        case "application/json":
            return "completion"
        case "text/event-stream":
            return "stream"
        case _:
            return None


@define
class DocumentFilter:
    """Filters an answer that comes as one document. It holds all of it back until its end.

    Args:
        wording: How its API words answers.
        texts: Filters its texts.
        refusal: What to say instead of what cannot be read.
        on_unreadable: What becomes of that.

    Attributes:
        is_unread: Whether there was anything like that.
    """

    _wording: Wording
    _texts: Texts
    _refusal: Refusal
    _on_unreadable: Literal["pass", "stop"]
    is_unread: bool = field(init=False, default=False)
    _held: bytearray = field(init=False, factory=bytearray)
    _is_decided: bool = field(init=False, default=False)

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        """Takes the next piece; only the last brings anything out."""
        if self._is_decided:
            return piece if self._on_unreadable == "pass" else b""
        self._held += piece
        if len(self._held) > MAX_DOCUMENT_BYTES:
            self._is_decided = True
            return self._unreadable()
        return self._filtered() if is_last else b""

    def _filtered(self) -> bytes:
        body = bytes(self._held)
        try:
            saying = self._wording.read(body)
        except UnreadableError:
            return self._unreadable()
        try:
            for text in saying.texts:
                text.replace(self._texts.whole(text.slot, text.value))
        except StoppedError as stop:
            return self._wording.refused(evolve(self._refusal, message=stop.message), body)
        return saying.encoded() if saying.is_changed else body

    def _unreadable(self) -> bytes:
        self.is_unread = True
        held = bytes(self._held)
        self._held.clear()
        return held if self._on_unreadable == "pass" else self._wording.refused(self._refusal, None)
