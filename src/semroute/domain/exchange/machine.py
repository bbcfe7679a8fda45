"""One ExtProc stream as a state machine.

Rules it keeps:

* One event, one reply of the same direction and part. An immediate reply instead of it ends
  the exchange.
* A request is ruled on once, when all of it has arrived. Requests without a body are ruled on
  at their headers, others at the piece of body that completes them.
* Everything a ruling changes (headers, body, content-length) travels in one reply, because
  Envoy chooses its route anew only for header changes in the same message.
* The two directions are independent: an upstream may answer before the request has ended.
* Body modes change only in headers replies.

What each half may see next is the table `TRANSITIONS`. `docs/exchange.md` is made from it.
"""

from enum import Enum
from typing import Final, TypeAlias, assert_never

from attrs import define, field, frozen

from semroute.domain.errors import MisusedExchangeError, UnexpectedEventError
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.http import OK, BodyFault, Elsewhere, LocalReply, Service
from semroute.domain.record import DecisionRecord, Outcome, UpstreamAnswer
from semroute.domain.ruling import PASSED_THROUGH, RequestEdit, Ruling
from semroute.domain.verdict import Routed

from .events import (
    BodyMode,
    BodyModes,
    Direction,
    Event,
    Part,
    RequestBody,
    RequestEvent,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from .intake import Intake
from .replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    NeedsRouting,
    Reply,
    TrailersReply,
)


class Half(Enum):
    """How far one direction of the exchange has come."""

    IDLE = "idle"
    OPEN = "open"
    CLOSED = "closed"


# An event marked as the last of its direction leads to CLOSED instead. Headers may be missing
# (Envoy can be told to skip them); nothing may be repeated but pieces of body.
TRANSITIONS: Final = {
    (Half.IDLE, Part.HEADERS): Half.OPEN,
    (Half.IDLE, Part.BODY): Half.OPEN,
    (Half.IDLE, Part.TRAILERS): Half.CLOSED,
    (Half.OPEN, Part.BODY): Half.OPEN,
    (Half.OPEN, Part.TRAILERS): Half.CLOSED,
}

# Envoy's own default, in force when it does not say otherwise.
_ASSUMED: Final = BodyModes(BodyMode.BUFFERED, BodyMode.NONE)


@frozen
class _Gathering:
    """No ruling yet: the request is still arriving."""


@frozen
class _Asked:
    """A ruling has been asked for; `event` waits for its reply."""

    event: RequestEvent


_Stage: TypeAlias = _Gathering | _Asked | Ruling


