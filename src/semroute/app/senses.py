"""Finding out what became of an operator's signals, and of no more of them than matter."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final

import trio
from attrs import field, frozen

from semroute.domain.chat import ChatRequest
from semroute.domain.choosing.needs import tokens_of
from semroute.domain.classification import ClassificationOutcome
from semroute.domain.decisions import Decision, select, wanted
from semroute.domain.errors import ClassifierError
from semroute.domain.headers import Headers
from semroute.domain.ports import MeaningSensor, TextSensor
from semroute.domain.screening import Screening
from semroute.domain.signals.apparent import Circumstances, apparent
from semroute.domain.signals.concluded import classified, screened
from semroute.domain.signals.definitions import (
    CategorySignal,
    CheckSignal,
    ComplexitySignal,
    HeaderSignal,
    PiiSignal,
    Signal,
    TimeSignal,
)
from semroute.domain.signals.result import SignalResult

# Letters of a text this long are read in about a millisecond; longer ones wait for a thread.
_AT_ONCE_CHARS: Final = 10_000

_NOTHING_SAID: Final = ChatRequest("", ())

Results = dict[str, SignalResult]


@frozen
class Senses:
    """Finds out what became of signals, the cheap ones first, and only what decisions turn on.

    Args:
        signals: What can be told of requests, by name.
        decisions: What is made of it, in the order in which they are asked.
        texts: Those who read letters, by the signal's name.
        meanings: Those who read what is meant, likewise.
        budgets: How long finding out may take, in seconds, likewise.
        now: Says what time it is in a zone, by its IANA name.
    """

    signals: Mapping[str, Signal] = field(factory=dict)
    decisions: tuple[Decision, ...] = ()
    texts: Mapping[str, TextSensor] = field(factory=dict)
    meanings: Mapping[str, MeaningSensor] = field(factory=dict)
    budgets: Mapping[str, float] = field(factory=dict)
    now: Callable[[str], datetime] = field(default=lambda _: datetime.now(UTC))

    async def at_first(self, chat: ChatRequest, headers: Headers, service: str) -> Results:
        """Returns what a request shows by itself and by its letters.

        Cancellation: A long text may be read to its end, and nothing comes of it.
        """
        results: Results = {}
        if not self.decisions:
            return results
        request = Circumstances(chat, headers, service, tokens_of(chat), self.now)
        for name, signal in self.signals.items():
            result = apparent(signal, request)
            if result is not None:
                results[name] = result
        prompt = chat.prompt(0)
        for name in sorted(wanted(self.decisions, results) & self.texts.keys()):
            if name in wanted(self.decisions, results):
                results[name] = await self._read(name, "" if prompt is None else prompt.turn)
        return results

    def unsettled(self, results: Mapping[str, SignalResult]) -> frozenset[str]:
        """Returns the signals that are still to be found out."""
        return wanted(self.decisions, results)

    def names_models(self, results: Mapping[str, SignalResult]) -> bool:
        """Whether it is settled which decision a request gets, and that says who may answer."""
        selection = select(self.decisions, results)
        return (
            selection.is_settled
            and selection.chosen is not None
            and bool(selection.chosen.candidates)
        )

    def turns_on_category(self, results: Mapping[str, SignalResult]) -> bool:
        """Whether the decision turns on what the classifier says."""
        kinds = (self.signals[name] for name in wanted(self.decisions, results))
        return any(isinstance(kind, CategorySignal | ComplexitySignal) for kind in kinds)

    def turns_on_complexity(
        self, results: Mapping[str, SignalResult], outcome: ClassificationOutcome
    ) -> bool:
        """Whether, with what is said of the category, the decision still turns on complexity."""
        known = {
            name: classified(signal, outcome)
            for name, signal in self.signals.items()
            if isinstance(signal, CategorySignal)
        }
        kinds = (self.signals[name] for name in wanted(self.decisions, {**results, **known}))
        return any(isinstance(kind, ComplexitySignal) for kind in kinds)

    def concluded(
        self,
        results: Results,
        screening: Screening | None,
        outcome: ClassificationOutcome | None,
    ) -> Results:
        """Returns the results with those that follow from what others have found out."""
        more: Results = {}
        for name in wanted(self.decisions, results):
            match self.signals[name]:
                case CheckSignal() | PiiSignal() as signal:
                    more[name] = screened(signal, screening)
                case CategorySignal() | ComplexitySignal() as signal:
                    more[name] = classified(signal, outcome)
                case _:
                    continue
        return {**results, **more}

    async def meant(self, results: Results, text: str) -> Results:
        """Returns the results with those that only the meaning of a prompt tells.

        They share what the encoder says, so their time runs at once: one that is late makes the
        others no later.

        Cancellation: Nothing is left behind.
        """
        found, started = dict(results), trio.current_time()
        for name in sorted(wanted(self.decisions, found) & self.meanings.keys()):
            if name in wanted(self.decisions, found):
                found[name] = await self._ask(name, text, started + self.budgets.get(name, 0))
        return found

    def beside(self, headers: Headers) -> Results:
        """Returns what became of signals that are not about the body of a request."""
        request = Circumstances(_NOTHING_SAID, headers, "", 0, self.now)
        found = (
            (name, apparent(signal, request))
            for name, signal in self.signals.items()
            if isinstance(signal, HeaderSignal | TimeSignal)
        )
        return {name: result for name, result in found if result is not None}

    def beside_body(self, results: Mapping[str, SignalResult]) -> str:
        """Returns what became of signals that are not about the body, as a text."""
        return " ".join(
            f"{name}={results[name].match.value}"
            for name, signal in self.signals.items()
            if isinstance(signal, HeaderSignal | TimeSignal) and name in results
        )

    async def _read(self, name: str, text: str) -> SignalResult:
        sense = self.texts[name].sense
        if len(text) <= _AT_ONCE_CHARS:
            return sense(text)
        result: SignalResult | None = None
        with trio.move_on_after(self.budgets.get(name, 0)):
            result = await trio.to_thread.run_sync(partial(sense, text), abandon_on_cancel=True)
        return result or SignalResult.unknown("timeout")

    async def _ask(self, name: str, text: str, deadline: float) -> SignalResult:
        result = SignalResult.unknown("timeout")
        try:
            with trio.move_on_at(deadline):
                result = await self.meanings[name].sense(text)
        except ClassifierError as error:
            return SignalResult.unknown(error.reason.value)
        return result
