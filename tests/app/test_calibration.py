"""Thresholds that keep what they promise."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.app.evaluation import Calibrator, Judged, exact_interval
from semroute.app.evaluation.calibration import at_most, upper_bound
from semroute.app.evaluation.statistics import Proportion


def drawn(seed: int, count: int, honesty: float) -> list[Judged]:
    """Prompts whose category is right as often as `honesty` makes of their confidence."""
    chance = random.Random(seed)
    prompts = []
    for index in range(count):
        confidence = 1 - chance.random() ** 2
        is_right = chance.random() < confidence**honesty
        prompts.append(Judged(f"{seed}:{index}", confidence, is_right))
    return prompts


def true_risk(threshold: float, honesty: float) -> float:
    """The share of errors above a threshold, by the density of `drawn`'s confidences."""
    steps = [threshold + (1 - threshold) * (at + 0.5) / 2000 for at in range(2000)]
    density: list[float] = [1 / math.sqrt(1 - step) for step in steps]
    errors: list[float] = [
        (1 - step**honesty) * weight for step, weight in zip(steps, density, strict=True)
    ]
    return sum(errors) / sum(density)


@pytest.mark.parametrize(("risk", "honesty"), [(0.1, 1.0), (0.05, 0.5), (0.2, 2.0)])
def test_the_true_risk_is_above_the_wanted_one_in_at_most_one_of_twenty_data_sets(
    risk: float, honesty: float
) -> None:
    calibrations = [Calibrator(risk).calibrate(drawn(seed, 1200, honesty)) for seed in range(80)]
    found = [each for each in calibrations if each is not None]
    assert len(found) > 40, "it would be easy to keep a promise that is never made"
    broken = sum(true_risk(each.threshold, honesty) > risk for each in found)
    # Four of eighty are to be expected at worst; nine or more would come once in fifty times.
    assert broken < 9


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=300), st.floats(0.01, 0.9))
@settings(max_examples=50, deadline=None)
def test_what_is_certified_holds_on_the_half_it_was_chosen_on(
    pairs: list[tuple[int, bool]], risk: float
) -> None:
    prompts = [
        Judged(str(index), confidence / 20, is_right)
        for index, (confidence, is_right) in enumerate(pairs)
    ]
    calibration = Calibrator(risk).calibrate(prompts)
    if calibration is None:
        return
    assert calibration.bound <= risk + 1e-9
    sure = [each for each in prompts if each.confidence >= calibration.threshold]
    chosen = [each for each in sure if each.is_for_choosing]
    assert sum(not each.is_right for each in chosen) <= risk * len(chosen)
    assert calibration.coverage.hits == len(sure) - len(chosen)
    assert calibration.errors.of == calibration.coverage.hits


def test_too_little_data_certifies_nothing() -> None:
    calibrator = Calibrator(0.01)
    few = [Judged(str(index), 1.0, is_right=True) for index in range(calibrator.needed)]
    assert calibrator.calibrate(few) is None
    assert calibrator.calibrate([]) is None


def test_a_classifier_that_is_always_right_may_always_be_believed() -> None:
    prompts = [Judged(str(index), index / 3000, is_right=True) for index in range(3000)]
    calibration = Calibrator(0.01).calibrate(prompts)
    assert calibration is not None
    assert calibration.threshold < 0.01
    assert calibration.errors.hits == 0
    assert not calibration.is_refuted


def test_a_second_half_that_is_much_worse_refutes_the_first() -> None:
    prompts = [Judged(str(index), 0.9, is_right=True) for index in range(3000)]
    changed = [Judged(each.key, each.confidence, is_right=each.is_for_choosing) for each in prompts]
    calibration = Calibrator(0.05).calibrate(changed)
    assert calibration is not None
    assert calibration.is_refuted


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Exact intervals as in tables of the binomial distribution.
    [
        (0, 10, 0.0, 0.3085),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (1, 100, 0.0003, 0.0545),
    ],
)
def test_intervals_are_those_of_clopper_and_pearson(
    hits: int, of: int, low: float, high: float
) -> None:
    assert exact_interval(Proportion(hits, of)) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 60), st.floats(0.01, 0.99), st.data())
@settings(max_examples=50, deadline=None)
def test_a_bound_is_where_so_few_hits_become_improbable(
    of: int, doubt: float, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, of - 1))
    bound = upper_bound(Proportion(hits, of), doubt)
    assert at_most(hits, of, bound) == pytest.approx(doubt, abs=1e-6)
