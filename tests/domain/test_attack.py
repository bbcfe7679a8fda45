import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.attack import UNSURE_FROM, UNSURE_TO, fused, needs_encoder


@given(st.floats(-1e6, 1e6), st.none() | st.floats(-1e6, 1e6))
def test_whatever_the_heads_say_is_fused_to_a_probability(
    lexical: float, encoder: float | None
) -> None:
    assert 0 <= fused(lexical, encoder) <= 1


def test_heads_that_disagree_equally_leave_it_open() -> None:
    assert fused(3.0, -3.0) == 0.5
    assert fused(0.0, None) == 0.5


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 10))
def test_more_suspicion_never_lowers_the_probability(
    lexical: float, encoder: float, more: float
) -> None:
    assert fused(lexical, encoder + more) >= fused(lexical, encoder)
    assert fused(lexical + more, None) >= fused(lexical, None)


@pytest.mark.parametrize(
    ("logit", "asks"), [(UNSURE_FROM - 1, False), (0.0, True), (UNSURE_TO + 1, False)]
)
def test_the_encoder_is_asked_only_where_the_letters_are_unsure(
    *, logit: float, asks: bool
) -> None:
    assert needs_encoder(logit) is asks
