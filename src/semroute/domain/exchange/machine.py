"""One ExtProc stream as a state machine.

Rules it keeps:

* Every event is answered by one reply of its own direction and part. An immediate reply instead
  of it ends the exchange. Full duplex is the exception that Envoy makes: there, what is said of a
  direction may be said at its end, and then all at once.
* A request is ruled on once, when all of it has arrived. Requests without a body are ruled on
  at their headers, others at the piece of body that completes them.
* Everything a ruling changes (headers, body, content-length) travels in one reply, because
  Envoy chooses its route anew only for header changes in the same message.
* The two directions are independent: an upstream may answer before the request has ended.
* Nobody gets a model's answer to a request that was not ruled on, whatever Envoy is configured
  to show.
* Body modes change only in headers replies, and never in full duplex.

`order.py` says what may follow what, `request.py` and `response.py` what is done about it.
"""

from typing import Final, assert_never

from attrs import define, field

from semroute.domain.errors import MisusedExchangeError
from semroute.domain.http import LocalReply
from semroute.domain.record import DecisionRecord, Outcome, UpstreamAnswer
from semroute.domain.ruling import Ruling

from .events import (
    BodyMode,
    BodyModes,
    Direction,
    Event,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from .intake import Intake
from .order import Order
from .replies import Reply, Step
from .request import RequestHalf
from .response import ResponseHalf

# Envoy's own defaults, in force when it does not say otherwise.
_ASSUMED: Final = BodyModes(BodyMode.BUFFERED, BodyMode.NONE, are_known=False)


@define
class Exchange:
    """One client request and its answer, as Envoy reports them.

    Args:
        owned_headers: Header names only we may set; other people's copies are removed.
        max_body_bytes: A longer request body is not read, and ruled on as too large.
        reads_unrouted: Whether requests that we do not route are ruled on all the same.
    """

    owned_headers: tuple[str, ...]
    max_body_bytes: int
    reads_unrouted: bool = False
    _order: Order = field(init=False, factory=Order)
    _modes: BodyModes = field(init=False, default=_ASSUMED)
    _request: RequestHalf = field(init=False)
    _response: ResponseHalf = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._request = RequestHalf(
            self.owned_headers, Intake(self.max_body_bytes, self.reads_unrouted)
        )
        self._response = ResponseHalf(self.owned_headers)

    @property
    def is_over(self) -> bool:
        """Whether the last reply was the last one there will be."""
        return self._local_status is not None or self._order.is_closed(Direction.RESPONSE)

    @property
    def is_ruled(self) -> bool:
        """Whether the request has been ruled on, so that nothing can slip by any more."""
        return self._request.ruling is not None

    @property
    def owes_nothing(self) -> bool:
        """Whether all is well if the stream ends now: Envoy lets pass what is yet to come."""
        ruling = self._request.ruling
        return ruling is not None and (ruling.answer is None or self._response.is_passed_on)

    @property
    def retained_bytes(self) -> int:
        """How much of the request and of its answer is being kept."""
        return self._request.intake.retained_bytes + self._response.retained_bytes

    def receive(self, event: Event) -> Step:
        """Takes the next event and says what to answer.

        Raises:
            UnexpectedEventError: Envoy broke its own order of messages.
            MisusedExchangeError: The exchange is over, or a ruling is still owed.
        """
        if self.is_over or self._request.awaits_ruling:
            message = f"{type(event).__name__} came before the last step was finished"
            raise MisusedExchangeError(message)
        self._order.advance(event)
        if event.modes is not None:
            self._modes = event.modes
        match event:
            case RequestHeaders() | RequestBody() | RequestTrailers():
                return self._request.receive(event, self._modes)
            case ResponseHeaders() if self._request.is_owed_a_ruling and event.is_success:
                return self._request.refuse_answer(event)
            case ResponseHeaders() | ResponseBody() | ResponseTrailers():
                return self._response.receive(event, self._modes, self._request.ruling)
            case _ as never:
                assert_never(never)

    def decide(self, ruling: Ruling) -> tuple[Reply, ...]:
        """Takes the ruling that `NeedsRouting` asked for and says what to answer.

        Raises:
            MisusedExchangeError: Nobody asked, or the ruling cannot be carried out any more.
        """
        return self._request.decide(ruling, self._modes)

    def forget_answer(self) -> None:
        """Keeps no copy of the answer any more; it passes on all the same."""
        self._response.forget()

    def close(self) -> DecisionRecord:
        """Ends the exchange, at whatever point it is, and says how it went."""
        status = self._local_status or self._response.status
        return DecisionRecord(self._outcome(), self._request.ruling, status, self._response.size)

    def answer(self) -> UpstreamAnswer | None:
        """Returns the upstream's answer as far as it has come, if it was watched.

        Clients may hang up between the last event of a stream and the end of its body, so what
        looks cut off may be all there was to know.
        """
        return self._response.answer()

    @property
    def _local_status(self) -> int | None:
        ruling = self._request.ruling
        action = ruling.action if ruling is not None else None
        local = action if isinstance(action, LocalReply) else self._response.substitute
        return None if local is None else local.status

    def _outcome(self) -> Outcome:
        if self._local_status is not None:
            return Outcome.ANSWERED
        if self._order.is_closed(Direction.RESPONSE):
            return Outcome.COMPLETED
        passed_unseen = not self._response.is_watched and not self._response.size
        if self._response.head is not None and passed_unseen:
            return Outcome.HANDED_OVER
        return Outcome.ABANDONED
