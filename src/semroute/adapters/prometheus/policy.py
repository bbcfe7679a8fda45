"""What is counted of signals, decisions and tools."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from semroute.domain.ruling import Ruling
from semroute.domain.verdict import Routed

_TOOLS: Final = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)


class PolicyMetrics:
    """Counts what became of the operator's policy. Its labels are the operator's own names."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._signals = Counter(
            "semroute_signals_total",
            "Signals that somebody sensed, by whether they showed.",
            ["signal", "match"],
            registry=registry,
        )
        self._matched = Counter(
            "semroute_matched_total",
            "Requests routed, by the operator's decision that they are of.",
            ["decision"],
            registry=registry,
        )
        self._undecided = Counter(
            "semroute_undecided_total",
            "Requests of which nobody knew whether they are of a decision.",
            ["decision"],
            registry=registry,
        )
        self._offered = Histogram(
            "semroute_tools_offered",
            "Tools on offer in requests of which some were chosen.",
            buckets=_TOOLS,
            registry=registry,
        )
        self._kept = Histogram(
            "semroute_tools_kept", "How many of them stayed.", buckets=_TOOLS, registry=registry
        )
        self._basis = Counter(
            "semroute_tools_selected_total",
            "Requests in which tools were chosen, by what they were compared by.",
            ["basis"],
            registry=registry,
        )

    def ruled(self, ruling: Ruling) -> None:
        """Counts one ruling."""
        for name, result in ruling.signals.items():
            self._signals.labels(name, result.match.value).inc()
        if isinstance(ruling.verdict, Routed):
            decision = ruling.verdict.decision
            if decision.decision is not None:
                self._matched.labels(decision.decision).inc()
            for name in decision.undecided:
                self._undecided.labels(name).inc()
        if ruling.selection is not None:
            self._offered.observe(ruling.selection.offered)
            self._kept.observe(len(ruling.selection.kept))
            self._basis.labels(ruling.selection.basis.value).inc()
