"""Measuring how well personal data is found."""

import itertools

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import FaultyReader, WordReader
from semroute.app.evaluation import (
    Document,
    LabelledSpan,
    UnscreenedError,
    evaluate_pii,
    kind_called,
    markdown,
    pii_as_json,
    pii_page,
)
from semroute.app.evaluation.matching import matched, whole
from semroute.app.evaluation.statistics import Proportion, Tally
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.domain.attack import Cascade
from semroute.domain.errors import ClassifierError
from semroute.domain.examination import Examiner
from semroute.domain.guards import Check, PiiAction, PiiGuard
from semroute.domain.pii import PiiKind, PiiSpan

GUARD = PiiGuard(actions=dict.fromkeys(PiiKind, PiiAction.MASK))


def screen(reader: FaultyReader | None = None) -> Screen:
    return Screen(
        frozenset({Check.PII}),
        Examiner(views_of, PatternFinder(), None),
        reader or FaultyReader(WordReader()),
        Cascade(-2.0, 2.0),
        wants_entities=True,
        budget_seconds=60.0,
        max_chars=1_000_000,
        max_windows=100,
        remembered=Remembered(0),
    )


def labelled(text: str, *marked: tuple[str, str]) -> Document:
    spans: list[LabelledSpan] = []
    for name, part in marked:
        kind, start = kind_called(name), text.index(part)
        assert kind is not None
        spans.append(LabelledSpan(kind, start, start + len(part), name=name))
    return Document(text, tuple(spans))


def document(text: str, *marked: tuple[PiiKind, str], ignored: tuple[str, ...] = ()) -> Document:
    spans = tuple(
        LabelledSpan(kind, text.index(part), text.index(part) + len(part)) for kind, part in marked
    )
    return Document(text, spans, ignored)


DOCUMENTS = [
    document(
        "My name is Ada Byron, write to ada@example.org.",
        (PiiKind.PERSON, "Ada Byron"),
        (PiiKind.EMAIL, "ada@example.org"),
    ),
    document("Ask Charles for it.", (PiiKind.PERSON, "Charles"), ignored=("GPE", "TITLE")),
    document("Mr. Fixit is a brand of ours.", ignored=("GPE",)),
    evolve(document("Nothing to see here."), source="elsewhere"),
]


async def test_each_kind_is_counted() -> None:
    ticks = itertools.count()
    report = await evaluate_pii(screen(), GUARD, DOCUMENTS, now=lambda: float(next(ticks)))
    assert report.documents == 4
    people = report.kinds[PiiKind.PERSON]
    assert people.tally == Tally(found=1, missed=1, false_alarms=1)
    assert people.innocent == {"data": Proportion(1, 1), "elsewhere": Proportion(0, 1)}
    assert people.all_innocent == Proportion(1, 2)
    assert report.kinds[PiiKind.EMAIL].tally == Tally(found=1)
    assert report.kinds[PiiKind.EMAIL].all_innocent == Proportion(0, 3)
    assert report.structured == Tally(found=1)
    assert dict(report.ignored) == {"GPE": 2, "TITLE": 1}
    assert report.duration is not None
    assert (report.duration.count, report.duration.median) == (4, 1000.0)


async def test_what_the_guard_lets_pass_is_not_found() -> None:
    unsure = PiiGuard(actions=GUARD.actions, thresholds={PiiKind.PERSON: 0.95})
    report = await evaluate_pii(screen(), unsure, DOCUMENTS)
    assert report.kinds[PiiKind.PERSON].tally == Tally(missed=2)


async def test_what_cannot_be_screened_is_not_counted_as_empty() -> None:
    reader = FaultyReader(WordReader(), error=ClassifierError("boom"))
    with pytest.raises(UnscreenedError, match="pii could not be made: error"):
        await evaluate_pii(screen(reader), GUARD, DOCUMENTS)


async def test_a_page_has_the_figures_and_none_of_the_texts() -> None:
    report = await evaluate_pii(screen(), GUARD, DOCUMENTS)
    written = markdown(pii_page(report), "semroute eval pii --data x")
    assert "* person: found 1 of 2, 0.500" in written
    assert "* Labelled and not looked for: GPE (2), TITLE (1)." in written
    assert "| email | 1 | 1 | 1.000" in written
    assert "| person | 1.000 (0.207-1.000) | 0.000 (0.000-0.793) |" in written
    assert "Ada" not in written
    assert "example.org" not in written
    shown = pii_as_json(report)
    assert shown["kinds"]["person"]["innocent_documents_flagged"]["hits"] == 1
    assert shown["structured"]["f1"] == shown["structured"]["details"]["f1"]["share"] == 1
    assert shown["ignored"] == {"GPE": 2, "TITLE": 1}


async def test_machines_hear_of_kinds_by_the_names_of_the_file() -> None:
    texts = [
        labelled("My NHS number is 943 476 5919.", ("UK_NHS", "943 476 5919")),
        labelled(
            "The file has AB123456C and AB12345.", ("UK_NINO", "AB123456C"), ("UK_NINO", "AB12345")
        ),
        labelled("Her NINO is AB123456C.", ("national_id", "AB123456C")),
        document("His NHS number is 943 476 5919."),
        document("Write to ada@example.org."),
    ]
    report = await evaluate_pii(screen(), GUARD, texts)
    assert report.kinds[PiiKind.NATIONAL_ID].tally == Tally(found=3, missed=1, false_alarms=1)
    shown = pii_as_json(report)
    told = {
        name: (each["kind"], each["labelled"], each["found"], each["recall"], each["precision"])
        for name, each in shown["kinds"].items()
    }
    assert told == {
        "UK_NHS": ("national_id", 1, 2, 1.0, 0.5),
        "UK_NINO": ("national_id", 2, 2, 0.5, 0.5),
        "national_id": ("national_id", 1, 2, 1.0, 0.5),
        "email": ("email", 0, 1, None, 0.0),  # nobody marked any
    }
    assert shown["kinds"]["UK_NHS"]["f1"] == pytest.approx(2 / 3)
    assert shown["kinds"]["UK_NINO"]["innocent_documents_flagged"]["of"] == 2
    assert shown["structured"]["found"] == 5, "an alarm counts once"
    assert "| national_id | 4 | 4 |" in markdown(pii_page(report), "semroute eval pii --data x")


