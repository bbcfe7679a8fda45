"""The best of many tools in another order."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.opinions import Average, Ordering, Replace
from semroute.domain.tools.reranking import best_places, reordered

SCORES = st.lists(st.floats(-1, 1), min_size=1, max_size=30)
RULES = st.one_of(st.just(Replace()), st.builds(Average, st.floats(0.01, 0.99)))


def order(scores: list[float]) -> list[int]:
    return best_places(scores, len(scores))


def test_the_best_come_first_and_of_equals_the_first_one() -> None:
    assert best_places([0.1, 0.5, 0.5, 0.9], 3) == [3, 1, 2]
    assert best_places([0.1], 3) == [0]
    assert best_places([], 3) == []


def test_only_the_best_change_places() -> None:
    scores = [0.9, 0.1, 0.8, 0.7, 0.2]
    assert order(reordered(scores, [0, 2], [-7.0, 3.0], Replace())) == [2, 0, 3, 4, 1]
    assert order(reordered(scores, [0, 2, 3], [0.0, 1.0, 2.0], Replace())) == [3, 2, 0, 4, 1]


def test_an_average_is_of_ranks() -> None:
    scores = [0.9, 0.8, 0.7]
    said = [-900.0, 5.0, 4.0]  # how far apart they are does not matter
    assert order(reordered(scores, [0, 1, 2], said, Average(0.5))) == [1, 0, 2]
    assert order(reordered(scores, [0, 1, 2], said, Average(0.1))) == [0, 1, 2]
    assert order(reordered(scores, [0, 1, 2], said, Average(0.9))) == [1, 2, 0]


@given(SCORES, RULES, st.integers(1, 40), st.randoms(use_true_random=False))
def test_the_others_come_after_the_best_as_before(
    scores: list[float], rule: Ordering, top: int, lot: random.Random
) -> None:
    best = best_places(scores, top)
    said = [lot.uniform(-9, 9) for _ in best]
    result = reordered(scores, best, said, rule)
    assert all(map(math.isfinite, result))
    assert set(order(result)[: len(best)]) == set(best)
    others = [place for place in order(scores) if place not in best]
    assert sorted(others, key=lambda place: (-result[place], place)) == order(result)[len(best) :]
    if rule == Replace():
        heard = dict(zip(best, said, strict=True))
        assert [heard[place] for place in order(result)[: len(best)]] == sorted(said, reverse=True)


@given(SCORES, RULES)
def test_whom_both_find_equal_is_equal(scores: list[float], rule: Ordering) -> None:
    twice = [*scores, *scores]
    best = best_places(twice, len(twice))
    said = [scores[place % len(scores)] for place in best]
    result = reordered(twice, best, said, rule)
    assert result[: len(scores)] == result[len(scores) :]
