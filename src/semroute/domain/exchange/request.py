"""The request's half of an exchange: gathered, ruled on, sent on."""

from typing import TypeAlias, assert_never

from attrs import define, field, frozen

from semroute.domain.errors import MisusedExchangeError
from semroute.domain.headers import HeaderEdit
from semroute.domain.http import BodyFault, Elsewhere, LocalReply, Service, Unrouted
from semroute.domain.naming import SEALED_PATH
from semroute.domain.ruling import PASSED_THROUGH, RequestEdit, Ruling

from .events import (
    BodyMode,
    BodyModes,
    Direction,
    RequestBody,
    RequestEvent,
    RequestHeaders,
    RequestTrailers,
    ResponseHeaders,
)
from .intake import Intake
from .replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    NeedsRouting,
    Reply,
    Step,
    StreamedBodyReply,
    TrailersReply,
)

_DUPLEX = BodyMode.FULL_DUPLEX_STREAMED


@frozen
class _Gathering:
    """No ruling yet: the request is still arriving."""


@frozen
class _Asked:
    """A ruling has been asked for; `event` waits for its reply."""

    event: RequestEvent | ResponseHeaders


_Stage: TypeAlias = _Gathering | _Asked | Ruling


@define
class RequestHalf:
    """What is done with the events of one request.

    Args:
        owned_headers: Header names only we may set; other people's copies are removed.
        intake: Gathers the request.
    """

    owned_headers: tuple[str, ...]
    intake: Intake
    _stage: _Stage = field(init=False, factory=_Gathering)
    _is_sealed: bool = field(init=False, default=False)
    _is_sent: bool = field(init=False, default=False)

    @property
    def ruling(self) -> Ruling | None:
        """The ruling, once there is one."""
        return self._stage if isinstance(self._stage, Ruling) else None

    @property
    def awaits_ruling(self) -> bool:
        """Whether a ruling has been asked for and not been given."""
        return isinstance(self._stage, _Asked)

    def receive(self, event: RequestEvent, modes: BodyModes) -> Step:
        """Takes an event under the modes that Envoy is configured with."""
        match event:
            case RequestHeaders():
                return self._headers(event, modes)
            case RequestBody():
                return self._body(event, modes.request)
            case RequestTrailers():
                return self._trailers(event)
            case _ as never:
                assert_never(never)

    @property
    def is_owed_a_ruling(self) -> bool:
        """Whether this is a request that must not reach a model server as it is."""
        return self.ruling is None and not isinstance(self.intake.target, Elsewhere)

    def refuse_answer(self, event: ResponseHeaders) -> NeedsRouting:
        """Asks for words to put in place of the answer to a request that nobody ruled on."""
        return self._ask(event, BodyFault.UNREAD)

    def decide(self, ruling: Ruling, modes: BodyModes) -> tuple[Reply, ...]:
        """Takes the ruling that was asked for.

        Raises:
            MisusedExchangeError: Nobody asked, or it cannot be carried out any more.
        """
        asked = self._stage
        if not isinstance(asked, _Asked):
            message = "a ruling came that nobody asked for"
            raise MisusedExchangeError(message)
        self._stage = ruling
        match ruling.action:
            case LocalReply() as reply:
                self.intake.release()
                details = f"semroute_{type(ruling.verdict).__name__.lower()}"
                return (ImmediateReply(reply, details, ruling.metadata),)
            case RequestEdit() as edit:
                return self._edited(asked.event, ruling, edit, modes)
            case _ as never:
                assert_never(never)

    def _headers(self, event: RequestHeaders, modes: BodyModes) -> Step:
        self.intake.headers = event.headers
        target = self.intake.target
        edit = self._without_forgeries(event)
        if isinstance(target, Elsewhere):
            self._stage = PASSED_THROUGH
            unseen = modes.changed_to(BodyMode.NONE, BodyMode.NONE)
            metadata = PASSED_THROUGH.metadata
            return (HeadersReply(Direction.REQUEST, edit, unseen, metadata),)
        is_read = isinstance(target, Unrouted) and target.is_read
        has_body = is_read or (isinstance(target, Service) and target.has_body)
        is_ready = event.is_last or not has_body
        if is_ready or self.intake.is_too_large:
            return self._ask(event)
        if modes.request is _DUPLEX:
            return ()  # the headers go on together with the ruled body
        if modes.request is BodyMode.BUFFERED and modes.are_known:
            return (HeadersReply(Direction.REQUEST, edit),)
        buffered = modes.changed_to(BodyMode.BUFFERED, modes.response)
        if buffered is None and modes.request in (BodyMode.NONE, BodyMode.STREAMED):
            return self._ask(event, BodyFault.UNREAD)
        # Should Envoy not do as it is asked, it sends the headers on before we have read the
        # body. No model server knows this path, and only a ruling restores the real one.
        self._is_sealed = True
        return (HeadersReply(Direction.REQUEST, edit.and_set({":path": SEALED_PATH}), buffered),)

    def _body(self, event: RequestBody, mode: BodyMode) -> Step:
        if not self.intake.headers:
            # Envoy is configured to skip request headers, so there is no path to serve.
            self._stage = PASSED_THROUGH
        if isinstance(self._stage, Ruling):
            return (self._after(event, mode),)
        self.intake.add(event.body)
        is_complete = self.intake.is_complete_after(is_last=event.is_last, mode=mode)
        if is_complete or self.intake.is_too_large:
            return self._ask(event)
        match mode:
            case BodyMode.FULL_DUPLEX_STREAMED:
                return ()
            case BodyMode.BUFFERED_PARTIAL:
                return self._ask(event, BodyFault.PARTIAL)
            case _:
                # Envoy streams although we have asked it not to: the headers are gone already.
                return self._ask(event, BodyFault.UNREAD)

    def _trailers(self, event: RequestTrailers) -> Step:
        if not isinstance(self._stage, Ruling) and self.intake.headers:
            return self._ask(event)
        if not isinstance(self._stage, Ruling):
            self._stage = PASSED_THROUGH
        return (TrailersReply(Direction.REQUEST),)

    def _ask(
        self, event: RequestEvent | ResponseHeaders, fault: BodyFault | None = None
    ) -> NeedsRouting:
        self._stage = _Asked(event)
        return NeedsRouting(self.intake.request(fault))

    def _edited(
        self,
        event: RequestEvent | ResponseHeaders,
        ruling: Ruling,
        action: RequestEdit,
        modes: BodyModes,
    ) -> tuple[Reply, ...]:
        match event:
            case RequestHeaders():
                edit = action.headers.and_removed(self._without_forgeries(event).remove)
                # A body that nobody waits for is not kept, or what is longer than Envoy keeps
                # would be turned away.
                unseen = None if event.is_last else modes.changed_to(BodyMode.NONE, modes.response)
                return (HeadersReply(Direction.REQUEST, edit, unseen, ruling.metadata),)
            case RequestBody() | RequestTrailers() if modes.request is _DUPLEX:
                return self._sent_on(event, ruling, action)
            case RequestBody():
                return (self._changed(ruling, action),)
            case RequestTrailers() | ResponseHeaders():
                message = "it is too late to change the request"
                raise MisusedExchangeError(message)
            case _ as never:
                assert_never(never)

    def _after(self, event: RequestBody, mode: BodyMode) -> Reply:
        """Returns the reply to a piece of body that comes after the ruling."""
        if mode is _DUPLEX:
            return StreamedBodyReply(Direction.REQUEST, event.body, event.is_last)
        # What belongs to a body that was ruled on has been sent on already, in one piece.
        return BodyReply(Direction.REQUEST, body=b"" if self._is_sent else None)

    def _changed(self, ruling: Ruling, action: RequestEdit) -> Reply:
        self.intake.release()
        self._is_sent = True
        edit = action.headers
        if action.body is not None:
            edit = edit.and_set({"content-length": str(len(action.body))})
        if self._is_sealed:
            edit = edit.and_set({":path": self.intake.path})
        return BodyReply(Direction.REQUEST, edit, action.body, ruling.metadata)

    def _sent_on(
        self, event: RequestBody | RequestTrailers, ruling: Ruling, action: RequestEdit
    ) -> tuple[Reply, ...]:
        """Sends on everything that was held back: headers, body, and the trailers if any."""
        body = self.intake.body() if action.body is None else action.body
        forged = self.intake.headers.named(self.owned_headers)
        # Envoy lets nobody say how long a streamed body is.
        edit = action.headers.and_removed((*forged, "content-length"))
        self.intake.release()
        headers = HeadersReply(Direction.REQUEST, edit, metadata=ruling.metadata)
        has_trailers = isinstance(event, RequestTrailers)
        # What is too long to be read is ruled on before its end, and the rest follows.
        is_last = isinstance(event, RequestBody) and event.is_last
        whole = StreamedBodyReply(Direction.REQUEST, body, is_last)
        if has_trailers:
            return headers, whole, TrailersReply(Direction.REQUEST)
        return headers, whole

    def _without_forgeries(self, event: RequestHeaders) -> HeaderEdit:
        return HeaderEdit(remove=event.headers.named(self.owned_headers))
