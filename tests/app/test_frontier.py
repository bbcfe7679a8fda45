"""A strong and a weak model, a score that chooses between them, and all models beside."""

import json
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.app.evaluation import (
    AnswerPrice,
    Contest,
    FrontierReport,
    PriceSource,
    frontier_as_json,
    frontier_page,
    markdown,
)

WORTHS = st.sampled_from([0.0, 0.5, 1.0])
PRICES = st.integers(0, 3)


def duel(score: float, strong: float, weak: float) -> Contest:
    return Contest(score, {"big": strong, "small": weak})


DUELS = st.lists(st.builds(duel, st.floats(0, 1), WORTHS, WORTHS), min_size=1, max_size=30)
CONTESTS = st.lists(
    st.builds(
        Contest,
        st.floats(0, 1),
        st.fixed_dictionaries(dict.fromkeys(("big", "small", "third"), WORTHS)),
    ),
    min_size=1,
    max_size=30,
)


def report(contests: list[Contest], **prices: float) -> FrontierReport:
    costs = prices or {"big": 1, "small": 0}
    answers = {name: AnswerPrice(cost) for name, cost in costs.items()}
    return FrontierReport(tuple(contests), answers, "big", "small")


def outcomes(score: str, count: int = 400) -> list[Contest]:
    """Prompts of which a quarter needs the strong model, and a tenth nobody can answer."""
    chance = random.Random(5)
    duels = []
    for index in range(count):
        needs, lost = index % 4 == 0, index % 10 == 9
        value = {"perfect": float(needs), "lot": chance.random(), "same": 0.5}[score]
        duels.append(duel(value, float(not lost), float(not needs and not lost)))
    return duels


def three() -> list[Contest]:
    """Prompts of which each has a model that is right, but a third often only of no use."""
    worths = ((1, 1, 0), (1, 0, 0), (0, 0, 1), (0, 1, 1))
    names = ("big", "small", "third")
    return [Contest(0.5, dict(zip(names, map(float, each), strict=True))) for each in worths]


def test_a_perfect_score_recovers_the_gap_as_soon_as_can_be() -> None:
    measured = report(outcomes("perfect"))
    apgr = measured.apgr
    assert apgr is not None
    assert apgr.value > 0.85
    assert apgr.low <= apgr.value <= apgr.high
    share = measured.share_for[0.95]
    assert share is not None
    assert share.value < 0.25
    strong = measured.accuracies["big"]
    assert measured.best.accuracy.value == pytest.approx(strong.value)


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
    measured = report([duel(0.1, 1, 0), duel(0.9, 0, 1)])
    assert measured.apgr is None
    assert measured.best_constant == "small", "the cheaper of equals"
    assert frontier_as_json(measured)["apgr"] is None
    assert "equally good" in " ".join(frontier_page(measured).lines)


def test_the_oracle_takes_the_cheapest_model_that_is_right() -> None:
    duels = [duel(0, 1, 1), duel(0, 1, 0), duel(0, 0, 0), duel(0, 0, 1)]
    oracle = report(duels, big=10, small=2).oracle
    assert oracle.shares == {"small": 0.75, "big": 0.25}
    assert (oracle.accuracy.value, oracle.cost.value) == (0.75, 4.0)


def test_the_strong_model_may_be_the_cheaper() -> None:
    oracle = report([duel(0, 1, 1), duel(0, 1, 0)], big=1, small=5).oracle
    assert (oracle.shares["big"], oracle.accuracy.value, oracle.cost.value) == (1.0, 1.0, 1.0)
    equals = report([duel(0.1, 1, 0), duel(0.9, 0, 1), duel(0.5, 0, 0)], big=1, small=5)
    assert equals.best_constant == "big", "the cheaper of equals"
    assert equals.oracle.shares["big"] == pytest.approx(2 / 3), "also where neither is right"
    assert equals.oracle.cost.value == pytest.approx((1 + 5 + 1) / 3)


def test_the_oracle_and_the_best_constant_model_are_of_all_models() -> None:
    measured = report(three(), big=4, small=1, third=2)
    assert measured.oracle.accuracy.value == 1
    assert measured.oracle.shares == {"small": 0.5, "third": 0.25, "big": 0.25}
    assert measured.oracle.cost.value == (1 + 4 + 2 + 1) / 4
    better = report(
        [*three(), Contest(0.5, {"big": 0, "small": 0, "third": 1})], big=4, small=1, third=2
    )
    assert better.best_constant == "third"
    assert better.best_constant_accuracy.value == 0.6
    assert better.apgr == report(better_two(better), big=4, small=1).apgr, "of the two alone"


def better_two(measured: FrontierReport) -> list[Contest]:
    return [
        duel(each.score, each.outcomes["big"], each.outcomes["small"]) for each in measured.contests
    ]


def test_of_models_that_cost_the_same_the_weak_one_comes_first_and_the_strong_one_last() -> None:
    measured = report(three(), big=1, small=1, third=1)
    assert measured.models == ("small", "third", "big")
    assert measured.oracle.shares == {"small": 0.5, "third": 0.25, "big": 0.25}
    assert measured.best_constant == "small", "all are right half of the time"
    assert measured.oracle.cost.interval == (1, 1)


