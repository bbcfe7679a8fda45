"""Masks say of every place of a text what asking place by place would say."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii.masks import (
    Tried,
    after_some,
    mask_of,
    places_in,
    then,
    without,
)

texts = st.text("ab ", max_size=40)


def where(text: str, character: str) -> int:
    return mask_of(np.array([each == character for each in text], bool))


def begins(text: str, pattern: str) -> list[int]:
    return [found.start() for found in re.finditer(f"(?={pattern})", text)]


@given(texts)
def test_they_are_put_together_as_patterns_are(text: str) -> None:
    a, b = where(text, "a"), where(text, "b")
    assert places_in(a) == begins(text, "a")
    assert places_in(then(a, b, a)) == begins(text, "aba")
    assert places_in(then(a, then(b, a))) == begins(text, "aba")
    assert places_in(then(a, a) | b) == begins(text, "aa|b")
    assert places_in(after_some(3, a, b)) == begins(text, "a{0,3}b")
    assert places_in(without(a, then(b, a) << 1)) == begins(text, "(?<!b)a")


@given(texts, st.integers(0, 40), st.integers(0, 40))
def test_a_pattern_that_is_tried_where_it_may_fit_finds_the_same(
    text: str, begin: int, end: int
) -> None:
    pattern = re.compile("a[ab]{0,3}b")
    tried = Tried(pattern, places_in(where(text, "a")))
    assert spans(tried, text) == spans(pattern, text)
    assert spans(tried, text, begin) == spans(pattern, text, begin)
    assert spans(tried, text, begin, end) == spans(pattern, text, begin, end)


def spans(
    search: Tried | re.Pattern[str], text: str, begin: int = 0, end: int = 99
) -> list[tuple[int, int]]:
    return [each.span() for each in search.finditer(text, begin, end)]
