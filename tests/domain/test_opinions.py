"""What the words of two models come to."""

import math

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from semroute.domain.attack import AttackKind
from semroute.domain.classification import Classification
from semroute.domain.opinions import (
    Average,
    Escalate,
    averaged,
    averaged_attacks,
    is_unsure_of_attack,
    is_unsure_of_category,
    with_entities_of,
    with_more_of,
)
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.reading import Reading

JAILBREAK, INJECTION = AttackKind.JAILBREAK, AttackKind.INJECTION
FIRST = Classification.ranked({"math": 0.6, "law": 0.2, "other": 0.2}, coverage=0.5)


def scores(classification: Classification) -> dict[str, float]:
    return {each.category: each.probability for each in classification.scores}


def test_a_mean_is_weighted_and_ranked_anew() -> None:
    second = Classification.ranked({"math": 0.0, "law": 0.9, "other": 0.1})
    mean = averaged(FIRST, second, 0.75)
    assert scores(mean) == pytest.approx({"law": 0.725, "math": 0.15, "other": 0.125})
    assert mean.best.category == "law"
    assert mean.coverage == 0.5


def test_what_the_first_says_beside_categories_it_still_says() -> None:
    first = evolve(FIRST, strangeness=0.3, complexity=0.8)
    mean = averaged(first, Classification.ranked({"law": 1.0}), 0.5)
    assert (mean.strangeness, mean.complexity) == (0.3, 0.8)
    second = Classification.ranked({"law": 1.0}, strangeness=0.1)
    told = with_more_of(first, second)
    assert (told.strangeness, told.complexity, told.scores) == (0.1, 0.8, second.scores)


def test_who_knows_fewer_categories_only_divides_what_those_have() -> None:
    second = Classification.ranked({"law": 0.75, "other": 0.25})
    mean = averaged(FIRST, second, 0.5)
    assert scores(mean) == pytest.approx({"math": 0.6, "law": 0.25, "other": 0.15})


def test_categories_that_the_first_does_not_know_do_not_count() -> None:
    second = Classification.ranked({"art": 0.5, "law": 0.5})
    assert scores(averaged(FIRST, second, 0.5)) == pytest.approx(scores(FIRST))


DISTRIBUTIONS = st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda each: sum(each) > 0)


@example([1.0, 0.0, 0.0, 1.0], [5e-324, 0.0, 0.0, 0.0], 1, 0.5)
@given(DISTRIBUTIONS, DISTRIBUTIONS, st.integers(1, 4), st.floats(0.01, 0.99))
def test_means_of_probabilities_are_probabilities(
    first: list[float], second: list[float], known: int, weight: float
) -> None:
    one = Classification.ranked({str(i): each / sum(first) for i, each in enumerate(first)})
    two = Classification.ranked({str(i): each for i, each in enumerate(second[:known])})
    mean = averaged(one, two, weight)
    assert sum(scores(mean).values()) == pytest.approx(1)
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in scores(mean).values())


@pytest.mark.parametrize(("below", "is_unsure"), [(0.6, False), (0.61, True), (0.0, False)])
def test_a_category_is_unsure_below_its_best_probability(below: float, *, is_unsure: bool) -> None:
    assert is_unsure_of_category(FIRST, below) is is_unsure


@pytest.mark.parametrize(
    ("logit", "below", "is_unsure"),
    [
        (0.0, 0.51, True),
        (2.0, 0.88, False),  # 0.881
        (2.0, 0.89, True),
        (-2.0, 0.88, False),
        (-2.0, 0.89, True),
        (900.0, 0.999, False),
        (-900.0, 0.999, False),
    ],
)
def test_doubt_about_an_attack_is_a_band_around_even_odds(
    logit: float, below: float, *, is_unsure: bool
) -> None:
    assert is_unsure_of_attack({JAILBREAK: logit, INJECTION: -1000.0}, below) is is_unsure


def test_nobody_s_word_is_unsure_and_what_is_no_number_is_not_hidden() -> None:
    assert is_unsure_of_attack({}, 0.0)
    assert not is_unsure_of_attack({JAILBREAK: math.nan}, 0.9)


def test_logits_are_averaged_where_both_speak() -> None:
    mean = averaged_attacks({JAILBREAK: 2.0, INJECTION: 1.0}, {INJECTION: -3.0}, 0.25)
    assert mean == {JAILBREAK: 2.0, INJECTION: 0.0}
    assert averaged_attacks({}, {INJECTION: -3.0}, 0.25) == {INJECTION: -3.0}


def test_what_either_finds_is_found_once() -> None:
    first = Reading({}, (PiiSpan(PiiKind.PERSON, 3, 8, 0.7),))
    others = (PiiSpan(PiiKind.EMAIL, 0, 2), PiiSpan(PiiKind.PERSON, 5, 12, 0.9))
    assert with_entities_of(first, others).entities == (
        PiiSpan(PiiKind.EMAIL, 0, 2),
        PiiSpan(PiiKind.PERSON, 3, 12, 0.9),
    )


@pytest.mark.parametrize("weight", [0.0, 1.0, -1.0])
def test_a_weight_that_leaves_one_of_them_out_is_none(weight: float) -> None:
    with pytest.raises(ValueError, match="weight"):
        Average(weight)


def test_nobody_is_surer_than_sure() -> None:
    with pytest.raises(ValueError, match="below"):
        Escalate(1.5)
