"""One ExtProc stream, from its first event to its last reply."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import trio
from attrs import define, field

from semroute.domain.errors import UnexpectedEventError
from semroute.domain.exchange.events import Event
from semroute.domain.exchange.machine import Exchange
from semroute.domain.exchange.replies import ImmediateReply, NeedsRouting, Reply
from semroute.domain.http import HttpRequest
from semroute.domain.ports import ExchangeStream, Observer
from semroute.domain.record import DecisionRecord, UpstreamAnswer
from semroute.domain.ruling import Ruling

Remember: TypeAlias = Callable[[DecisionRecord, UpstreamAnswer | None], None]


@define(eq=False)
class Converse:
    """Holds conversations with Envoy.

    Args:
        route: Rules on a request.
        observer: Is told what happens.
        remember: Learns from a finished exchange.
        owned_headers: Header names only we may set.
        max_body_bytes: The longest request body that is read.

    Attributes:
        open_streams: How many conversations are going on.
    """

    route: Callable[[HttpRequest], Awaitable[Ruling]]
    observer: Observer
    remember: Remember
    owned_headers: tuple[str, ...]
    max_body_bytes: int
    _idle: set[trio.CancelScope] = field(init=False, factory=set)
    _is_hanging_up: bool = field(init=False, default=False)
    open_streams: int = field(init=False, default=0)

    async def __call__(self, stream: ExchangeStream) -> None:
        """Answers every event of one stream.

        Raises:
            UnexpectedEventError: Envoy's events make no sense; Envoy's fault.

        Cancellation: This is how Envoy ends most exchanges. What happened is still recorded,
        but nothing is learned from an exchange that was cut off.
        """
        exchange = Exchange(self.owned_headers, self.max_body_bytes)
        self.open_streams += 1
        try:
            while (event := await self._next(stream, exchange)) is not None:
                started = trio.current_time()
                step = exchange.receive(event)
                if isinstance(step, NeedsRouting):
                    step = exchange.decide(await self.route(step.request))
                await stream.reply(step)
                seconds = trio.current_time() - started
                self.observer.message_answered(_phase(event), _status(step), seconds)
                if exchange.is_over:
                    break
        except Exception as error:
            is_envoys = isinstance(error, UnexpectedEventError)
            self.observer.exchange_failed("unexpected_event" if is_envoys else "internal")
            raise
        finally:
            self.open_streams -= 1
            record = exchange.close()
            self.observer.exchange_finished(record)
        self.remember(record, exchange.answer())

    def hang_up(self) -> None:
        """Ends, from now on, every conversation that waits for an answer to pass by.

        Their requests have been ruled on, so Envoy loses nothing when the stream ends: it
        lets the answer through. Conversations that still owe a ruling go on.
        """
        self._is_hanging_up = True
        for scope in self._idle:
            scope.cancel()

    async def _next(self, stream: ExchangeStream, exchange: Exchange) -> Event | None:
        if not exchange.is_ruled:
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


def _status(reply: Reply) -> str:
    return "immediate" if isinstance(reply, ImmediateReply) else "continue"
