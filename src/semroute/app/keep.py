"""Answers that are worth giving again, kept."""

import math
from collections.abc import Callable
from typing import Final

import trio
from attrs import define, field, frozen

from semroute.domain.answers import AnswerScreening
from semroute.domain.budget import ByteBudget
from semroute.domain.caching.answer import FitAnswer, Unfit
from semroute.domain.caching.inquiry import Draft
from semroute.domain.errors import CacheError
from semroute.domain.http import OK
from semroute.domain.ports import AnswerStore, CacheCodec, CacheObserver
from semroute.domain.record import DecisionRecord, Outcome, UpstreamAnswer

from .flights import Flights, Landing

_KEPT: Final = "kept"
_FLAGGED: Final = "flagged"  # screening found something in it, or put something back into it
_TOOL_CALLS: Final = "tool_calls"
_TOO_LARGE: Final = "too_large"
_BUSY: Final = "busy"  # too much is waiting to be written
_ERROR: Final = "error"

# The store gathers what is written at the same time, so several write.
_WRITERS: Final = 16
_INLINE_BYTES: Final = 16 * 1024  # about a millisecond's work
# Expiry that comes for many entries at once would be a storm of misses.
_JITTER: Final = 0.05


@frozen
class _Waiting:
    draft: Draft
    answer: UpstreamAnswer


@define(eq=False)
class KeepAnswers:
    """Keeps answers, off the way of the replies.

    Args:
        codec: Reads answers.
        store: Keeps them.
        observer: Is told what became of each.
        flights: Where others may wait for an answer.
        budget: How much may wait to be written, with everything else that is kept in memory.
        new_id: Makes entry identifiers.
        now: Returns the time, in seconds since 1970.
        draw: Returns a number in [0, 1), another one each time.
    """

    codec: CacheCodec
    store: AnswerStore
    observer: CacheObserver
    flights: Flights
    budget: ByteBudget
    new_id: Callable[[], str]
    now: Callable[[], float]
    draw: Callable[[], float]
    _channel: tuple[trio.MemorySendChannel[_Waiting], trio.MemoryReceiveChannel[_Waiting]] = field(
        init=False, factory=lambda: trio.open_memory_channel[_Waiting](math.inf)
    )

    def __call__(self, record: DecisionRecord, answer: UpstreamAnswer | None) -> None:
        """Takes what an exchange brought, if it is to be kept; runs after the last reply."""
        draft = record.ruling.draft if record.ruling is not None else None
        if draft is None:
            return
        failing = _failing(record, answer)
        if failing is not None:
            self._let_go(draft, *failing)
        elif answer is not None:
            if self.budget.take(len(answer.body)):
                self._channel[0].send_nowait(_Waiting(draft, answer))
            else:
                self._let_go(draft, _BUSY, Landing.UNFIT)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Writes until it is closed and everything is written.

        Cancellation: What is waiting is not kept, and those who wait for it ask for themselves.
        """
        async with trio.open_nursery() as nursery:
            for _ in range(_WRITERS):
                nursery.start_soon(self._write)
            task_status.started()

    def close(self) -> None:
        """Takes nothing more."""
        self._channel[0].close()

    async def _write(self) -> None:
        async for waiting in self._channel[1]:
            landing = Landing.UNFIT
            try:
                landing = await self._written(waiting)
            finally:
                self.budget.give(len(waiting.answer.body))
                self._land(waiting.draft, landing)

    async def _written(self, waiting: _Waiting) -> Landing:
        fit = await self._fit(waiting.answer)
        draft = waiting.draft
        if isinstance(fit, Unfit):
            self.observer.answer_judged(fit.value)
            is_cut = fit is Unfit.INCOMPLETE
            return Landing.LOST if is_cut else Landing.UNFIT
        if fit.calls_tools and not draft.keeps_tool_calls:
            self.observer.answer_judged(_TOOL_CALLS)
            return Landing.UNFIT
        ttl = draft.ttl_seconds * (1 + _JITTER * (2 * self.draw() - 1))
        started = trio.current_time()
        try:
            await self.store.put(draft.answered(self.new_id(), fit, self.now(), ttl))
        except CacheError:
            self._told("error", started)
            self.observer.answer_judged(_ERROR)
            return Landing.UNFIT
        self._told("done", started)
        self.observer.answer_judged(_KEPT)
        return Landing.KEPT

    async def _fit(self, answer: UpstreamAnswer) -> FitAnswer | Unfit:
        if len(answer.body) <= _INLINE_BYTES:
            return self.codec.fit(answer)
        return await trio.to_thread.run_sync(self.codec.fit, answer)

    def _told(self, result: str, started: float) -> None:
        self.observer.store_asked("put", result, trio.current_time() - started)

    def _let_go(self, draft: Draft, fate: str, landing: Landing) -> None:
        self.observer.answer_judged(fate)
        self._land(draft, landing)

    def _land(self, draft: Draft, landing: Landing) -> None:
        flight = self.flights.of(draft.exact) if draft.leads else None
        if flight is not None:
            flight.land(landing)


def _failing(record: DecisionRecord, answer: UpstreamAnswer | None) -> tuple[str, Landing] | None:
    """Returns why an answer is not even read, and how its flight ends; None if it is.

    What another request might get another answer to is lost; the rest concerns all who wait.
    """
    if record.status not in (OK, None):
        return Unfit.STATUS.value, Landing.LOST
    if record.outcome is not Outcome.COMPLETED:
        return Unfit.INCOMPLETE.value, Landing.LOST
    screened = record.ruling.answer if record.ruling is not None else None
    if screened is not None and _is_flagged(screened):
        return _FLAGGED, Landing.UNFIT
    return (_TOO_LARGE, Landing.UNFIT) if answer is None else None


def _is_flagged(screened: AnswerScreening) -> bool:
    return bool(screened.found or screened.originals or screened.is_stopped or screened.is_unread)
