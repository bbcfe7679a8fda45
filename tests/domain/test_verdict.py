import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.classification import Classification, ClassificationOutcome, Unclassified
from semroute.domain.decide import decide, decide_embedding, decide_stored
from semroute.domain.errors import InvalidPolicyError
from semroute.domain.findings import Findings
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import (
    Candidate,
    Category,
    Model,
    Place,
    RoutingDecision,
    Weighed,
    WeightedEndpoint,
)
from semroute.domain.verdict import PassedThrough, Refused, Routed

SMALL = Model("small", (WeightedEndpoint("cpu"),))
BIG = Model("big", (WeightedEndpoint("gpu-1", 3), WeightedEndpoint("gpu-2", 1)))
POLICY = Policy(
    models={"small": SMALL, "big": BIG},
    default_model="small",
    categories={
        "math": Category("math", (Candidate("small", 0.2), Candidate("big", 0.9))),
        "idle": Category("idle"),
    },
    min_confidence=0.5,
)


def chat(model: str = "auto") -> ChatRequest:
    return ChatRequest(model, (Message(Role.USER, "hi"),))


def decided(
    outcome: ClassificationOutcome | None, model: str = "auto", draw: float = 0.0
) -> RoutingDecision:
    verdict = decide(chat(model), Findings(draw, outcome), POLICY)
    assert isinstance(verdict, Routed)
    return verdict.decision


def test_a_sure_category_goes_to_its_best_candidate() -> None:
    decision = decided(Classification.ranked({"idle": 0.1, "math": 0.9}))
    assert decision == RoutingDecision(
        "big",
        "gpu-1",
        Reason.CLASSIFIER,
        "math",
        0.9,
        (Weighed("big", 0.9, utility=1.0), Weighed("small", 0.2, utility=0.2 / 0.9)),
    )


def test_confidence_at_the_threshold_is_enough() -> None:
    assert decided(Classification.ranked({"math": 0.5, "idle": 0.5})).reason is Reason.CLASSIFIER


def test_an_unsure_category_goes_to_the_default_model_and_is_named() -> None:
    decision = decided(Classification.ranked({"math": 0.49, "idle": 0.3}))
    assert decision == RoutingDecision("small", "cpu", Reason.ABSTAIN, "math", 0.49)


@pytest.mark.parametrize("category", ["idle", "unheard-of"])
def test_a_category_without_candidates_goes_to_the_default_model(category: str) -> None:
    decision = decided(Classification.ranked({category: 1.0}))
    assert (decision.model, decision.reason) == ("small", Reason.DEFAULT)


@pytest.mark.parametrize("reason", [Reason.CLASSIFIER_TIMEOUT, Reason.NOT_LOADED])
def test_an_unclassified_prompt_goes_to_the_default_model_for_that_reason(reason: Reason) -> None:
    decision = decided(Unclassified(reason))
    assert decision == RoutingDecision("small", "cpu", reason)


def test_nothing_to_classify_goes_to_the_default_model() -> None:
    assert decided(None).reason is Reason.DEFAULT


def test_a_named_model_is_kept_whatever_the_prompt_is_about() -> None:
    decision = decided(Classification.ranked({"math": 1.0}), model="small")
    assert decision == RoutingDecision("small", "cpu", Reason.EXPLICIT_MODEL)


def test_an_unknown_model_is_refused_without_repeating_its_name() -> None:
    verdict = decide(chat("gpt-9"), Findings(0.0), POLICY)
    assert isinstance(verdict, Refused)
    assert (verdict.status, verdict.error.code, verdict.error.param) == (
        404,
        "model_not_found",
        "model",
    )
    assert "gpt-9" not in str(verdict.error)


@pytest.mark.parametrize(
    ("draw", "endpoint"), [(0.0, "gpu-1"), (0.749, "gpu-1"), (0.75, "gpu-2"), (0.999, "gpu-2")]
)
def test_traffic_is_spread_by_weight(draw: float, endpoint: str) -> None:
    assert BIG.endpoint_for(draw) == endpoint


@given(
    st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=1, max_size=5),
    st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_every_draw_finds_an_endpoint(weights: list[float], draw: float) -> None:
    places = tuple(WeightedEndpoint(str(i), weight) for i, weight in enumerate(weights))
    assert Model("m", places).endpoint_for(draw) in {place.endpoint for place in places}


