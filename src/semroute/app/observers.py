"""Several observers as one."""

from attrs import frozen

from semroute.domain.ports import Observer
from semroute.domain.record import DecisionRecord, Usage
from semroute.domain.routing import RoutingDecision


@frozen
class Observers:
    """Tells everybody everything, in order.

    Args:
        members: Who is told.
    """

    members: tuple[Observer, ...]

    def message_answered(self, phase: str, status: str, seconds: float | None) -> None:
        """Passes it on."""
        for member in self.members:
            member.message_answered(phase, status, seconds)

    def exchange_failed(self, error_type: str) -> None:
        """Passes it on."""
        for member in self.members:
            member.exchange_failed(error_type)

    def exchange_finished(self, record: DecisionRecord) -> None:
        """Passes it on."""
        for member in self.members:
            member.exchange_finished(record)

    def answer_metered(self, decision: RoutingDecision, usage: Usage) -> None:
        """Passes it on."""
        for member in self.members:
            member.answer_metered(decision, usage)
