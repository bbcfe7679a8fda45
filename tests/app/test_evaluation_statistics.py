"""Figures say how far they can be trusted."""

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.app.evaluation.resampled import auc_of
from semroute.app.evaluation.statistics import F1, Proportion, Spread, Tally

COUNTS = st.integers(0, 2000)
PROPORTIONS = st.tuples(COUNTS, COUNTS).map(lambda pair: Proportion(min(pair), max(pair)))
SCORES = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(hits: int, of: int, low: float, high: float) -> None:
    assert Proportion(hits, of).interval == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    nothing = Proportion(0, 0)
    assert nothing.share is None
    assert nothing.interval == (0.0, 1.0)
    assert F1(nothing).value is None
    assert F1(nothing).interval == (0.0, 1.0)
    assert Spread.of([]) is None
    assert auc_of([], [1.0]) is None
    assert auc_of([1.0], []) is None


def test_more_hits_than_things_cannot_be() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        Proportion(3, 2)


@given(PROPORTIONS)
def test_a_share_lies_in_its_interval(proportion: Proportion) -> None:
    low, high = proportion.interval
    assert 0 <= low <= high <= 1
    if proportion.share is not None:
        assert low <= proportion.share <= high


@given(PROPORTIONS.filter(lambda proportion: proportion.of > 0))
def test_more_of_the_same_narrows_an_interval(proportion: Proportion) -> None:
    def width(each: Proportion) -> float:
        low, high = each.interval
        return high - low

    assert width(Proportion(proportion.hits * 4, proportion.of * 4)) < width(proportion)


@given(PROPORTIONS)
def test_what_is_and_what_is_not_have_mirrored_intervals(proportion: Proportion) -> None:
    low, high = proportion.interval
    other = Proportion(proportion.of - proportion.hits, proportion.of).interval
    assert other == pytest.approx((1 - high, 1 - low))


def test_a_tally_counts_all_four_outcomes() -> None:
    truths = [True, True, True, False, False, False, False]
    flags = [True, True, False, True, False, False, False]
    tally = Tally.of(truths, flags)
    assert tally == Tally(found=2, missed=1, false_alarms=1, passed=3)
    assert tally.precision == Proportion(2, 3)
    assert tally.recall == Proportion(2, 3)
    assert tally.false_positive_rate == Proportion(1, 4)
    assert tally.f1.value == pytest.approx(2 / 3)
    assert tally + tally == Tally(4, 2, 2, 6)


@given(st.integers(1, 500), COUNTS, COUNTS)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(
    found: int, missed: int, alarms: int
) -> None:
    tally = Tally(found, missed, alarms)
    precision, recall = tally.precision.share, tally.recall.share
    assert precision is not None
    assert recall is not None
    value = tally.f1.value
    assert value == pytest.approx(2 / (1 / precision + 1 / recall))
    low, high = tally.f1.interval
    assert value is not None
    assert low <= value <= high


def test_a_tie_counts_half() -> None:
    area = auc_of([0.9, 0.5], [0.5, 0.1])
    assert area is not None
    assert area.value == pytest.approx(3.5 / 4)
    assert 0 <= area.low < area.value < area.high == 1
    assert auc_of([], []) is None


@settings(max_examples=25)  # each draws a thousand times
@given(SCORES, SCORES)
def test_auc_is_how_often_a_positive_wins(positives: list[float], negatives: list[float]) -> None:
    wins = [
        1.0 if high > low else 0.5 if high == low else 0.0
        for high, low in itertools.product(positives, negatives)
    ]
    area, mirrored = auc_of(positives, negatives), auc_of(negatives, positives)
    assert area is not None
    assert mirrored is not None
    assert area.value == pytest.approx(sum(wins) / len(wins))
    assert mirrored.value == pytest.approx(1 - area.value)
    assert 0 <= area.low <= area.high <= 1


def test_times_are_told_in_milliseconds_by_nearest_rank() -> None:
    assert Spread.of([count / 1000 for count in range(100, 0, -1)]) == Spread(100, 50.0, 95.0)
    assert Spread.of([0.004]) == Spread(1, 4.0, 4.0)


@given(st.lists(st.floats(0, 10), min_size=1))
def test_most_times_are_no_longer_than_the_percentile(seconds: Sequence[float]) -> None:
    spread = Spread.of(seconds)
    assert spread is not None
    within = [second for second in seconds if 1000 * second <= spread.p95]
    assert len(within) >= math.ceil(0.95 * len(seconds))
    assert spread.median <= spread.p95