def test_where_no_model_is_right_the_cheapest_answers() -> None:
    lost = [Contest(0.5, {"big": 0, "small": 0, "third": 0})]
    oracle = report(lost, big=4, small=2, third=1).oracle
    assert (oracle.accuracy.value, oracle.cost.value) == (0, 1)


@given(CONTESTS, PRICES, PRICES, PRICES)
@settings(max_examples=30, deadline=None)
def test_nothing_as_good_as_the_oracle_costs_less(
    contests: list[Contest], big: int, small: int, third: int
) -> None:
    prices = {"big": big, "small": small, "third": third}
    measured = report(contests, **prices)
    chosen = [
        max((worth, -prices[name]) for name, worth in each.outcomes.items()) for each in contests
    ]
    size, oracle = len(contests), measured.oracle
    assert oracle.accuracy.value == pytest.approx(sum(worth for worth, _ in chosen) / size)
    assert oracle.cost.value == pytest.approx(-sum(price for _, price in chosen) / size)
    assert sum(oracle.shares.values()) == pytest.approx(1)
    accuracies = [each.value for each in measured.accuracies.values()]
    assert measured.best_constant_accuracy.value == pytest.approx(max(accuracies))


@given(DUELS)
@settings(max_examples=30, deadline=None)
def test_the_frontier_leads_from_one_model_to_the_other(duels: list[Contest]) -> None:
    measured = report(duels, big=3, small=1)
    first, last = measured.frontier[0], measured.frontier[-1]
    strong, weak = (measured.accuracies[name].value for name in ("big", "small"))
    assert first.accuracy.value == pytest.approx(weak)
    assert last.accuracy.value == pytest.approx(strong)
    assert (first.cost, last.cost) == (1, 3)
    assert measured.best_constant_accuracy.value == pytest.approx(max(strong, weak))
    assert measured.oracle.accuracy.value >= measured.best.accuracy.value - 1e-9


@given(DUELS)
@settings(max_examples=30, deadline=None)
def test_the_curve_is_what_its_words_say(duels: list[Contest]) -> None:
    """The strong model gets the highest scores; the gain of a score is shared by its prompts."""
    measured = report(duels)
    size = len(duels)
    worths = [sum(each.outcomes["small"] for each in duels)]
    for score in sorted({each.score for each in duels}, reverse=True):
        same = [each.outcomes for each in duels if each.score == score]
        gain = sum(each["big"] - each["small"] for each in same) / len(same)
        worths += [worths[-1] + gain * place for place in range(1, len(same) + 1)]
    if abs(worths[-1] - worths[0]) < 1e-9:
        assert measured.apgr is None
        return
    area = sum(low + high for low, high in pairwise(worths)) / 2 / size
    assert measured.apgr is not None
    recovered = (area - worths[0]) / (worths[-1] - worths[0])
    assert measured.apgr.value == pytest.approx(recovered)


def test_intervals_hold_what_is_measured_and_are_the_same_every_time() -> None:
    measured, again = report(outcomes("lot")), report(outcomes("lot"))
    assert frontier_as_json(measured) == frontier_as_json(again)
    oracle = measured.oracle
    estimates = [
        *(point.accuracy for point in measured.frontier),
        *measured.accuracies.values(),
        *(oracle.accuracy, oracle.cost),
    ]
    assert all(each.low < each.value < each.high for each in estimates)
    # Of a share of 0.9 of 400 prompts, by the normal distribution.
    strong = measured.accuracies["big"]
    assert strong.high - strong.low == pytest.approx(2 * 1.96 * (0.9 * 0.1 / 400) ** 0.5, rel=0.1)
    fewer = report(outcomes("lot", 100)).accuracies["big"]
    assert fewer.high - fewer.low > strong.high - strong.low


def test_pages_and_json_have_every_interval() -> None:
    prices = {
        "big": AnswerPrice(4),
        "small": AnswerPrice(1, PriceSource.CONFIGURATION),
        "third": AnswerPrice(4, PriceSource.ASSUMED),
    }
    measured = FrontierReport(tuple(three() * 20), prices, "big", "small")
    document = json.loads(json.dumps(frontier_as_json(measured)))
    constant, oracle = document["best_constant_accuracy_interval"], document["oracle"]
    assert constant[0] < document["best_constant_accuracy"] < constant[1]
    assert oracle["accuracy_interval"] == [1, 1]
    assert oracle["cost_interval"][0] < oracle["cost"] < oracle["cost_interval"][1]
    assert oracle["share"] == oracle["shares"]["big"]
    assert all(len(point["accuracy_interval"]) == 2 for point in document["frontier"])
    assert [each["cost_from"] for each in document["models"]] == [
        *("configuration", "assumed", "option")
    ]
    text = markdown(frontier_page(measured), "semroute eval frontier")
    low, high = constant
    assert f"Best constant model of 3: small, 0.500 ({low:.3f}-{high:.3f})" in text
    assert "Always the cheapest model of 3 that is right, which nobody can know: 1.000" in text
    assert f"| 0% | 0.500 ({low:.3f}-{high:.3f}) | 0.500 | 1 |" in text
    assert "an answer costs so much, by estimate: small." in text
    assert "for want of prices: third." in text
