import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.openai.pieces import pieces_of

from .completions import SIGNS

LONG = st.lists(SIGNS, max_size=300).map(lambda signs: (signs, "".join(signs)))


@settings(deadline=None)
@given(text=st.text(max_size=3) | LONG.map(lambda long: long[1]))
def test_pieces_are_all_of_the_text_and_none_is_empty(text: str) -> None:
    pieces = list(pieces_of(text))
    assert "".join(pieces) == text
    assert all(pieces)


@pytest.mark.parametrize("shift", range(6))
@pytest.mark.parametrize(
    "sign",
    ["e\u0301", "\u0628\u064e", "👩\u200d🚀", "👍🏽", "🇫🇷", "❤\ufe0f", "1\ufe0f\u20e3", "\r\n",
     "🏴\U000e0067\U000e0062\U000e007f", "\u1112\u1161\u11ab", "नि"],
)  # fmt: skip
def test_no_piece_ends_inside_a_character(sign: str, shift: int) -> None:
    text = "x" * shift + sign * 300
    edges = {0, *range(shift, len(text) + 1, len(sign))}
    at = 0
    for piece in pieces_of(text):
        assert at in edges
        at += len(piece)


def test_a_piece_ends_after_a_word_if_it_has_more_than_one() -> None:
    text = "A wren is a small brown bird. " * 40
    pieces = list(pieces_of(text))
    assert len(pieces) > 5
    assert all(piece.endswith(" ") and 100 < len(piece) <= 200 for piece in pieces[:-1])


@pytest.mark.parametrize("text", ["x" * 1000, "鸟" * 1000])
def test_a_text_without_words_is_cut_all_the_same(text: str) -> None:
    assert [len(piece) for piece in pieces_of(text)] == [200] * 5
