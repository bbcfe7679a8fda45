"""Who is told what happened."""

from typing import Protocol

from semroute.domain.record import DecisionRecord, Usage
from semroute.domain.routing import RoutingDecision


class CacheObserver(Protocol):
    """Is told what happens in the cache. It never raises, never blocks and never sees a word."""

    def store_asked(self, operation: str, result: str, seconds: float) -> None:
        """The store was asked for something.

        Args:
            operation: `exact`, `nearest` or `put`.
            result: `hit`, `miss`, `done`, `timeout`, `error`, or `paused` if it was not asked
                because it had failed too often.
            seconds: How long it took.
        """
        ...

    def neighbour_judged(self, similarity: float, verdict: str) -> None:
        """A near entry was an answer (`hit`) or not, and then why not."""
        ...

    def answer_judged(self, fate: str) -> None:
        """An answer was `kept`, or the word says why not."""
        ...

    def flight_joined(self, role: str) -> None:
        """A request is to `lead` others like it, to `follow` one, or was `promoted`.

        A leader may have to wait `elsewhere`: for another router.
        """
        ...


class Observer(Protocol):
    """Is told what happens. It never raises, never blocks and never sees a prompt."""

    def message_answered(self, phase: str, status: str, seconds: float | None) -> None:
        """One message was dealt with.

        Args:
            phase: As `request_headers` or `response_body`.
            status: `continue`, `immediate`, `held` or `observed`.
            seconds: How long Envoy waited for the answer, or None if it did not wait.
        """
        ...

    def exchange_failed(self, error_type: str) -> None:
        """A stream ended in an error; `error_type` is one word of a small vocabulary."""
        ...

    def exchange_finished(self, record: DecisionRecord) -> None:
        """An exchange is over, however it ended."""
        ...

    def answer_metered(self, decision: RoutingDecision, usage: Usage) -> None:
        """A model's answer said what it cost."""
        ...
