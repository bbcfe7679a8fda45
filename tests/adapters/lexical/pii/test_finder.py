from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii import PatternFinder
from semroute.adapters.lexical.pii.finder import RECOGNISERS
from semroute.adapters.lexical.pii.overlaps import without_overlaps
from semroute.domain.pii import PiiKind, PiiSpan
from tests.adapters.lexical.pii.marked import FINDER

# Pieces that make recognisers begin, in any order.
PIECES = st.sampled_from(
    [
        *[
            "0",
            "1",
            "4",
            "9",
            "a",
            "Z",
            "-",
            ".",
            ":",
            "/",
            "@",
            "(",
            ")",
            "+",
            "x",
            "=",
            "'",
            '"',
            "\n",
            "İ",
            "ß",
            "٣",
            "\N{FULLWIDTH DIGIT FIVE}",
            "é",
            "字",
        ],
        " ",
        "://",
        "www.",
        ".com",
        "4111 1111 1111 1111",
        "GB82WEST12345698765432",
        "phone ",
        "password=",
        "passport ",
        "eyJ",
        "0x",
        "bc1q",
        "::",
        "\ud800",
        "-----BEGIN PRIVATE KEY-----",
        "pesel 44051401359",
    ]
)
SPANS = st.builds(
    lambda start, length, score: PiiSpan(PiiKind.TOKEN, start, start + length, score),
    st.integers(0, 50),
    st.integers(1, 20),
    st.sampled_from([0.5, 0.8, 1.0]),
)


@example("WWW.0.-----BEGIN PRIVATE KEY-----")
@given(st.text() | st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_read_and_findings_stay_inside_it_in_order(text: str) -> None:
    found = FINDER.find(text)
    assert list(found) == sorted(found, key=lambda span: span.start)
    urls = [span for span in found if span.kind is PiiKind.URL]
    others = [span for span in found if span.kind is not PiiKind.URL]
    for spans in (urls, others):  # what is in a URL, or begins in one, is found as well
        end = 0
        for span in spans:
            assert end <= span.start < span.end <= len(text)
            end = span.end


@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(sorted(RECOGNISERS)))
def test_only_what_is_wanted_is_found(text: str, kind: PiiKind) -> None:
    assert {span.kind for span in PatternFinder({kind}).find(text)} <= {kind}


@given(st.lists(SPANS))
def test_of_two_that_overlap_the_better_stays(spans: list[PiiSpan]) -> None:
    kept = without_overlaps(spans)
    for one, next_one in pairwise(kept):
        assert one.end <= next_one.start
    for span in spans:
        rivals = [one for one in spans if one.start < span.end and span.start < one.end]
        if rivals == [span]:
            assert span in kept


def test_proven_beats_longer_and_longer_beats_surer() -> None:
    proven = PiiSpan(PiiKind.CREDIT_CARD, 5, 10, 1.0)
    longer = PiiSpan(PiiKind.URL, 0, 20, 0.9)
    surer = PiiSpan(PiiKind.DOMAIN, 12, 18, 0.95)
    assert without_overlaps([longer, proven]) == (proven,)
    assert without_overlaps([longer, surer]) == (longer,)


def test_every_kind_that_has_a_form_is_looked_for() -> None:
    assert set(PiiKind) - set(RECOGNISERS) == {PiiKind.PERSON, PiiKind.ADDRESS}


@pytest.mark.parametrize(
    "text",
    [
        "What is the integral of x^2 from 0 to 10, to 12 digits? 333.333333333333",
        "In 1914-1918 some 20,000,000 people died; 9,700,000 of them were soldiers.",
        "Translate: the meeting is on 12.05.2024 at 10:30, room 5.12, bring 2-3 copies.",
        "def f(a: int) -> str: return str(a * 1_000_000)  # see section 4.2.1",
        "Compare 192 MB with 16:9, ISBN 978-3-16-148410-0 and RFC 7231.",
    ],
)
def test_ordinary_prompts_have_nothing_to_hide(text: str) -> None:
    assert FINDER.find(text) == ()
