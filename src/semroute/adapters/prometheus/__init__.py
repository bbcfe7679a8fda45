"""What happens, as Prometheus metrics."""

from .observer import PrometheusObserver

__all__ = ["PrometheusObserver"]
