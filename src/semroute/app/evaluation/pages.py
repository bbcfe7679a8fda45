"""Findings in a form that people read: sentences and tables."""

from attrs import frozen

from .means import Mean
from .statistics import F1, Proportion, Spread


@frozen
class Table:
    """Figures.

    Args:
        title: What they are of.
        columns: What stands in each column; the first one names the rows.
        rows: The cells, as many as there are columns.
        note: What one has to know to read them; may be empty.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@frozen
class Page:
    """What a measurement came to.

    Args:
        title: What was measured.
        lines: The most important of it, a sentence each.
        tables: All of it.
    """

    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]


def number(value: float | None) -> str:
    """Returns a share as people read it; a dash for none."""
    return "-" if value is None else f"{value:.3f}"


def with_interval(value: Proportion | F1) -> str:
    """Returns a share and where the true one lies: `0.957 (0.880-0.985)`; a dash for none."""
    share = value.share if isinstance(value, Proportion) else value.value
    if share is None:
        return "-"
    return between(share, value.interval)


def between(value: float, interval: tuple[float, float]) -> str:
    """Returns a figure and where the true one lies: `0.957 (0.880-0.985)`."""
    low, high = interval
    return f"{value:.3f} ({low:.3f}-{high:.3f})"


def in_points(difference: Mean) -> str:
    """Returns a difference in points as people read it: `+0.46 (-0.92 to +1.83) points`."""
    if difference.value is None or difference.interval is None:
        return "-"
    low, high = difference.interval
    return f"{difference.value:+.2f} ({low:+.2f} to {high:+.2f}) points"


def counted(value: Proportion) -> str:
    """Returns a share with what it is of: `3 of 200, 0.015 (0.005-0.043)`."""
    if not value.of:
        return "none of none"
    return f"{value.hits:,} of {value.of:,}, {with_interval(value)}"


def timed(name: str, spread: Spread | None) -> tuple[str, str, str, str]:
    """Returns the row of a table of times; dashes if nothing was timed."""
    if spread is None:
        return name, "0", "-", "-"
    return name, f"{spread.count:,}", f"{spread.median:.2f}", f"{spread.p95:.2f}"
