"""The metrics of several processes as one page."""

from collections.abc import Iterable, Mapping

from attrs import frozen
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


class MergedMetrics:
    """Puts the pages of workers together; each sample says whose it is, in the label `worker`."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._restarts = Counter(
            "semroute_worker_restarts_total",
            "Workers started again because they had ended unasked.",
            ["worker"],
            registry=self._own,
        )

    def restarted(self, worker: int) -> None:
        """Counts one restart."""
        self._restarts.labels(str(worker)).inc()

    def render(self, pages: Mapping[int, str]) -> bytes:
        """Returns one page in Prometheus' text format, from a page for each worker."""
        registry = CollectorRegistry()
        registry.register(_Pages(pages))
        return generate_latest(registry) + generate_latest(self._own)


@frozen(eq=False)
class _Pages(Collector):
    pages: Mapping[int, str]

    def collect(self) -> Iterable[Metric]:
        """Returns every metric once, with the samples of all workers."""
        merged: dict[str, Metric] = {}
        for worker, page in self.pages.items():
            for family in text_string_to_metric_families(page):
                metric = Metric(family.name, family.documentation, family.type)
                metric = merged.setdefault(family.name, metric)
                for sample in family.samples:
                    labels = {**sample.labels, "worker": str(worker)}
                    metric.add_sample(sample.name, labels, sample.value)
        return merged.values()
