"""The answer's half of an exchange: it passes by, and a copy is kept if that is worth it."""

from typing import assert_never

from attrs import define, field

from semroute.domain.errors import HeldBackError
from semroute.domain.filtering import AnswerFilter
from semroute.domain.headers import HeaderEdit
from semroute.domain.http import OK, LocalReply
from semroute.domain.record import UpstreamAnswer
from semroute.domain.ruling import Ruling

from .events import (
    BodyMode,
    BodyModes,
    Direction,
    ResponseBody,
    ResponseEvent,
    ResponseHeaders,
    ResponseTrailers,
)
from .replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    Reply,
    StreamedBodyReply,
    TrailersReply,
)

_DUPLEX = BodyMode.FULL_DUPLEX_STREAMED


@define
class ResponseHalf:
    """What is done with the events of one answer.

    Args:
        owned_headers: Header names only we may set; other people's copies are removed.

    Attributes:
        head: The answer's status and headers, once they have come.
        size: How much of its body has passed.
        substitute: What the client gets in its place; None for the answer itself.
    """

    owned_headers: tuple[str, ...]
    head: ResponseHeaders | None = field(init=False, default=None)
    size: int = field(init=False, default=0)
    substitute: LocalReply | None = field(init=False, default=None)
    _copy: list[bytes] | None = field(init=False, default=None)
    _filter: AnswerFilter | None = field(init=False, default=None)
    _has_ended: bool = field(init=False, default=False)

    @property
    def status(self) -> int | None:
        """The answer's HTTP status, once it has come."""
        return None if self.head is None else self.head.status

    @property
    def is_watched(self) -> bool:
        """Whether a copy is being kept."""
        return self._copy is not None

    @property
    def is_passed_on(self) -> bool:
        """Whether nothing of the answer that is yet to come is to be changed or held back."""
        return self.head is not None and (self._filter is None or self._has_ended)

    @property
    def retained_bytes(self) -> int:
        """How much is being kept."""
        return self.size if self._copy else 0

    def receive(
        self, event: ResponseEvent, modes: BodyModes, ruling: Ruling | None
    ) -> tuple[Reply, ...]:
        """Takes an event under the modes Envoy is configured with, after the ruling if any."""
        match event:
            case ResponseHeaders():
                return (self._headers(event, modes, ruling),)
            case ResponseBody():
                self._keep(event.body, ruling)
                return (self._body(event, modes.response),)
            case ResponseTrailers():
                return self._trailers(modes.response)
            case _ as never:
                assert_never(never)

    def forget(self) -> None:
        """Lets go of the copy; the answer itself passes on."""
        self._copy = None

    def answer(self) -> UpstreamAnswer | None:
        """Returns the copy, if there is one; whether it is whole is for others to know."""
        if self.head is None or self._copy is None:
            return None
        return UpstreamAnswer(self.head.headers, b"".join(self._copy))

    def _headers(self, event: ResponseHeaders, modes: BodyModes, ruling: Ruling | None) -> Reply:
        self.head = event
        answer = ruling.answer if ruling is not None else None
        if answer is not None and event.is_success and not event.is_last:
            self._filter = answer.open(event.headers)
            is_shown = modes.are_known or modes.response is not BodyMode.NONE
            if not is_shown:
                answer.is_unscreened = True
            if answer.is_unread and answer.substitute is not None:
                self.substitute = answer.substitute
                return ImmediateReply(answer.substitute, "semroute_answer_unread")
        told = ruling.response_headers if ruling is not None else {}
        forged = event.headers.named(self.owned_headers)
        edit = HeaderEdit(told).and_removed(forged)
        if ruling is not None and _is_worth_watching(ruling, event):
            self._copy = []
        if event.is_last:
            return HeadersReply(Direction.RESPONSE, edit)
        if self._filter is not None:
            edit = edit.and_removed(("content-length",))  # nobody knows yet how long it will be
        # Never buffered: an answer of any kind and size passes piece by piece, or unseen.
        is_read = self.is_watched or self._filter is not None
        mode = BodyMode.STREAMED if is_read else BodyMode.NONE
        return HeadersReply(Direction.RESPONSE, edit, modes.changed_to(modes.request, mode))

    def _body(self, event: ResponseBody, mode: BodyMode) -> Reply:
        body = event.body
        if self._filter is not None and not self._has_ended:
            self._has_ended = event.is_last or self._is_complete
            body = self._filter.feed(body, is_last=self._has_ended)
        if mode is _DUPLEX:
            return StreamedBodyReply(Direction.RESPONSE, body, event.is_last)
        return BodyReply(Direction.RESPONSE, body=None if body == event.body else body)

    def _trailers(self, mode: BodyMode) -> tuple[Reply, ...]:
        if self._filter is None or self._has_ended:
            return (TrailersReply(Direction.RESPONSE),)
        self._has_ended = True
        rest = self._filter.feed(b"", is_last=True)
        if not rest:
            return (TrailersReply(Direction.RESPONSE),)
        if mode is not _DUPLEX:
            # Envoy takes no body with trailers, and half an answer must not look like a whole.
            message = "an answer ended in trailers while its end was held back"
            raise HeldBackError(message)
        held = StreamedBodyReply(Direction.RESPONSE, rest, is_last=False)
        return held, TrailersReply(Direction.RESPONSE)

    @property
    def _is_complete(self) -> bool:
        """Whether the body is as long as its headers say. Trailers may still follow."""
        declared = (self.head.headers.get("content-length") or "") if self.head else ""
        return declared.isdecimal() and declared.isascii() and self.size == int(declared)

    def _keep(self, piece: bytes, ruling: Ruling | None) -> None:
        self.size += len(piece)
        if self._copy is not None and ruling is not None:
            if self.size > ruling.watch_bytes:
                self._copy = None
            else:
                self._copy.append(piece)


def _is_worth_watching(ruling: Ruling, event: ResponseHeaders) -> bool:
    """Only a whole, readable success teaches anything."""
    encoding = event.headers.get("content-encoding") or "identity"
    return ruling.watch_bytes > 0 and event.status == OK and encoding == "identity"
