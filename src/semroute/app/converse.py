"""One ExtProc stream, from its first event to its last reply."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import trio
from attrs import define, field

from semroute.domain.budget import ByteBudget
from semroute.domain.errors import OverBudgetError, StreamGoneError, UnexpectedEventError
from semroute.domain.exchange.events import Event
from semroute.domain.exchange.machine import Exchange
from semroute.domain.exchange.replies import ImmediateReply, NeedsRouting, Reply
from semroute.domain.http import HttpRequest
from semroute.domain.ports import ExchangeStream, Observer
from semroute.domain.record import DecisionRecord, UpstreamAnswer
from semroute.domain.ruling import Ruling

from .turn import Turn

Remember: TypeAlias = Callable[[DecisionRecord, UpstreamAnswer | None], None]


@define(eq=False)
class Converse:
    """Holds conversations with Envoy.

    Args:
        route: Rules on a request.
        observer: Is told what happens.
        remember: Learn from a finished exchange.
        owned_headers: Header names only we may set.
        max_body_bytes: The longest request body that is read.
        budget: How much of all requests and answers may be kept.
        reads_unrouted: Whether requests that we do not route are screened.

    Attributes:
        open_streams: How many conversations are going on.
    """

    route: Callable[[HttpRequest, Turn], Awaitable[Ruling]]
    observer: Observer
    remember: Sequence[Remember]
    owned_headers: tuple[str, ...]
    max_body_bytes: int
    budget: ByteBudget
    reads_unrouted: bool = False
    _idle: set[trio.CancelScope] = field(init=False, factory=set)
    _is_hanging_up: bool = field(init=False, default=False)
    open_streams: int = field(init=False, default=0)

    async def __call__(self, stream: ExchangeStream) -> None:
        """Answers every event of one stream.

        Raises:
            UnexpectedEventError: Envoy's events make no sense; Envoy's fault.

        Cancellation: This is how Envoy ends most exchanges. What happened is still recorded,
        and learned from.
        """
        exchange = Exchange(self.owned_headers, self.max_body_bytes, self.reads_unrouted)
        turn = Turn(stream.extend)
        held = 0
        self.open_streams += 1
        try:
            while (event := await self._next(stream, exchange)) is not None:
                started = trio.current_time()
                if event.is_observed:
                    self.observer.message_answered(_phase(event), "observed", None)
                    continue
                step = exchange.receive(event)
                if isinstance(step, NeedsRouting):
                    step = exchange.decide(await self.route(step.request, turn))
                for reply in step:
                    await stream.reply(reply)
                held = self._settled(exchange, held)
                seconds = trio.current_time() - started
                self.observer.message_answered(_phase(event), _status(step), seconds)
                if exchange.is_over:
                    break
        except StreamGoneError:
            pass  # as good as cancelled; there is nobody to tell
        except Exception as error:
            self.observer.exchange_failed(_error_type(error))
            raise
        finally:
            self.open_streams -= 1
            self.budget.give(held)
            record = exchange.close()
            if record.ruling is None:
                turn.give_up()
            self.observer.exchange_finished(record)
            for remember in self.remember:
                remember(record, exchange.answer())

    def hang_up(self) -> None:
        """Ends, from now on, every conversation that waits for an answer to pass by.

        Their requests have been ruled on, so Envoy loses nothing when the stream ends: it
        lets the answer through. Conversations go on that still owe a ruling, or an answer that
        is looked through or in which placeholders are put back.
        """
        self._is_hanging_up = True
        for scope in self._idle:
            scope.cancel()

    def _settled(self, exchange: Exchange, held: int) -> int:
        """Counts what the exchange keeps against the budget, and returns how much that is.

        An answer that does not fit is not kept; it passes all the same.

        Raises:
            OverBudgetError: A request does not fit.
        """
        if exchange.retained_bytes > held and not self.budget.take(exchange.retained_bytes - held):
            if not exchange.is_ruled:
                message = "too much is being kept already"
                raise OverBudgetError(message)
            exchange.forget_answer()
        if exchange.retained_bytes < held:
            self.budget.give(held - exchange.retained_bytes)
        return exchange.retained_bytes

    async def _next(self, stream: ExchangeStream, exchange: Exchange) -> Event | None:
        if not exchange.owes_nothing:
            return await stream.receive()
        with trio.CancelScope() as scope:
            if self._is_hanging_up:
                scope.cancel()
            self._idle.add(scope)
            try:
                return await stream.receive()
            finally:
                self._idle.discard(scope)
        return None


def _phase(event: Event) -> str:
    return f"{event.direction.value}_{event.part.value}"


def _status(replies: tuple[Reply, ...]) -> str:
    match replies:
        case ():
            return "held"
        case (ImmediateReply(),):
            return "immediate"
        case _:
            return "continue"


def _error_type(error: Exception) -> str:
    match error:
        case UnexpectedEventError():
            return "unexpected_event"
        case OverBudgetError():
            return "over_budget"
        case _:
            return "internal"
