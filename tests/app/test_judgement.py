"""Measuring and explaining decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.memory import FaultyClassifier
from semroute.app.evaluation import (
    CategoryReport,
    LabelledPrompt,
    category_as_json,
    category_page,
    evaluate_categories,
)
from semroute.app.evaluation.categories import Classified
from semroute.app.evaluation.noises import NOISES
from semroute.app.explaining import Explanation, why
from semroute.app.route import Route
from semroute.domain.classification import Classification
from semroute.domain.errors import ClassifierError
from semroute.domain.reasons import Reason

from .conftest import POLICY, asks


async def test_accuracy_is_the_share_of_right_answers(classifier: FaultyClassifier) -> None:
    prompts = [
        LabelledPrompt("equations", "math"),
        LabelledPrompt("integrals", "math"),
        LabelledPrompt("landlords", "law"),
        LabelledPrompt("courts", "math"),
    ]
    shares: list[float] = []
    report = await evaluate_categories(classifier, prompts, lambda _, share: shares.append(share))
    assert (report.accuracy.hits, report.accuracy.of) == (3, 4)
    assert report.confusion == {("math", "math"): 2, ("law", "law"): 1, ("math", "law"): 1}
    assert report.f1("math") == pytest.approx(0.8)
    assert report.f1("law") == pytest.approx(2 / 3)
    assert report.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert report.flips.keys() == NOISES.keys()
    assert report.flips["upper case"].of == 4


def test_haste_leaves_out_capitals_and_punctuation_but_no_decimals() -> None:
    hasty = NOISES["lower case without punctuation"]
    assert hasty("Is Pi 3.14? No, it's more: e.g. 3.1416!") == "is pi 3.14 no it's more eg 3.1416"


async def test_a_prompt_that_cannot_be_classified_ends_the_measurement(
    classifier: FaultyClassifier,
) -> None:
    classifier.error = ClassifierError("boom")
    with pytest.RaisesGroup(ClassifierError):
        await evaluate_categories(classifier, [LabelledPrompt("x", "math")])


def classified(label: str, shares: dict[str, float], disturbed: str) -> Classified:
    return Classified(label, Classification.ranked(shares), dict.fromkeys(NOISES, disturbed))


PROMPTS = st.lists(
    st.builds(
        lambda label, share, disturbed: classified(label, {"a": share, "b": 1 - share}, disturbed),
        st.sampled_from("abc"),
        st.floats(0, 1),
        st.sampled_from("ab"),
    ),
    min_size=1,
    max_size=40,
)


@given(PROMPTS)
def test_scores_are_shares(prompts: list[Classified]) -> None:
    report = CategoryReport(prompts)
    document = category_as_json(report)
    for name in ("accuracy", "macro_f1", "ece"):
        assert 0 <= document[name] <= 1
    if document["accuracy"] == 1:
        assert document["macro_f1"] == pytest.approx(1)
    coverages = [each.coverage.hits for each in report.abstention]
    assert coverages == sorted(coverages, reverse=True)
    assert coverages[0] == len(prompts)


def test_a_classifier_that_is_as_often_right_as_it_says_has_no_calibration_error() -> None:
    shares = {"a": 0.75, "b": 0.25}
    prompts = [classified(label, shares, "a") for label in "aaab"]
    assert CategoryReport(prompts).calibration_error == pytest.approx(0)
    prompts = [classified("a", shares, "a")] * 4
    assert CategoryReport(prompts).calibration_error == pytest.approx(0.25)


def test_macro_f1_and_the_calibration_error_have_intervals_that_are_the_same_again() -> None:
    prompts = [classified(label, {"a": 0.75, "b": 0.25}, "a") for label in "aaab" * 25]
    document, again = (category_as_json(CategoryReport(prompts)) for _ in range(2))
    low, high = document["macro_f1_interval"]
    assert low < document["macro_f1"] < high
    assert document["macro_f1_interval"] == again["macro_f1_interval"]
    low, high = document["ece_interval"]
    # An error of 0 is below all that chance makes of it, as the page says.
    assert document["ece"] == 0 <= low < high < 0.15
    (line, *_), table = category_page(CategoryReport(prompts)).lines, document["ece_interval"]
    assert f"calibration error 0.000 ({table[0]:.3f}-{table[1]:.3f})" in line
    assert CategoryReport([]).macro_f1_interval == (0, 1)


def test_noise_that_moves_a_prompt_is_counted() -> None:
    prompts = [classified("a", {"a": 0.9, "b": 0.1}, disturbed) for disturbed in "aabb"]
    flips = CategoryReport(prompts).flips["typos"]
    assert (flips.hits, flips.of) == (2, 4)


async def explained(route: Route, text: str, model: str = "auto") -> Explanation:
    explanation = Explanation.of(await route(asks(text, model=model)), POLICY)
    assert explanation is not None
    return explanation


async def test_a_decision_is_told_with_what_would_have_tipped_it(route: Route) -> None:
    told = await explained(route, "equations integrals landlords")
    assert told.decision.model == "euler"
    best = told.classification
    assert best is not None
    assert told.flips[0].model == "small"
    assert f"above {best.best.probability:.3f}" in told.flips[0].condition
    document = told.as_json()
    assert document["category"] == "math"
    assert document["runner_up"] == "law"
    assert document["endpoints"] == {"gpu": 1.0}
    assert document["would_change"][0]["to"] == "small"


async def test_a_lower_threshold_would_have_tipped_an_abstention(route: Route) -> None:
    told = await explained(route, "what?")
    assert told.decision.reason is Reason.ABSTAIN
    (flip,) = told.flips
    assert "at most" in flip.condition


async def test_a_named_model_needs_no_explanation_beyond_that(route: Route) -> None:
    told = await explained(route, "equations", model="portia")
    assert told.flips == ()
    assert told.why == "the client named it"


async def test_a_refusal_is_not_explained_as_a_decision(route: Route) -> None:
    assert Explanation.of(await route(asks("x", model="gpt-9")), POLICY) is None


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    assert why(reason, 0.4, 0.3)
