"""What happens, as Prometheus metrics."""

from .merged import MergedMetrics
from .observer import PrometheusObserver

__all__ = ["MergedMetrics", "PrometheusObserver"]
