"""What is counted of the answer cache."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from semroute.domain.caching.inquiry import Bypass, Consultation, Hit, Miss

_SECONDS: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)
_COSINES: Final = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98, 1.0)


class CacheMetrics:
    """Counts what happens in the cache.

    Args:
        registry: Where.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._consultations = Counter(
            "semroute_cache_total",
            "Requests by what the cache did with them.",
            ["result", "why"],
            registry=registry,
        )
        self._operations = Counter(
            "semroute_cache_ops_total",
            "What the store was asked for, and what came of it.",
            ["op", "result"],
            registry=registry,
        )
        self._seconds = Histogram(
            "semroute_cache_op_duration_seconds",
            "How long the store took.",
            ["op"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._similarity = Histogram(
            "semroute_cache_similarity",
            "Cosines of near questions that were answers, and of those that were not.",
            ["verdict"],
            buckets=_COSINES,
            registry=registry,
        )
        self._rejected = Counter(
            "semroute_cache_rejected_total",
            "Near questions whose answers were not given, by the reason.",
            ["why"],
            registry=registry,
        )
        self._answers = Counter(
            "semroute_cache_answers_total",
            "Answers by whether they were kept, or why not.",
            ["fate"],
            registry=registry,
        )
        self._flights = Counter(
            "semroute_cache_flights_total",
            "Requests that others waited for, or that waited for another.",
            ["role"],
            registry=registry,
        )
        self._saved = Counter(
            "semroute_cache_saved_tokens_total",
            "Tokens that hits did not cost again.",
            ["model"],
            registry=registry,
        )
        self._events = Counter(
            "semroute_cache_store_events_total",
            "What happened to entries of the store, or to the store.",
            ["event"],
            registry=registry,
        )

    def consulted(self, consultation: Consultation | None) -> None:
        """Counts what the cache said to one request."""
        match consultation:
            case Hit() as hit:
                self._consultations.labels("hit", hit.kind.value).inc()
                self._saved.labels(hit.entry.model).inc(hit.entry.tokens)
            case Miss(why):
                self._consultations.labels("miss", why.value).inc()
            case Bypass() as why:
                self._consultations.labels("bypass", why.value).inc()
            case None:
                pass

    def happened(self, event: str, count: int) -> None:
        """Counts what happened to so many entries; `event` is one of a closed list."""
        self._events.labels(event).inc(count)

    def store_asked(self, operation: str, result: str, seconds: float) -> None:
        """Counts one operation."""
        self._operations.labels(operation, result).inc()
        self._seconds.labels(operation).observe(seconds)

    def neighbour_judged(self, similarity: float, verdict: str) -> None:
        """Counts one near question."""
        is_hit = verdict == "hit"
        self._similarity.labels("hit" if is_hit else "rejected").observe(similarity)
        if not is_hit:
            self._rejected.labels(verdict).inc()

    def answer_judged(self, fate: str) -> None:
        """Counts one answer."""
        self._answers.labels(fate).inc()

    def flight_joined(self, role: str) -> None:
        """Counts one part of a flight."""
        self._flights.labels(role).inc()
