"""In a long text phone numbers are tried where they may be, and found as if it were searched."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semroute.adapters.lexical import PatternFinder
from semroute.adapters.lexical.pii.masks import Tried, places_in
from semroute.adapters.lexical.pii.phone_places import PhonePlaces
from semroute.adapters.lexical.pii.phones import WHERE
from semroute.adapters.lexical.pii.reading import Search
from semroute.domain.pii import PiiKind

numbers = st.lists(st.text("0123456789", min_size=1, max_size=8), min_size=1, max_size=6).flatmap(
    lambda groups: st.sampled_from([" ", "-", ".", "/", ") ", ")", " - ", ""]).map(
        lambda gap: gap.join(groups)
    )
)
before = st.sampled_from(["", "+", "00", "0", "(", "(0", "1 (", "+1 (", "+49 (0)", "x", "$", "€"])
behind = st.sampled_from(["", " ext 12", "x5", " #7", ")", "a", "é", "\u0663", ".1", ",5", "-2"])
written = st.tuples(before, numbers, behind).map("".join)
texts = st.lists(
    written | st.text("01(). -/+,:x#$_e\u00e9\u5b57\u20ac\u0663\U0001d7cf\n", max_size=12),
    max_size=8,
).map("".join)


def spans(search: Search, text: str) -> list[tuple[int, int]]:
    return [each.span() for each in search.finditer(text)]


@given(texts)
@example("(04998")  # five digits are enough behind a parenthesis
@example("000000")
@example("0123 12345")
@example("123456x7")  # letters behind digits may begin an extension
@example("123456 EXTENSION 7")
@settings(max_examples=500)
def test_every_form_is_found_where_a_search_finds_it(text: str) -> None:
    places = PhonePlaces(text)
    for pattern, where in WHERE.items():
        found = spans(pattern, text)
        assert spans(Tried(pattern, places_in(where(places))), text) == found
        assert places.has_numbers or not found


@pytest.mark.parametrize(
    "number",
    [
        "+44 20 7946 0958",
        "0044 20 7946 0958",
        "(212) 555-1234",
        "212.555.1234",
        "030 123 4567",
        "(030) 123 4567",
        "my phone: 7654321",
    ],
)
@pytest.mark.parametrize("around", ["word ", "\u5b57\u3001", "12 "])
@pytest.mark.parametrize("place", [0, 9_000, 100_000])
def test_a_number_is_found_in_a_long_text_as_in_a_short_one(
    number: str, around: str, place: int
) -> None:
    words = around * (100_000 // len(around) + 1)
    text = f"{words[:place]}.\n{number}.\n{words[place:100_000]}"
    assert _numbers_in(text, number) == _numbers_in(f".\n{number}.\n", number) != []


def test_numbers_far_from_many_words_about_phones_are_a_crowd() -> None:
    """What takes time counts, so that a text of them takes no longer than others."""
    text = f"phone {'0.00012 ' * 18}\n" * 7_000
    found = PatternFinder({PiiKind.PHONE}).find(text)
    assert sum(span.end - span.start for span in found) == len(text)


def test_what_begins_like_an_international_number_and_never_ends_is_a_crowd() -> None:
    text = "00 (+1 0020)0.(0020)0(0)0.(00-02a" * 30_000
    found = PatternFinder({PiiKind.PHONE}).find(text)
    assert sum(span.end - span.start for span in found) == len(text)


def _numbers_in(text: str, number: str) -> list[tuple[str, float]]:
    start = text.index(number)
    return [
        (text[each.start : each.end], each.score)
        for each in PatternFinder({PiiKind.PHONE}).find(text)
        if start <= each.start < start + len(number)
    ]
