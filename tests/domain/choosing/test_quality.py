"""What clients may ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.choosing.quality import QualityKnob

KNOB = QualityKnob(0.7, 0.3, 0.9)
SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("cheap", 0.3),
        ("balanced", 0.7),
        ("best", 0.9),
        (" Best ", 0.9),
        ("0", 0.0),
        ("1", 1.0),
        ("0.25", 0.25),
        (".5", 0.5),
    ],
)
def test_a_wish_is_a_word_or_a_number(text: str, wish: float) -> None:
    assert KNOB.wish(text) == wish


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "good",
        "1.01",
        "-0.5",
        "+0.5",
        "1e-3",
        "nan",
        "inf",
        "0x1",
        "0.1.2",
        "0,5",
        "\u0660",
        "\xb2",
    ],
)
def test_nothing_else_is_a_wish(text: str) -> None:
    assert KNOB.wish(text) is None


@given(st.text(max_size=12))
def test_whatever_a_client_says_is_within_reach_or_no_wish(text: str) -> None:
    wish = KNOB.wish(text)
    assert wish is None or 0 <= wish <= 1


@given(SHARES | st.none())
def test_nobody_gets_what_is_out_of_bounds(wish: float | None) -> None:
    turned = KNOB.turned(wish)
    assert 0.3 <= turned <= 0.9
    assert turned == (0.7 if wish is None else min(max(wish, 0.3), 0.9))
