"""What looking for personal data came to, for people and for machines."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from semroute.domain.guards import ENCODER_KINDS

from .figures import as_json
from .pages import Page, Table, counted, timed, with_interval
from .pii import KindReport, PiiReport
from .statistics import Proportion, Tally


def pii_page(report: PiiReport) -> Page:
    """Returns all of it as sentences and tables."""
    has_entities = any(kind in ENCODER_KINDS for kind in report.kinds)
    title = "Personal data" if has_entities else "Personal data that has a form"
    return Page(title, tuple(_lines(report)), tuple(_tables(report)))


def _lines(report: PiiReport) -> Iterator[str]:
    tally = report.structured
    yield (
        f"{report.documents:,} documents. Kinds that have a form, together: F1 "
        f"{with_interval(tally.f1)}, precision {with_interval(tally.precision)}, recall "
        f"{with_interval(tally.recall)}."
    )
    for kind in sorted(ENCODER_KINDS):
        if kind in report.kinds:
            each = report.kinds[kind]
            yield (
                f"{kind.value}: found {counted(each.tally.recall)}; documents without any that "
                f"are said to have some: {counted(each.all_innocent)}."
            )
    if report.benign.of:
        yield f"Documents with nothing marked where something is found: {counted(report.benign)}."
    if report.ignored:
        names = ", ".join(f"{name} ({count})" for name, count in report.ignored.items())
        yield f"Labelled and not looked for: {names}."


def _tables(report: PiiReport) -> Iterator[Table]:
    pooled = KindReport(report.structured)
    yield Table(
        "Every kind",
        ("kind", "labelled", "found", "precision", "recall", "F1", "innocent documents flagged"),
        (
            *(_row(kind.value, each) for kind, each in report.kinds.items()),
            _row("all that have a form", pooled),
        ),
        "A finding is a label if they are of one kind and overlap, one to one; a URL may stand for "
        "a domain, and the parts of one address are one label. In brackets: 95 % intervals. "
        "Innocent documents have no label of that kind.",
    )
    sets = sorted({name for each in report.kinds.values() for name in each.innocent})
    yield Table(
        "Innocent documents flagged, by set",
        ("kind", *sets),
        tuple(
            (
                kind.value,
                *(with_interval(each.innocent.get(name, Proportion(0, 0))) for name in sets),
            )
            for kind, each in report.kinds.items()
        ),
    )
    yield Table(
        "Milliseconds a document",
        ("part", "documents", "median", "95th percentile"),
        (timed("the whole screening", report.duration),),
        "One document at a time.",
    )


def _row(name: str, report: KindReport) -> tuple[str, ...]:
    tally = report.tally
    return (
        name,
        f"{tally.recall.of:,}",
        f"{tally.precision.of:,}",
        with_interval(tally.precision),
        with_interval(tally.recall),
        with_interval(tally.f1),
        with_interval(report.all_innocent),
    )


def pii_as_json(report: PiiReport) -> dict[str, Any]:
    """Returns all of it as one JSON object.

    Kinds are called what they are called where they are marked, and as in the configuration if
    they are marked nowhere.
    """
    return {
        "documents": report.documents,
        "matching": "same kind and overlapping, one to one",
        "benign_flag_rate": report.benign.share,
        "benign": as_json(report.benign),
        "kinds": {
            name: {
                "kind": kind.value,
                **_tally_as_json(tally),
                "innocent_documents_flagged": as_json(each.all_innocent),
                "by_set": {name: as_json(share) for name, share in each.innocent.items()},
            }
            for kind, each in report.kinds.items()
            for name, tally in (each.names or {kind.value: each.tally}).items()
        },
        "structured": _tally_as_json(report.structured),
        "ignored": dict(report.ignored),
        "milliseconds": None if report.duration is None else asdict(report.duration),
    }


def _tally_as_json(tally: Tally) -> dict[str, Any]:
    return {
        "labelled": tally.recall.of,
        "found": tally.precision.of,
        "precision": tally.precision.share,
        "recall": tally.recall.share,
        "f1": tally.f1.value,
        "details": {
            "precision": as_json(tally.precision),
            "recall": as_json(tally.recall),
            "f1": as_json(tally.f1),
        },
    }
