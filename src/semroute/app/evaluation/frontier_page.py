"""What choosing between two models came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import asdict

from .frontier import Estimate, FrontierReport, Point
from .pages import Page, Table, number

RECOVERED: Final = (0.5, 0.8, 0.95)
"""Shares of the gap between the models, for which the least share of strong calls is quoted."""


def frontier_page(report: FrontierReport) -> Page:
    """Returns all of it as sentences and tables."""
    return Page("Strong or weak model", tuple(_lines(report)), tuple(_tables(report)))


def _lines(report: FrontierReport) -> Iterator[str]:
    best, oracle = report.best, report.oracle
    yield (
        f"{len(report.duels):,} prompts: strong model {report.strong} "
        f"{number(report.strong_accuracy)}, weak model {report.weak} "
        f"{number(report.weak_accuracy)}."
    )
    yield f"Average performance gap recovered (APGR; 0.5 is drawing lots): {_told(report.apgr)}."
    yield (
        f"Best constant model: {report.best_constant}, {number(report.best_constant_accuracy)}. "
        f"Best place of the frontier: {number(best.accuracy)} at {best.share:.0%} strong calls."
    )
    yield (
        f"Always the cheapest model that is right, which nobody can know: "
        f"{number(oracle.accuracy)} at {oracle.share:.0%} strong calls."
    )
    for recovered in RECOVERED:
        yield (
            f"{recovered:.0%} of the gap takes this share of strong calls: "
            f"{_told(report.share_for(recovered))}."
        )


def _tables(report: FrontierReport) -> Iterator[Table]:
    yield Table(
        "The frontier",
        ("strong calls", "accuracy", "by lot", "cost"),
        tuple(
            (
                f"{point.share:.0%}",
                number(point.accuracy),
                number(by_lot(report, point)),
                f"{point.cost:.4g}",
            )
            for point in report.frontier
        ),
        f"Cost of an answer: {report.prices.strong:g} for the strong model, "
        f"{report.prices.weak:g} for the weak one.",
    )


def by_lot(report: FrontierReport, point: Point) -> float:
    """Returns what as many strong calls come to if they are drawn by lot."""
    gap = report.strong_accuracy - report.weak_accuracy
    return report.weak_accuracy + point.share * gap


def frontier_as_json(report: FrontierReport) -> dict[str, Any]:
    """Returns all of it as one JSON object."""
    apgr = report.apgr
    return {
        "prompts": len(report.duels),
        "apgr": apgr.value if apgr else None,
        "apgr_interval": [apgr.low, apgr.high] if apgr else None,
        "best_constant": report.best_constant,
        "best_constant_accuracy": report.best_constant_accuracy,
        "strong": {"model": report.strong, "accuracy": report.strong_accuracy},
        "weak": {"model": report.weak, "accuracy": report.weak_accuracy},
        "best": asdict(report.best),
        "oracle": asdict(report.oracle),
        "share_for": {
            f"{recovered:g}": asdict(share) if (share := report.share_for(recovered)) else None
            for recovered in RECOVERED
        },
        "frontier": [asdict(point) for point in report.frontier],
    }


def _told(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none, because the models are equally good"
    return f"{estimate.value:.3f} ({estimate.low:.3f}-{estimate.high:.3f})"
