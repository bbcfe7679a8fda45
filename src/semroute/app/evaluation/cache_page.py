"""What comparing questions came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from .cache import CacheReport, Rates
from .figures import as_json
from .pages import Page, Table, counted, timed, with_interval
from .statistics import Proportion


def cache_page(report: CacheReport) -> Page:
    """Returns all of it as sentences and tables."""
    return Page("Answers from the cache", tuple(_lines(report)), tuple(_tables(report)))


def _lines(report: CacheReport) -> Iterator[str]:
    rates = report.rates
    yield (
        f"{len(report.compared):,} pairs of questions; a pair hits from a cosine of "
        f"{report.threshold:.2f} on, unless what decides the answer disagrees."
    )
    yield f"Pairs with the same answer that hit: {counted(rates.hits)}."
    yield f"Pairs with different answers that hit: {counted(rates.false_hits)}."
    yield f"Hits that are false: {counted(rates.false_share)}."


def _tables(report: CacheReport) -> Iterator[Table]:
    yield Table(
        "Every threshold",
        ("cosine", "hits", "false hits", "false share of hits", "hits, by cosine alone", "false"),
        tuple(
            (
                f"{threshold:.2f}",
                with_interval(guarded.hits),
                with_interval(guarded.false_hits),
                with_interval(guarded.false_share),
                with_interval(alone.hits),
                with_interval(alone.false_share),
            )
            for threshold, (guarded, alone) in report.curve.items()
        ),
        "Hits are shares of the pairs with the same answer, false hits of those with different "
        "ones. The last two columns are what the cosine comes to if nothing is looked at after "
        "it; the very last is the false share of those hits. In brackets: 95 % intervals.",
    )
    yield Table(
        "What kept similar questions apart",
        ("reason", "rightly", "wrongly"),
        tuple(
            (reason.value, f"{right:,}", f"{wrong:,}")
            for reason, (right, wrong) in report.vetoes.items()
        ),
        "Pairs whose cosine is high enough. If there are several reasons, the first in this "
        "order is told.",
    )
    yield Table(
        "Every set and kind",
        ("pairs", "hits", "false hits", "false share of hits"),
        tuple(
            (name, _cell(rates.hits), _cell(rates.false_hits), with_interval(rates.false_share))
            for name, rates in report.groups.items()
        ),
    )
    yield Table(
        "Milliseconds a pair",
        ("part", "pairs", "median", "95th percentile"),
        (timed("reading both questions and comparing them", report.duration),),
        "Without the encoder.",
    )


def _cell(value: Proportion) -> str:
    return f"{value.hits:,} of {value.of:,}: {with_interval(value)}" if value.of else "-"


def cache_as_json(report: CacheReport) -> dict[str, Any]:
    """Returns all of it as one JSON object."""
    rates = report.rates
    return {
        "pairs": len(report.compared),
        "threshold": report.threshold,
        "hit_rate": rates.hits.share,
        "false_hit_rate": rates.false_hits.share,
        "false_share_of_hits": rates.false_share.share,
        "details": _rates_as_json(rates),
        "curve": [
            {
                "threshold": threshold,
                **_rates_as_json(guarded),
                "cosine_alone": _rates_as_json(alone),
            }
            for threshold, (guarded, alone) in report.curve.items()
        ],
        "vetoes": {
            reason.value: {"right": right, "wrong": wrong}
            for reason, (right, wrong) in report.vetoes.items()
        },
        "groups": {name: _rates_as_json(each) for name, each in report.groups.items()},
        "milliseconds": None if report.duration is None else asdict(report.duration),
    }


def _rates_as_json(rates: Rates) -> dict[str, Any]:
    return {
        "hit_rate": as_json(rates.hits),
        "false_hit_rate": as_json(rates.false_hits),
        "false_share_of_hits": as_json(rates.false_share),
    }
