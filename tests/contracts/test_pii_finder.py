"""What every finder of personal data promises."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import FaultyFinder
from semroute.adapters.processes import Alarm
from semroute.app.patient_finder import PatientFinder
from semroute.domain.pii import PiiFinder, PiiKind
from semroute.domain.unveiled import Unveiled

FINDERS: list[PiiFinder] = [
    PatternFinder(),
    FaultyFinder(PatternFinder()),
    PatientFinder(PatternFinder(), Alarm(1.0)),
    Unveiled(PatternFinder(), views_of, 1000),
]
finders = pytest.mark.parametrize(
    "finder", FINDERS, ids=["patterns", "faultless", "patient", "unveiled"]
)
pieces = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["ann@example.org", "4111 1111 1111 1111", "192.0.2.7", "call +44 20 7946 0018"]
    ),
)


@finders
def test_it_finds_what_is_there_and_says_where(finder: PiiFinder) -> None:
    text = "Write to ann@example.org, please."
    spans = finder.find(text)
    assert [(each.kind, text[each.start : each.end]) for each in spans] == [
        (PiiKind.EMAIL, "ann@example.org")
    ]


@finders
@pytest.mark.parametrize("text", ["", " ", "Nothing to see here.", "\0", "\ud800", "数学" * 50])
def test_there_may_be_nothing(finder: PiiFinder, text: str) -> None:
    assert finder.find(text) == ()


@finders
@given(st.lists(pieces, max_size=8).map(" ".join))
def test_spans_are_in_order_inside_the_text_and_apart(finder: PiiFinder, text: str) -> None:
    spans = finder.find(text)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert 0 <= span.score <= 1
    for before, after in pairwise(spans):
        assert before.start <= after.start
    others = [each for each in spans if each.kind is not PiiKind.URL]
    for before, after in pairwise(others):
        assert before.end <= after.start
    assert finder.find(text) == spans


@finders
def test_what_stands_in_a_url_is_found_beside_it(finder: PiiFinder) -> None:
    text = "see https://shop.example.org/?mail=ann@example.org please"
    spans = finder.find(text)
    assert [(each.kind, text[each.start : each.end]) for each in spans] == [
        (PiiKind.URL, "https://shop.example.org/?mail=ann@example.org"),
        (PiiKind.EMAIL, "ann@example.org"),
    ]
