"""Slips of the finger."""

from hypothesis import given
from hypothesis import strategies as st

from semroute.app.typos import mistyped


@given(st.text(max_size=300), st.integers(0, 3))
def test_the_same_text_always_gets_the_same_slips(text: str, seed: int) -> None:
    assert mistyped(text, seed) == mistyped(text, seed)


@given(st.text(alphabet="0123456789 .,+=", max_size=100))
def test_what_has_no_letters_stays_as_it_is(text: str) -> None:
    assert mistyped(text) == text


@given(st.text(max_size=300))
def test_slips_are_few(text: str) -> None:
    letters = sum(map(str.isalpha, text))
    assert abs(len(mistyped(text)) - len(text)) <= max(letters / 25 + 1, 1)


def test_there_are_some() -> None:
    text = "the quick brown fox jumps over the lazy dog and runs into the forest"
    assert mistyped(text) != text
    assert mistyped(text, 1) != mistyped(text, 2)
