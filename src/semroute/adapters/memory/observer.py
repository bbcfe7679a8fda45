"""An observer that remembers."""

from attrs import define, field

from semroute.domain.record import DecisionRecord, Usage
from semroute.domain.routing import RoutingDecision


@define(eq=False)
class MemoryObserver:
    """Keeps everything it is told, in order."""

    messages: list[tuple[str, str, float | None]] = field(factory=list)
    failures: list[str] = field(factory=list)
    records: list[DecisionRecord] = field(factory=list)
    usages: list[tuple[RoutingDecision, Usage]] = field(factory=list)

    def message_answered(self, phase: str, status: str, seconds: float | None) -> None:
        """Keeps it."""
        self.messages.append((phase, status, seconds))

    def exchange_failed(self, error_type: str) -> None:
        """Keeps it."""
        self.failures.append(error_type)

    def exchange_finished(self, record: DecisionRecord) -> None:
        """Keeps it."""
        self.records.append(record)

    def answer_metered(self, decision: RoutingDecision, usage: Usage) -> None:
        """Keeps it."""
        self.usages.append((decision, usage))
