import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.attack import CASCADE, AttackKind

KIND, OTHER = AttackKind


@given(st.floats(-1e6, 1e6), st.none() | st.floats(-1e6, 1e6))
def test_whatever_the_heads_say_is_fused_to_a_probability(
    lexical: float, encoder: float | None
) -> None:
    assert 0 <= CASCADE.probability(KIND, lexical, encoder) <= 1


def test_heads_that_disagree_equally_leave_it_open() -> None:
    assert CASCADE.probability(KIND, 3.0, -3.0) == 0.5
    assert CASCADE.probability(KIND, 0.0, None) == 0.5


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 10))
def test_more_suspicion_never_lowers_the_probability(
    lexical: float, encoder: float, more: float
) -> None:
    assert CASCADE.probability(KIND, lexical, encoder + more) >= CASCADE.probability(
        KIND, lexical, encoder
    )
    assert CASCADE.probability(KIND, lexical + more, None) >= CASCADE.probability(
        KIND, lexical, None
    )


@pytest.mark.parametrize(
    ("logit", "asks"), [(CASCADE.low - 1, False), (0.0, True), (CASCADE.high + 1, False)]
)
def test_the_encoder_is_asked_only_where_the_letters_are_unsure(
    *, logit: float, asks: bool
) -> None:
    assert CASCADE.is_unsure(logit) is asks


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 10))
def test_a_temperature_changes_how_sure_both_are_and_not_of_what(
    lexical: float, encoder: float, temperature: float
) -> None:
    cascade = evolve(CASCADE, temperatures={KIND: temperature})
    told = cascade.probability(KIND, lexical, encoder)
    assert (told >= 0.5) == (CASCADE.probability(KIND, lexical, encoder) >= 0.5)
    assert cascade.probability(KIND, lexical, None) == CASCADE.probability(KIND, lexical, None)
    assert cascade.between(0.1, None).temperatures == {KIND: temperature}


def test_a_mean_twice_as_warm_is_half_as_sure() -> None:
    assert evolve(CASCADE, temperatures={KIND: 2.0}).probability(
        KIND, 4.0, 4.0
    ) == CASCADE.probability(KIND, 2.0, 2.0)


def test_a_kind_has_the_temperature_that_is_said_of_it() -> None:
    cascade = evolve(CASCADE, temperatures={KIND: 2.0})
    assert cascade.probability(OTHER, 4.0, 4.0) == CASCADE.probability(OTHER, 4.0, 4.0)
    with pytest.raises(ValueError, match="> 0"):
        evolve(CASCADE, temperatures={KIND: 0.0})


def test_its_bounds_may_be_said_as_probabilities() -> None:
    cascade = CASCADE.between(0.5, 0.9)
    assert cascade.low == 0
    assert cascade.high == pytest.approx(2.197, abs=1e-3)
    assert CASCADE.between(None, None) == CASCADE
    every = CASCADE.between(0, 1)
    assert every.is_unsure(-1e9)
    assert every.is_unsure(1e9)