async def test_what_is_marked_by_two_names_is_marked_once() -> None:
    twice = labelled("Write to ada@example.org.", ("EMAIL_ADDRESS", "ada@example.org"))
    (span,) = twice.spans
    assert {span, evolve(span, name="email")} == {span}
    address = labelled(
        "Lives at 12 Elm Street.", ("STREET_ADDRESS", "12"), ("address", "Elm Street")
    )
    report = await evaluate_pii(screen(), GUARD, [twice, address])
    assert set(report.kinds[PiiKind.ADDRESS].names) == {"STREET_ADDRESS"}


def test_one_finding_is_one_label() -> None:
    labels = [LabelledSpan(PiiKind.PERSON, 0, 3), LabelledSpan(PiiKind.PERSON, 4, 9)]
    whole = PiiSpan(PiiKind.PERSON, 0, 9)
    assert matched(labels, [whole]) == {labels[0]: whole}
    halves = [PiiSpan(PiiKind.PERSON, 4, 6), PiiSpan(PiiKind.PERSON, 7, 9)]
    assert matched(labels, halves) == {labels[1]: halves[0]}


def test_spans_that_only_meet_do_not_match() -> None:
    label = LabelledSpan(PiiKind.PERSON, 0, 3)
    assert matched([label], [PiiSpan(PiiKind.PERSON, 3, 5)]) == {}
    assert matched([label], [PiiSpan(PiiKind.ADDRESS, 0, 3)]) == {}


def test_a_web_address_stands_for_its_domain_unless_it_is_labelled_itself() -> None:
    url = PiiSpan(PiiKind.URL, 0, 20)
    domain = LabelledSpan(PiiKind.DOMAIN, 8, 19)
    assert matched([domain], [url]) == {domain: url}
    address = LabelledSpan(PiiKind.URL, 0, 20)
    assert matched([domain, address], [url]) == {address: url}


BOUNDS = st.lists(st.integers(0, 30), unique=True, max_size=12).map(sorted)
PIECES = BOUNDS.map(lambda bounds: list(zip(bounds[::2], bounds[1::2], strict=False)))


def _most(labels: list[tuple[int, int]], spans: list[tuple[int, int]]) -> int:
    """The size of the largest matching, by trying every choice."""
    if not labels:
        return 0
    first, *others = labels
    choices = [span for span in spans if span[0] < first[1] and first[0] < span[1]]
    taken = [1 + _most(others, [span for span in spans if span != each]) for each in choices]
    return max([_most(others, spans), *taken])


@given(PIECES, PIECES)
def test_as_many_labels_are_met_as_can_be(
    marked: list[tuple[int, int]], found: list[tuple[int, int]]
) -> None:
    pairs = matched(
        [LabelledSpan(PiiKind.IBAN, *each) for each in marked],
        [PiiSpan(PiiKind.IBAN, *each) for each in found],
    )
    assert len(pairs) == _most(marked, found)
    assert len(set(pairs.values())) == len(pairs)
    for label, span in pairs.items():
        assert max(label.start, span.start) < min(label.end, span.end)


@pytest.mark.parametrize("kind", PiiKind)
def test_kinds_have_their_own_names(kind: PiiKind) -> None:
    assert kind_called(kind.value) is kind


def test_kinds_have_the_names_of_others_too() -> None:
    assert kind_called("STREET_ADDRESS") is PiiKind.ADDRESS
    assert kind_called("CRYPTO") is PiiKind.CRYPTO_ADDRESS
    assert kind_called("GPE") is None


def test_an_address_that_is_labelled_in_parts_is_one() -> None:
    text = "Ada Byron, 12 Elm Street,\n  Apt. 4; then 7 Oak Road"
    labels = document(
        text,
        (PiiKind.ADDRESS, "Elm Street"),
        (PiiKind.PERSON, "Ada Byron"),
        (PiiKind.ADDRESS, "12"),
        (PiiKind.ADDRESS, "Apt. 4"),
        (PiiKind.ADDRESS, "7 Oak Road"),
    ).spans
    assert [text[each.start : each.end] for each in whole(text, labels)] == [
        "Ada Byron",
        "12 Elm Street,\n  Apt. 4",
        "7 Oak Road",
    ]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=6))
def test_parts_of_addresses_keep_their_characters(places: list[tuple[int, int]]) -> None:
    text = "ab, cd " * 6
    labels = [LabelledSpan(PiiKind.ADDRESS, start, start + size) for start, size in places]
    addresses = whole(text, labels)
    inside = {at for each in addresses for at in range(each.start, each.end)}
    assert {at for each in labels for at in range(each.start, each.end)} <= inside
    assert whole(text, addresses) == addresses


async def test_an_address_in_parts_is_found_at_once() -> None:
    parts = document(
        "Lives at 12 Elm Street.", (PiiKind.ADDRESS, "12"), (PiiKind.ADDRESS, "Elm Street")
    )
    report = await evaluate_pii(screen(), GUARD, [parts])
    assert report.kinds[PiiKind.ADDRESS].tally.recall.of == 1
