"""What ranking tools came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from .means import Mean
from .pages import Page, Table, timed
from .tools import COUNTS, Setting, ToolsReport


def tools_page(report: ToolsReport) -> Page:
    """Returns all of it as sentences and tables."""
    return Page("Tools for a request", tuple(_lines(report)), tuple(_tables(report)))


def _lines(report: ToolsReport) -> Iterator[str]:
    own = report.settings[0]
    yield (
        f"{report.questions:,} questions with a right tool, {report.tools:,} different tools. "
        f"{report.without_gold:,} more have none, and are left out."
    )
    for count in COUNTS:
        recall = next(iter(own.recalls(count).values()))
        yield f"Right tools among the best {count}: {_with_interval(recall)}."
    yield (
        f"Reading the tools for the first time took {report.read_seconds:.1f} s, "
        f"{1000 * report.read_seconds / max(report.tools, 1):.0f} ms each."
    )


def _tables(report: ToolsReport) -> Iterator[Table]:
    own, *pools = report.settings
    for setting in report.settings:
        yield _table(f"Every question with {setting.name}", [setting])
    yield _table("By how many tools a question comes with", list(own.by_offered()))
    yield Table(
        "Milliseconds a request",
        ("offered", "requests", "median", "95th percentile"),
        tuple(timed(each.name, each.duration) for each in (own, *pools)),
        "Where the question and the tools were read before; a prompt that is classified was. "
        "Checkpoints read a question with a tool when it is asked.",
    )


def _table(title: str, settings: list[Setting]) -> Table:
    rows: list[tuple[str, ...]] = []
    for setting in settings:
        prefix = f"{setting.name}: " if len(settings) > 1 else ""
        for way, ranked in setting.ways.items():
            cells = (_with_interval(setting.recalls(count)[way]) for count in COUNTS)
            rows.append((f"{prefix}{way}", f"{len(ranked):,}", *cells))
    return Table(
        title,
        ("ranked by", "questions", *(f"recall at {count}" for count in COUNTS)),
        tuple(rows),
        "The share of a question's right tools among the best, on average. In brackets: 95 % "
        "intervals by bootstrap. A question with two right tools has at most half of them "
        "among the best 1.",
    )


def _with_interval(mean: Mean) -> str:
    value, interval = mean.value, mean.interval
    if value is None or interval is None:
        return "-"
    return f"{value:.3f} ({interval[0]:.3f}-{interval[1]:.3f})"


def tools_as_json(report: ToolsReport) -> dict[str, Any]:
    """Returns all of it as one JSON object; recalls at the top are of questions as they are."""
    own = report.settings[0]
    return {
        **{f"recall_at_{count}": next(iter(own.recalls(count).values())).value for count in COUNTS},
        "questions": report.questions,
        "without_gold": report.without_gold,
        "tools": report.tools,
        "read_seconds": report.read_seconds,
        "settings": {each.name: _setting_as_json(each) for each in report.settings},
        "by_offered": {each.name: _ways_as_json(each) for each in own.by_offered()},
    }


def _setting_as_json(setting: Setting) -> dict[str, Any]:
    return {
        "ways": _ways_as_json(setting),
        "milliseconds": None if setting.duration is None else asdict(setting.duration),
    }


def _ways_as_json(setting: Setting) -> dict[str, Any]:
    return {
        way: {
            "questions": len(ranked),
            **{f"recall_at_{count}": _as_json(setting.recalls(count)[way]) for count in COUNTS},
        }
        for way, ranked in setting.ways.items()
    }


def _as_json(mean: Mean) -> dict[str, Any]:
    return {"mean": mean.value, "interval": mean.interval}
