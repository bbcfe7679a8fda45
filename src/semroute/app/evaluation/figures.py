"""Figures as JSON."""

from typing import Any

from .statistics import F1, Proportion


def as_json(value: Proportion | F1) -> dict[str, Any]:
    """Returns a share, its interval and its counts; F1 has no counts of its own."""
    if isinstance(value, F1):
        return {"share": value.value, "interval": value.interval}
    return {"share": value.share, "interval": value.interval, "hits": value.hits, "of": value.of}
