"""What choosing between models came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any, Final

from attrs import asdict

from .frontier import FrontierReport, Oracle, Point, PriceSource
from .pages import Page, Table, between, number
from .resampled import Estimate

_INTERVALS: Final = "In brackets: 95 % intervals by bootstrap."
_NONE_RIGHT: Final = (
    "The last column is how many prompts a model would get if somebody always knew; where no "
    "model is right, the cheapest does."
)


def frontier_page(report: FrontierReport) -> Page:
    """Returns all of it as sentences and tables."""
    tables = (_models(report), _frontier(report))
    return Page("Strong or weak model", tuple(_lines(report)), tables)


def _lines(report: FrontierReport) -> Iterator[str]:
    best, oracle = report.best, report.oracle
    strong, weak = (report.accuracies[name] for name in (report.strong, report.weak))
    yield (
        f"{len(report.contests):,} prompts: strong model {report.strong} {number(strong.value)}, "
        f"weak model {report.weak} {number(weak.value)}."
    )
    yield f"Average performance gap recovered (APGR; 0.5 is drawing lots): {_told(report.apgr)}."
    yield (
        f"Best constant model{_of_how_many(report)}: {report.best_constant}, "
        f"{_told(report.best_constant_accuracy)}. Best place of the frontier: "
        f"{_told(best.accuracy)} at {best.share:.0%} strong calls."
    )
    yield (
        f"Always the cheapest model{_of_how_many(report)} that is right, which nobody can know: "
        f"{_told(oracle.accuracy)} at {oracle.shares[report.strong]:.0%} strong calls, for "
        f"{_cost(oracle.cost)} an answer."
    )
    for recovered, share in report.share_for.items():
        yield f"{recovered:.0%} of the gap takes this share of strong calls: {_told(share)}."


def _of_how_many(report: FrontierReport) -> str:
    count = len(report.models)
    return f" of {count}" if count > 2 else ""  # noqa: PLR2004 - both have been named


def _models(report: FrontierReport) -> Table:
    rows = (
        (
            name,
            _told(report.accuracies[name]),
            f"{report.prices[name].value:.4g}",
            f"{report.oracle.shares[name]:.0%}",
        )
        for name in report.models
    )
    return Table(
        "Each model alone",
        ("model", "accuracy", "cost", "cheapest that is right"),
        tuple(rows),
        " ".join((_NONE_RIGHT, _INTERVALS, *_origins(report))),
    )


def _origins(report: FrontierReport) -> Iterator[str]:
    """Says where prices come from that no option gave."""
    sources = {price.source for price in report.prices.values()}
    if PriceSource.CONFIGURATION in sources:
        names = _priced_by(report, PriceSource.CONFIGURATION)
        yield f"By the prices of the configuration an answer costs so much, by estimate: {names}."
    if PriceSource.ASSUMED in sources:
        names = _priced_by(report, PriceSource.ASSUMED)
        yield (
            f"Costs that are assumed, for want of prices: {names}. The strong model costs 1, the "
            "weak one 0, any other as much as the dearest."
        )


def _priced_by(report: FrontierReport, source: PriceSource) -> str:
    return ", ".join(name for name in report.models if report.prices[name].source is source)


def _frontier(report: FrontierReport) -> Table:
    strong, weak = (report.prices[name].value for name in (report.strong, report.weak))
    rows = (
        (
            f"{point.share:.0%}",
            _told(point.accuracy),
            number(by_lot(report, point)),
            f"{point.cost:.4g}",
        )
        for point in report.frontier
    )
    return Table(
        "The frontier",
        ("strong calls", "accuracy", "by lot", "cost"),
        tuple(rows),
        f"Cost of an answer: {strong:.4g} for the strong model, {weak:.4g} for the weak one. "
        f"{_INTERVALS}",
    )


def by_lot(report: FrontierReport, point: Point) -> float:
    """Returns what as many strong calls come to if they are drawn by lot."""
    strong, weak = (report.accuracies[name].value for name in (report.strong, report.weak))
    return weak + point.share * (strong - weak)


def frontier_as_json(report: FrontierReport) -> dict[str, Any]:
    """Returns all of it as one JSON object."""
    apgr, constant = report.apgr, report.best_constant_accuracy
    return {
        "prompts": len(report.contests),
        "apgr": apgr.value if apgr else None,
        "apgr_interval": apgr.interval if apgr else None,
        "best_constant": report.best_constant,
        "best_constant_accuracy": constant.value,
        "best_constant_accuracy_interval": constant.interval,
        "strong": _model_as_json(report, report.strong),
        "weak": _model_as_json(report, report.weak),
        "models": [_model_as_json(report, name) for name in report.models],
        "best": _point_as_json(report.best),
        "oracle": _oracle_as_json(report.oracle, report.strong),
        "share_for": {
            f"{recovered:g}": asdict(share) if share else None
            for recovered, share in report.share_for.items()
        },
        "frontier": [_point_as_json(point) for point in report.frontier],
    }


def _model_as_json(report: FrontierReport, name: str) -> dict[str, Any]:
    accuracy, price = report.accuracies[name], report.prices[name]
    return {
        "model": name,
        "accuracy": accuracy.value,
        "accuracy_interval": accuracy.interval,
        "cost": price.value,
        "cost_from": price.source,
    }


def _point_as_json(point: Point) -> dict[str, Any]:
    return {
        "share": point.share,
        "accuracy": point.accuracy.value,
        "cost": point.cost,
        "accuracy_interval": point.accuracy.interval,
    }


def _oracle_as_json(oracle: Oracle, strong: str) -> dict[str, Any]:
    return {
        "share": oracle.shares[strong],
        "accuracy": oracle.accuracy.value,
        "cost": oracle.cost.value,
        "accuracy_interval": oracle.accuracy.interval,
        "cost_interval": oracle.cost.interval,
        "shares": oracle.shares,
    }


def _cost(cost: Estimate) -> str:
    return f"{cost.value:.3g} ({cost.low:.3g}-{cost.high:.3g})"


def _told(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none, because the models are equally good"
    return between(estimate.value, estimate.interval)
