"""A strong and a weak model, and a score that chooses between them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.app.evaluation import Duel, FrontierReport, Prices, frontier_as_json, frontier_page

WORTHS = st.sampled_from([0.0, 0.5, 1.0])
DUELS = st.lists(st.builds(Duel, st.floats(0, 1), WORTHS, WORTHS), min_size=1, max_size=30)


def report(duels: list[Duel], strong: float = 1, weak: float = 0) -> FrontierReport:
    return FrontierReport(tuple(duels), Prices(strong, weak), "big", "small")


def outcomes(score: str, count: int = 400) -> list[Duel]:
    """Prompts of which a quarter needs the strong model, and a tenth nobody can answer."""
    chance = random.Random(5)
    duels = []
    for index in range(count):
        needs, lost = index % 4 == 0, index % 10 == 9
        value = {"perfect": float(needs), "lot": chance.random(), "same": 0.5}[score]
        duels.append(Duel(value, float(not lost), float(not needs and not lost)))
    return duels


def test_a_perfect_score_recovers_the_gap_as_soon_as_can_be() -> None:
    measured = report(outcomes("perfect"))
    apgr = measured.apgr
    assert apgr is not None
    assert apgr.value > 0.85
    assert apgr.low <= apgr.value <= apgr.high
    share = measured.share_for(0.95)
    assert share is not None
    assert share.value < 0.25
    assert measured.best.accuracy == pytest.approx(measured.strong_accuracy)


def test_drawing_lots_recovers_half_of_it() -> None:
    apgr = report(outcomes("lot")).apgr
    assert apgr is not None
    assert apgr.low < 0.5 < apgr.high


def test_equal_scores_are_lots_whatever_order_the_prompts_are_in() -> None:
    for duels in (outcomes("same"), outcomes("same")[::-1]):
        apgr = report(duels).apgr
        assert apgr is not None
        assert apgr.value == pytest.approx(0.5)


def test_models_that_are_equally_good_have_no_gap() -> None:
    measured = report([Duel(0.1, 1, 0), Duel(0.9, 0, 1)])
    assert measured.apgr is None
    assert measured.best_constant == "small", "the cheaper of equals"
    assert frontier_as_json(measured)["apgr"] is None
    assert "equally good" in " ".join(frontier_page(measured).lines)


def test_the_oracle_takes_the_cheapest_model_that_is_right() -> None:
    duels = [Duel(0, 1, 1), Duel(0, 1, 0), Duel(0, 0, 0), Duel(0, 0, 1)]
    oracle = report(duels, 10, 2).oracle
    assert (oracle.share, oracle.accuracy, oracle.cost) == (0.25, 0.75, 4.0)


def test_the_strong_model_may_be_the_cheaper() -> None:
    oracle = report([Duel(0, 1, 1), Duel(0, 1, 0)], 1, 5).oracle
    assert (oracle.share, oracle.accuracy, oracle.cost) == (1.0, 1.0, 1.0)
    equals = report([Duel(0.1, 1, 0), Duel(0.9, 0, 1), Duel(0.5, 0, 0)], 1, 5)
    assert equals.best_constant == "big", "the cheaper of equals"
    assert equals.oracle.share == pytest.approx(2 / 3), "also where neither is right"
    assert equals.oracle.cost == pytest.approx((1 + 5 + 1) / 3)


@given(DUELS, st.integers(0, 3), st.integers(0, 3))
def test_nothing_as_good_as_the_oracle_costs_less(
    duels: list[Duel], strong: int, weak: int
) -> None:
    measured = report(duels, strong, weak)
    chosen = [max((each.strong, -strong), (each.weak, -weak)) for each in duels]
    assert measured.oracle.accuracy == pytest.approx(sum(worth for worth, _ in chosen) / len(duels))
    assert measured.oracle.cost == pytest.approx(-sum(price for _, price in chosen) / len(duels))


@given(DUELS)
def test_the_frontier_leads_from_one_model_to_the_other(duels: list[Duel]) -> None:
    measured = report(duels, 3, 1)
    first, last = measured.frontier[0], measured.frontier[-1]
    assert first.accuracy == pytest.approx(measured.weak_accuracy)
    assert last.accuracy == pytest.approx(measured.strong_accuracy)
    assert (first.cost, last.cost) == (1, 3)
    assert measured.best_constant_accuracy == max(measured.strong_accuracy, measured.weak_accuracy)
    assert measured.oracle.accuracy >= measured.best.accuracy - 1e-9