@define
class Exchange:
    """One client request and its answer, as Envoy reports them.

    Args:
        owned_headers: Header names only we may set; other people's copies are removed.
        max_body_bytes: A longer request body is not kept, and ruled on as too large.
    """

    owned_headers: tuple[str, ...]
    max_body_bytes: int
    _halves: dict[Direction, Half] = field(
        init=False, factory=lambda: dict.fromkeys(Direction, Half.IDLE)
    )
    _stage: _Stage = field(init=False, factory=_Gathering)
    _modes: BodyModes | None = field(init=False, default=None)
    _intake: Intake = field(init=False)
    _is_withheld: bool = field(init=False, default=False)
    _response: Headers | None = field(init=False, default=None)
    _response_bytes: int = field(init=False, default=0)
    _watched: list[bytes] | None = field(init=False, default=None)
    _local_status: int | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._intake = Intake(self.max_body_bytes)

    @property
    def is_over(self) -> bool:
        """Whether the last reply was the last one there will be."""
        return self._local_status is not None or self._halves[Direction.RESPONSE] is Half.CLOSED

    @property
    def is_ruled(self) -> bool:
        """Whether the request has been ruled on, so that nothing can slip by any more."""
        return isinstance(self._stage, Ruling)

    def receive(self, event: Event) -> Reply | NeedsRouting:
        """Takes the next event and says what to answer.

        Raises:
            UnexpectedEventError: Envoy broke its own order of messages.
            MisusedExchangeError: The exchange is over, or a ruling is still owed.
        """
        self._advance(event)
        match event:
            case RequestHeaders():
                return self._request_headers(event)
            case RequestBody():
                return self._request_body(event)
            case RequestTrailers():
                return self._request_trailers(event)
            case ResponseHeaders():
                return self._response_headers(event)
            case ResponseBody():
                return self._response_body(event)
            case ResponseTrailers():
                return TrailersReply(Direction.RESPONSE)
            case _ as never:
                assert_never(never)

    def decide(self, ruling: Ruling) -> Reply:
        """Takes the ruling that `NeedsRouting` asked for and says what to answer.

        Raises:
            MisusedExchangeError: Nobody asked, or the ruling cannot be carried out any more.
        """
        asked = self._stage
        if not isinstance(asked, _Asked):
            message = "a ruling came that nobody asked for"
            raise MisusedExchangeError(message)
        self._stage = ruling
        match ruling.action:
            case LocalReply() as reply:
                self._local_status = reply.status
                self._intake.release()
                details = f"semroute_{type(ruling.verdict).__name__.lower()}"
                return ImmediateReply(reply, details, ruling.metadata)
            case RequestEdit() as edit:
                return self._forward(asked.event, ruling, edit)
            case _ as never:
                assert_never(never)

    def close(self) -> DecisionRecord:
        """Ends the exchange, at whatever point it is, and says how it went."""
        ruling = self._stage if isinstance(self._stage, Ruling) else None
        status = self._local_status
        if status is None and self._response is not None:
            status = _status(self._response)
        return DecisionRecord(self._outcome(), ruling, status, self._response_bytes)

    def answer(self) -> UpstreamAnswer | None:
        """Returns the upstream's whole answer, if it was watched and arrived to its end."""
        if self._halves[Direction.RESPONSE] is not Half.CLOSED or self._response is None:
            return None
        if self._watched is None:
            return None
        return UpstreamAnswer(self._response, b"".join(self._watched))

    # -- the request half

    def _request_headers(self, event: RequestHeaders) -> Reply | NeedsRouting:
        self._intake.headers = event.headers
        target = self._intake.target
        edit = self._without_forgeries(event.headers)
        if isinstance(target, Elsewhere):
            self._stage = PASSED_THROUGH
            modes = self._switched_to(BodyMode.NONE, BodyMode.NONE)
            return HeadersReply(Direction.REQUEST, edit, modes, PASSED_THROUGH.metadata)
        is_ready = event.is_last or target is not Service.CHAT_COMPLETIONS
        if is_ready or self._intake.is_too_large:
            return self._ask(event)
        modes = self._switched_to(BodyMode.BUFFERED, (self._modes or _ASSUMED).response)
        return HeadersReply(Direction.REQUEST, edit, modes)

    def _request_body(self, event: RequestBody) -> Reply | NeedsRouting:
        if isinstance(self._stage, Ruling):
            # What belongs to a routed request has been sent on already, in one piece.
            is_routed = isinstance(self._stage.verdict, Routed)
            return BodyReply(Direction.REQUEST, body=b"" if is_routed else None)
        if not self._intake.headers:
            # Envoy is configured to skip request headers, so there is no path to serve.
            self._stage = PASSED_THROUGH
            return BodyReply(Direction.REQUEST)
        self._intake.add(event.body)
        mode = (self._modes or _ASSUMED).request
        is_complete = self._intake.is_complete_after(is_last=event.is_last, mode=mode)
        if is_complete or self._intake.is_too_large:
            return self._ask(event)
        self._is_withheld = True
        return BodyReply(Direction.REQUEST, body=b"")

    def _request_trailers(self, event: RequestTrailers) -> Reply | NeedsRouting:
        if isinstance(self._stage, Ruling):
            return TrailersReply(Direction.REQUEST)
        if not self._intake.headers:
            self._stage = PASSED_THROUGH
            return TrailersReply(Direction.REQUEST)
        return self._ask(event, BodyFault.UNDELIVERABLE if self._is_withheld else None)

    def _ask(self, event: RequestEvent, fault: BodyFault | None = None) -> NeedsRouting:
        self._stage = _Asked(event)
        return NeedsRouting(self._intake.request(fault))

    def _forward(self, event: RequestEvent, ruling: Ruling, action: RequestEdit) -> Reply:
        edit, body = action.headers, action.body
        if body is None and self._is_withheld:
            body = self._intake.body()
        self._intake.release()
        match event:
            case RequestHeaders():
                forged = self._without_forgeries(event.headers).remove
                kept = tuple(name for name in forged if name not in edit.set)
                edit = HeaderEdit(edit.set, (*edit.remove, *kept))
                return HeadersReply(Direction.REQUEST, edit, metadata=ruling.metadata)
            case RequestBody():
                if body is not None:
                    edit = edit.and_set({"content-length": str(len(body))})
                return BodyReply(Direction.REQUEST, edit, body, ruling.metadata)
            case RequestTrailers():
                message = "a request cannot be changed at its trailers"
                raise MisusedExchangeError(message)
            case _ as never:
                assert_never(never)

    # -- the response half

    def _response_headers(self, event: ResponseHeaders) -> Reply:
        self._response = event.headers
        edit = self._without_forgeries(event.headers)
        ruling = self._stage
        watch = False
        if isinstance(ruling, Ruling):
            watch = _is_worth_watching(ruling, event.headers)
            told = ruling.response_headers
            edit = HeaderEdit(told, tuple(name for name in edit.remove if name not in told))
        self._watched = [] if watch else None
        if event.is_last:
            return HeadersReply(Direction.RESPONSE, edit)
        # Never buffered: an answer of any kind and size passes piece by piece, or unseen.
        mode = BodyMode.STREAMED if watch else BodyMode.NONE
        modes = self._switched_to((self._modes or _ASSUMED).request, mode)
        return HeadersReply(Direction.RESPONSE, edit, modes)

    def _response_body(self, event: ResponseBody) -> Reply:
        self._response_bytes += len(event.body)
        ruling = self._stage
        if self._watched is not None and isinstance(ruling, Ruling):
            if self._response_bytes > ruling.watch_bytes:
                self._watched = None
            else:
                self._watched.append(event.body)
        return BodyReply(Direction.RESPONSE)

    # -- both

    def _advance(self, event: Event) -> None:
        if self.is_over or isinstance(self._stage, _Asked):
            message = f"{type(event).__name__} came before the last step was finished"
            raise MisusedExchangeError(message)
        half = self._halves[event.direction]
        following = TRANSITIONS.get((half, event.part))
        if following is None:
            side = event.direction.value
            message = f"{type(event).__name__} cannot follow when the {side} is {half.value}"
            raise UnexpectedEventError(message)
        self._halves[event.direction] = Half.CLOSED if event.is_last else following
        if event.modes is not None:
            self._modes = event.modes

    def _without_forgeries(self, headers: Headers) -> HeaderEdit:
        return HeaderEdit(remove=headers.named(self.owned_headers))

    def _switched_to(self, request: BodyMode, response: BodyMode) -> BodyModes | None:
        """Returns the modes to ask for, or None when they are in force already or unknown."""
        wanted = BodyModes(request, response)
        return wanted if self._modes is not None and wanted != self._modes else None

    def _outcome(self) -> Outcome:
        if self._local_status is not None:
            return Outcome.ANSWERED
        if self._halves[Direction.RESPONSE] is Half.CLOSED:
            return Outcome.COMPLETED
        if self._response is not None and self._watched is None and not self._response_bytes:
            return Outcome.HANDED_OVER
        return Outcome.ABANDONED


def _status(headers: Headers) -> int | None:
    value = headers.get(":status") or ""
    return int(value) if value.isdecimal() and value.isascii() else None


def _is_worth_watching(ruling: Ruling, headers: Headers) -> bool:
    """Only a whole, readable success teaches anything."""
    encoding = headers.get("content-encoding") or "identity"
    return ruling.watch_bytes > 0 and _status(headers) == OK and encoding == "identity"
