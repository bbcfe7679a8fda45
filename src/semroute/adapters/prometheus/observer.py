"""Counters and histograms. Labels come from configuration and closed vocabularies only."""

from collections.abc import Callable
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from semroute.domain.answers import AnswerSentence
from semroute.domain.classification import Classification, Unclassified
from semroute.domain.guards import Mode, PiiAction
from semroute.domain.judgement import Consequence, Sentence
from semroute.domain.record import DecisionRecord, Usage
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import (
    Answered,
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
    judgement_of,
)

from .cache import CacheMetrics
from .policy import PolicyMetrics

# The reference document's buckets start at 1 ms, where most of our work is over.
_SECONDS: Final = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
)  # fmt: skip
# A second series for each, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

_GAUGES: Final = {
    "semroute_extproc_streams": "Open ExtProc streams.",
    "semroute_grpc_connections": "Open connections.",
    "semroute_retained_bytes": "Request bodies and answers that are being kept.",
    "semroute_endpoints_unhealthy": "Endpoints that Envoy says are out of order.",
    "semroute_cache_entries": "Answers in the cache.",
    "semroute_cache_bytes": "How much they take.",
    "semroute_cache_flights_open": "Requests to models that identical ones may wait for.",
}
_ANSWERS: Final = "answers"  # the check, among those of requests
_SHARES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class PrometheusObserver:
    """Counts what happens in a registry of its own.

    Args:
        version: Of semroute.
        digest: Of the configuration.

    Attributes:
        cache: Counts what happens in the answer cache, in the same registry.
    """

    def __init__(self, version: str, digest: str) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        # The reference document's three.
        self._messages = Counter(
            "extproc_requests_total",
            "ExtProc messages answered.",
            ["request_type", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "extproc_processing_duration_seconds",
            "How long Envoy waited for an answer.",
            ["request_type"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._errors = Counter(
            "extproc_stream_errors_total",
            "ExtProc streams that ended in an error.",
            ["error_type"],
            registry=registry,
        )
        self._decisions = Counter(
            "semroute_decisions_total",
            "Chat requests routed.",
            ["route", "model", "reason"],
            registry=registry,
        )
        self._decision_seconds = Histogram(
            "semroute_decision_duration_seconds",
            "From a complete request to its decision.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._stage_seconds = Histogram(
            "semroute_stage_duration_seconds",
            "How long each stage of a decision took.",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._confidence = Histogram(
            "semroute_confidence",
            "Probability of the most probable category.",
            buckets=_SHARES,
            registry=registry,
        )
        self._classified = Counter(
            "semroute_classified_total",
            "Prompts classified, by who said what they are about.",
            ["rung"],
            registry=registry,
        )
        self._fallbacks = Counter(
            "semroute_fallback_total",
            "Prompts that the classifier did not classify, whether or not the fast tier did.",
            ["reason"],
            registry=registry,
        )
        self._partial = Counter(
            "semroute_partial_prompts_total",
            "Prompts too long to be looked at whole.",
            registry=registry,
        )
        self._rejected = Counter(
            "semroute_rejected_total",
            "Requests refused, by error code.",
            ["reason"],
            registry=registry,
        )
        self._exchanges = Counter(
            "semroute_exchanges_total",
            "Exchanges by how they ended.",
            ["verdict", "outcome"],
            registry=registry,
        )
        self._tokens = Counter(
            "semroute_tokens_total",
            "Tokens that models reported.",
            ["model", "kind"],
            registry=registry,
        )
        self._guards = Counter(
            "semroute_guard_total",
            "What each check said of requests and answers, and what was done: that, or monitor.",
            ["guard", "verdict", "action"],
            registry=registry,
        )
        self._attacks_judged = Counter(
            "semroute_attacks_judged_total",
            "Requests that were judged for attacks, by who told how probable one is.",
            ["check", "rung"],
            registry=registry,
        )
        self._check_failures = Counter(
            "semroute_check_failures_total",
            "Checks that could not be made.",
            ["check", "reason"],
            registry=registry,
        )
        self._answers = Counter(
            "semroute_answer_findings_total",
            "Answers with personal data in them, by its kind, what is to be done about it, and "
            "what was done: that, or monitor.",
            ["kind", "verdict", "action"],
            registry=registry,
        )
        self._limits = Counter(
            "semroute_limit_reached_total",
            "How often a peer, or all of them together, ran into a limit.",
            ["limit"],
            registry=registry,
        )
        self.cache = CacheMetrics(registry)
        self._policy = PolicyMetrics(registry)
        self._gauges = {
            name: Gauge(name, text, registry=registry) for name, text in _GAUGES.items()
        }
        info = Gauge("semroute_build_info", "Always 1.", ["version"], registry=registry)
        info.labels(version).set(1)
        config = Gauge("semroute_config_info", "Always 1.", ["digest"], registry=registry)
        config.labels(digest).set(1)

    def watch(self, gauge: str, count: Callable[[], int]) -> None:
        """Reports, from now on, what `count` says whenever somebody asks for a gauge."""
        self._gauges[gauge].set_function(count)

    def limit_reached(self, limit: str) -> None:
        """Counts that a limit was reached; `limit` is one of a closed list."""
        self._limits.labels(limit).inc()

    def render(self) -> bytes:
        """Returns all metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def message_answered(self, phase: str, status: str, seconds: float | None) -> None:
        """Counts one message."""
        self._messages.labels(phase, status).inc()
        if seconds is not None:
            self._seconds.labels(phase).observe(seconds)

    def exchange_failed(self, error_type: str) -> None:
        """Counts one failure."""
        self._errors.labels(error_type).inc()

    def exchange_finished(self, record: DecisionRecord) -> None:
        """Counts one exchange and what was decided in it."""
        verdict = "none" if record.ruling is None else _verdict_label(record.ruling)
        self._exchanges.labels(verdict, record.outcome.value).inc()
        if record.ruling is not None:
            self._count_ruling(record.ruling)

    def answer_metered(self, decision: RoutingDecision, usage: Usage) -> None:
        """Counts the tokens of one answer."""
        self._tokens.labels(decision.model, "input").inc(usage.input_tokens)
        self._tokens.labels(decision.model, "output").inc(usage.output_tokens)

    def _count_ruling(self, ruling: Ruling) -> None:
        if isinstance(ruling.verdict, Refused):
            self._rejected.labels(ruling.verdict.error.code).inc()
        if isinstance(ruling.verdict, Routed):
            decision = ruling.verdict.decision
            route = decision.category or "none"
            self._decisions.labels(route, decision.model, decision.reason.value).inc()
            self._decision_seconds.observe(ruling.timings.total)
            self._stage_seconds.labels("parse").observe(ruling.timings.parse)
        self._count_screening(ruling)
        self._policy.ruled(ruling)
        self.cache.consulted(ruling.consultation)
        if ruling.consultation is not None:
            self._stage_seconds.labels("recall").observe(ruling.timings.recall)
        match ruling.classification:
            case Classification() as classification:
                self._stage_seconds.labels("classify").observe(ruling.timings.classify)
                self._confidence.observe(classification.best.probability)
                self._classified.labels(classification.rung.value).inc()
                if classification.fault is not None:
                    self._fallbacks.labels(classification.fault.value).inc()
                if classification.coverage < 1:
                    self._partial.inc()
            case Unclassified(reason):
                self._fallbacks.labels(reason.value).inc()
            case None:
                pass

    def _count_screening(self, ruling: Ruling) -> None:
        if ruling.screening is not None:
            self._stage_seconds.labels("screen").observe(ruling.timings.screen)
        for sentence in judgement_of(ruling.verdict).sentences:
            self._count_sentence(sentence)
        if ruling.answer_sentence is not None:
            self._count_answer(ruling.answer_sentence)

    def _count_answer(self, sentence: AnswerSentence) -> None:
        if sentence.mode is not Mode.OFF:
            said = _said(sentence.consequence, sentence.mode)
            self._guards.labels(_ANSWERS, *said).inc()
        for kind, action in sentence.found.items():
            self._answers.labels(kind.value, *_said(action, sentence.mode)).inc()
        if sentence.is_unread:
            self._check_failures.labels(_ANSWERS, "unread").inc()

    def _count_sentence(self, sentence: Sentence) -> None:
        said = _said(sentence.consequence, sentence.mode)
        self._guards.labels(sentence.check.value, *said).inc()
        if sentence.rung is not None:
            self._attacks_judged.labels(sentence.check.value, sentence.rung.value).inc()
        if sentence.fault is not None:
            self._check_failures.labels(sentence.check.value, sentence.fault.value).inc()


def _said(verdict: Consequence | PiiAction, mode: Mode) -> tuple[str, str]:
    """Returns what a check wants done, and what was done: the same, if it is enforced."""
    return verdict.value, verdict.value if mode is Mode.ENFORCE else mode.value


def _verdict_label(ruling: Ruling) -> str:
    match ruling.verdict:
        case Routed():
            return "routed"
        case ServedFromCache():
            return "served_from_cache"
        case Refused():
            return "refused"
        case Blocked():
            return "blocked"
        case Answered():
            return "answered"
        case PassedThrough():
            return "passed_through"
