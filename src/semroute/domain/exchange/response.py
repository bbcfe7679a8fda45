"""The answer's half of an exchange: it passes by, and a copy is kept if that is worth it."""

from typing import assert_never

from attrs import define, field

from semroute.domain.headers import HeaderEdit
from semroute.domain.http import OK
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
from .replies import BodyReply, HeadersReply, Reply, StreamedBodyReply, TrailersReply

_DUPLEX = BodyMode.FULL_DUPLEX_STREAMED


@define
class ResponseHalf:
    """What is done with the events of one answer.

    Args:
        owned_headers: Header names only we may set; other people's copies are removed.

    Attributes:
        head: The answer's status and headers, once they have come.
        size: How much of its body has passed.
    """

    owned_headers: tuple[str, ...]
    head: ResponseHeaders | None = field(init=False, default=None)
    size: int = field(init=False, default=0)
    _copy: list[bytes] | None = field(init=False, default=None)

    @property
    def status(self) -> int | None:
        """The answer's HTTP status, once it has come."""
        return None if self.head is None else self.head.status

    @property
    def is_watched(self) -> bool:
        """Whether a copy is being kept."""
        return self._copy is not None

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
                if modes.response is _DUPLEX:
                    return (StreamedBodyReply(Direction.RESPONSE, event.body, event.is_last),)
                return (BodyReply(Direction.RESPONSE),)
            case ResponseTrailers():
                return (TrailersReply(Direction.RESPONSE),)
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
        told = ruling.response_headers if ruling is not None else {}
        forged = event.headers.named(self.owned_headers)
        edit = HeaderEdit(told).and_removed(forged)
        if ruling is not None and _is_worth_watching(ruling, event):
            self._copy = []
        if event.is_last:
            return HeadersReply(Direction.RESPONSE, edit)
        # Never buffered: an answer of any kind and size passes piece by piece, or unseen.
        mode = BodyMode.STREAMED if self.is_watched else BodyMode.NONE
        return HeadersReply(Direction.RESPONSE, edit, modes.changed_to(modes.request, mode))

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
