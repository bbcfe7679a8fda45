"""What classifying came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any, Final

from .categories import Abstention, CategoryReport
from .figures import as_json
from .pages import Page, Table, between, counted, in_points, with_interval

SURE: Final = 0.8
"""The confidence at which coverage and accuracy are quoted."""


def category_page(report: CategoryReport) -> Page:
    """Returns all of it as sentences and tables."""
    return Page("Categories", tuple(_lines(report)), tuple(_tables(report)))


def _lines(report: CategoryReport) -> Iterator[str]:
    sure = report.at(SURE)
    yield (
        f"{len(report.prompts):,} prompts: accuracy {with_interval(report.accuracy)}, "
        f"macro-F1 {between(report.macro_f1, report.macro_f1_interval)}, calibration error "
        f"{between(report.calibration_error, report.calibration_error_interval)}."
    )
    yield (
        f"At a confidence of {SURE} or more: {counted(sure.coverage)}, "
        f"and of those right {with_interval(sure.accuracy)}."
    )
    if report.may_be_quick:
        yield (
            "With the encoder asked about every prompt, as well as the fast tier, accuracy would "
            f"be {with_interval(report.both)}; the difference is {in_points(report.gain)}."
        )
    for noise, flips in report.flips.items():
        yield f"Moved to another category by {noise}: {counted(flips)}."


def _tables(report: CategoryReport) -> Iterator[Table]:
    names = report.categories
    if report.may_be_quick:
        yield Table(
            "Who decided",
            ("rung", "decided", "of those right", "if both are asked"),
            tuple(
                (
                    each.rung.value,
                    with_interval(each.answered),
                    with_interval(each.accuracy),
                    with_interval(each.both),
                )
                for each in report.rungs
            ),
            "The fast tier alone, or the encoder with the fast tier's opinion beside it.",
        )
    yield Table(
        "Labelled (rows) as (columns)",
        ("", *(name[:4] for name in names), "F1"),
        tuple(
            (
                label,
                *(str(report.confusion.get((label, name), 0) or "·") for name in names),
                f"{report.f1(label):.2f}",
            )
            for label in names
        ),
    )
    yield Table(
        "Answering only from a confidence on",
        ("confidence", "answered", "of those right"),
        tuple(
            (f"{each.threshold:.2f}", with_interval(each.coverage), with_interval(each.accuracy))
            for each in report.abstention
        ),
        "In brackets: 95 % intervals. That of the calibration error, a bootstrap's, is too high: "
        "drawing prompts again adds chance, and an error only grows by chance.",
    )


def category_as_json(report: CategoryReport) -> dict[str, Any]:
    """Returns all of it as one JSON object."""
    names = report.categories
    return {
        "prompts": len(report.prompts),
        "accuracy": round(report.accuracy.share or 0.0, 4),
        "accuracy_interval": report.accuracy.interval,
        "macro_f1": round(report.macro_f1, 4),
        "macro_f1_interval": report.macro_f1_interval,
        "ece": round(report.calibration_error, 4),
        "ece_interval": report.calibration_error_interval,
        "f1": {name: round(report.f1(name), 4) for name in names},
        "confusion": {
            label: {name: report.confusion.get((label, name), 0) for name in names}
            for label in names
        },
        "sure": _as_json(report.at(SURE)),
        "abstention": [_as_json(each) for each in report.abstention],
        "flip_ratio": {noise: as_json(flips) for noise, flips in report.flips.items()},
        **(_cascade_as_json(report) if report.may_be_quick else {}),
    }


def _cascade_as_json(report: CategoryReport) -> dict[str, Any]:
    return {
        "rungs": {
            each.rung.value: {
                "prompts": each.answered.hits,
                "share": _rounded(each.answered.share),
                "accuracy": _rounded(each.accuracy.share),
                "accuracy_interval": each.accuracy.interval,
                "accuracy_of_both": _rounded(each.both.share),
            }
            for each in report.rungs
        },
        "both": {
            "accuracy": _rounded(report.both.share),
            "accuracy_interval": report.both.interval,
            "difference_points": _rounded(report.gain.value),
            "difference_points_interval": report.gain.interval,
        },
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _as_json(each: Abstention) -> dict[str, Any]:
    return {
        "threshold": each.threshold,
        "coverage": as_json(each.coverage),
        "accuracy": as_json(each.accuracy),
    }
