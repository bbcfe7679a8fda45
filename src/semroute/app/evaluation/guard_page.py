"""What screening for attacks came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from .costs import Costs
from .figures import as_json
from .guard import GuardReport, SetReport
from .guard_letters_page import Letters, letters_as_json, letters_lines, letters_tables
from .pages import Page, Table, counted, number, timed, with_interval
from .resampled import Estimate
from .robustness import RobustnessReport, Trial
from .statistics import Proportion


def guard_page(
    report: GuardReport, costs: Costs, robustness: RobustnessReport, letters: Letters
) -> Page:
    """Returns all of it as sentences and tables."""
    return Page(
        "Attacks",
        (*_lines(report), *letters_lines(letters)),
        (*_tables(report, costs, robustness), *letters_tables(letters)),
    )


def _lines(report: GuardReport) -> Iterator[str]:
    tally = report.pooled.tally
    yield (
        f"Attacks found: {counted(tally.recall)}; precision {with_interval(tally.precision)}, "
        f"AUC {_told(report.pooled.auc)}."
    )
    yield f"Ordinary prompts flagged: {counted(report.ordinary)}."
    yield f"Harmless prompts with trigger words flagged: {counted(report.triggers)}."
    yield f"Texts that the encoder had to read: {counted(report.pooled.read)}."


def _tables(report: GuardReport, costs: Costs, robustness: RobustnessReport) -> Iterator[Table]:
    figures = ("texts", "attacks", "precision", "recall", "F1", "false positives", "AUC", "read")
    yield Table(
        "Every set",
        ("set", *figures),
        tuple(_set_row(each) for each in (*report.sets, report.pooled)),
        "In brackets: 95 % intervals, of the AUC by bootstrap. False positives are the share of "
        "harmless texts that are flagged; read, the share that the encoder had to read.",
    )
    if len(report.kinds) > 1:
        yield Table(
            "Every kind of attack",
            ("kind", *figures),
            tuple(map(_set_row, report.kinds)),
            "Injections are told by where they stand: in what a tool returned.",
        )
    yield Table(
        "Milliseconds a text",
        ("part", "texts", "median", "95th percentile"),
        (
            timed("readings and patterns", costs.patterns),
            timed("lexical score", costs.lexical),
            timed("encoder", costs.encoder),
        ),
        "Each part by itself, one text at a time. The encoder is timed on every text's most "
        "suspicious part, whether or not the cascade would have asked it.",
    )
    columns = ("", "recall", "of plain recall", "flipped", "ordinary flagged")
    plain = robustness.plain
    flagged = (
        "flagged too, so the rows below mean nothing"
        if robustness.is_filler_flagged
        else ("not flagged")
    )
    note = (
        f"{plain.recall.of} attacks. Flipped: found unchanged, and missed then. {plain.alarms.of} "
        "ordinary texts were changed likewise."
    )
    for title, trials, more in (
        ("At every depth", robustness.depths, f" The other text alone is {flagged}."),
        ("In every disguise", robustness.evasions, ""),
    ):
        rows = tuple(_trial_row(each, plain.recall) for each in (plain, *trials))
        yield Table(title, columns, rows, note + more)


def _told(auc: Estimate | None) -> str:
    if auc is None:
        return number(None)
    return f"{number(auc.value)} ({number(auc.low)}-{number(auc.high)})"


def _set_row(report: SetReport) -> tuple[str, ...]:
    tally = report.tally
    return (
        report.name,
        f"{report.read.of:,}",
        f"{tally.recall.of:,}",
        with_interval(tally.precision),
        with_interval(tally.recall),
        with_interval(tally.f1),
        with_interval(tally.false_positive_rate),
        _told(report.auc),
        number(report.read.share),
    )


def _trial_row(trial: Trial, plain: Proportion) -> tuple[str, ...]:
    kept = trial.recall.hits / plain.hits if plain.hits else None
    return (
        trial.name,
        with_interval(trial.recall),
        number(kept),
        *map(with_interval, (trial.flips, trial.alarms)),
    )


def guard_as_json(
    report: GuardReport, costs: Costs, robustness: RobustnessReport, letters: Letters
) -> dict[str, Any]:
    """Returns all of it as one JSON object."""
    tally = report.pooled.tally
    return {
        "precision": tally.precision.share,
        "recall": tally.recall.share,
        "false_positive_rate": tally.false_positive_rate.share,
        "auc": report.pooled.auc and report.pooled.auc.value,
        "sets": {each.name: _set_as_json(each) for each in report.sets},
        "pooled": _set_as_json(report.pooled),
        "kinds": {each.name: _set_as_json(each) for each in report.kinds},
        "ordinary_flagged": as_json(report.ordinary),
        "triggers_flagged": as_json(report.triggers),
        "milliseconds": asdict(costs),
        "sample": {
            "unchanged": _trial_as_json(robustness.plain),
            "filler_flagged": robustness.is_filler_flagged,
            "depths": {each.name: _trial_as_json(each) for each in robustness.depths},
            "evasions": {each.name: _trial_as_json(each) for each in robustness.evasions},
        },
        "letters": letters_as_json(letters),
    }


def _set_as_json(report: SetReport) -> dict[str, Any]:
    tally = report.tally
    return {
        "texts": report.read.of,
        "precision": as_json(tally.precision),
        "recall": as_json(tally.recall),
        "f1": as_json(tally.f1),
        "false_positive_rate": as_json(tally.false_positive_rate),
        "auc": report.auc and report.auc.value,
        "auc_interval": report.auc and report.auc.interval,
        "read": as_json(report.read),
    }


def _trial_as_json(trial: Trial) -> dict[str, Any]:
    return {
        "recall": as_json(trial.recall),
        "flips": as_json(trial.flips),
        "ordinary_flagged": as_json(trial.alarms),
    }