SCORES = st.dictionaries(
    st.sampled_from(["math", "idle", "else"]), st.floats(min_value=0, max_value=1), min_size=1
)
OUTCOMES = (
    st.none() | SCORES.map(Classification.ranked) | st.builds(Unclassified, st.sampled_from(Reason))
)


@given(
    st.text(max_size=5) | st.sampled_from(["auto", "small", "big"]),
    st.floats(min_value=0, max_value=1, exclude_max=True),
    OUTCOMES,
)
def test_every_request_is_routed_to_a_configured_place_or_refused(
    model: str, draw: float, outcome: ClassificationOutcome | None
) -> None:
    verdict = decide(chat(model), Findings(draw, outcome), POLICY)
    match verdict:
        case Routed(decision):
            places = POLICY.models[decision.model].endpoints
            assert decision.endpoint in {place.endpoint for place in places}
            assert 0 <= decision.confidence <= 1
        case Refused(status):
            assert status == 404
            assert not POLICY.knows(model)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"default_model": "none"}, "default model 'none' is not configured"),
        ({"aliases": ("auto", "big")}, "'big' is both an alias and a model"),
        ({"categories": {"x": Category("x", (Candidate("none", 1),))}}, "unknown 'none'"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(
    changes: dict[str, object], message: str
) -> None:
    rules: dict[str, object] = {"models": {"big": BIG}, "default_model": "big"}
    with pytest.raises(InvalidPolicyError, match=message):
        Policy(**(rules | changes))  # type: ignore[arg-type]


def test_a_classification_is_ranked_and_knows_its_margin() -> None:
    classification = Classification.ranked({"a": 0.2, "b": 0.7, "c": 0.1})
    assert [score.category for score in classification.scores] == ["b", "a", "c"]
    assert classification.runner_up is not None
    assert classification.margin == pytest.approx(0.5)
    assert Classification.ranked({"a": 1.0}).margin == 1.0


MATH = Classification.ranked({"math": 0.9, "idle": 0.1})


def continued(place: Place, model: str = "auto") -> RoutingDecision:
    verdict = decide(chat(model), Findings(0.0, MATH, continued=place), POLICY)
    assert isinstance(verdict, Routed)
    return verdict.decision


def test_what_goes_on_from_an_answer_returns_to_where_it_was_given() -> None:
    decision = continued(Place("small", "cpu"))
    assert (decision.model, decision.endpoint, decision.reason) == ("small", "cpu", Reason.STICKY)
    assert decision.category == "math"
    assert continued(Place("big", "gpu-2")).endpoint == "gpu-2"


@pytest.mark.parametrize("place", [Place("gone", "cpu"), Place("small", "gone")])
def test_a_place_that_is_gone_is_forgotten(place: Place) -> None:
    assert continued(place) == decided(MATH)


def test_a_named_model_is_kept_on_the_server_that_knows_the_conversation() -> None:
    decision = continued(Place("other", "gpu-2"), "big")
    assert decision == RoutingDecision("big", "gpu-2", Reason.EXPLICIT_MODEL)
    assert continued(Place("small", "cpu"), "big").endpoint == "gpu-1"


def test_a_response_that_is_kept_is_looked_for_where_it_was_given() -> None:
    known = decide_stored(Place("big", "gpu-2"), POLICY).decision
    assert known == RoutingDecision("big", "gpu-2", Reason.STICKY)
    for place in (None, Place("big", "gone")):
        decision = decide_stored(place, POLICY).decision
        assert decision == RoutingDecision("small", "cpu", Reason.DEFAULT)


def embedded(model: str, embedding_model: str | None = "big") -> object:
    policy = evolve(POLICY, embedding_model=embedding_model)
    verdict = decide_embedding(chat(model), Findings(0.0), policy)
    return verdict.decision if isinstance(verdict, Routed) else verdict


def test_vectors_come_from_the_model_that_is_named_or_the_one_for_vectors() -> None:
    assert embedded("auto") == RoutingDecision("big", "gpu-1", Reason.DEFAULT)
    assert embedded("small") == RoutingDecision("small", "cpu", Reason.EXPLICIT_MODEL)
    assert embedded("unheard-of") == PassedThrough()
    assert isinstance(embedded("auto", None), Refused)


def test_the_model_for_vectors_must_exist() -> None:
    with pytest.raises(InvalidPolicyError, match="embedding model"):
        evolve(POLICY, embedding_model="unheard-of")
