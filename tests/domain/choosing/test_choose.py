"""Who answers, whatever the rules and whatever is known."""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.domain.choosing.choose import Situation, choose
from semroute.domain.choosing.needs import Needs, obstacles
from semroute.domain.choosing.pinning import Pin, Pinning
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.choosing.utility import cost_of, scales_of, weigh
from semroute.domain.classification import Classification, Unclassified
from semroute.domain.decisions import Decision, Selection
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import (
    Candidate,
    Capability,
    Category,
    Model,
    Place,
    Price,
    WeightedEndpoint,
)
from semroute.domain.signals.conditions import Every

NAMES = ("small", "medium", "large")
PLACES = ("cpu", "gpu", "cloud")
few = settings(max_examples=50)  # each is a whole configuration
CATEGORIES = ("law", "math", "unheard-of")
SHARES = st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0])
DRAWS = st.floats(0, 1, exclude_max=True)
CANDIDATES = st.lists(
    st.builds(Candidate, st.sampled_from(NAMES), st.integers(0, 5)),
    max_size=3,
    unique_by=lambda each: each.model,
).map(tuple)


PRICES = (None, Price(0, 0), Price(1, 2), Price(9, 3), Price(20, 20, 0.5))
SOMEWHERE = tuple(
    tuple(map(WeightedEndpoint, places))
    for places in (("cpu",), ("gpu",), ("cloud",), ("cpu", "gpu"), ("gpu", "cloud"))
)


@st.composite
def models(draw: st.DrawFn, name: str) -> Model:
    return Model(
        name,
        draw(st.sampled_from(SOMEWHERE)),
        price=draw(st.sampled_from(PRICES)),
        context=draw(st.sampled_from([None, 100, 10_000])),
        capabilities=draw(st.sampled_from([None, frozenset(), frozenset(Capability)])),
        latency_ms=draw(st.sampled_from([None, 0.0, 100.0, 1000.0])),
    )


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    canary = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.1, 0.3]), max_size=2))
    return Decision("ours", Every(()), candidates=draw(CANDIDATES), canary=canary)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    least, default, most = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
    return Policy(
        models={name: draw(models(name)) for name in NAMES},
        default_model=draw(st.sampled_from(NAMES)),
        categories={name: Category(name, draw(CANDIDATES)) for name in CATEGORIES[:2]},
        min_confidence=draw(SHARES),
        decisions=(draw(decisions()),),
        knob=QualityKnob(default, least, most),
        latency_share=draw(SHARES),
        abstain_to=draw(st.none() | st.sampled_from(NAMES)),
        down_confidence=draw(SHARES),
        pinning=draw(st.sampled_from(Pinning)),
    )


OUTCOMES = st.one_of(
    st.none(),
    st.just(Unclassified(Reason.CLASSIFIER_TIMEOUT)),
    st.tuples(st.permutations(CATEGORIES), SHARES).map(
        lambda pair: Classification.ranked(
            dict(zip(pair[0], (pair[1], (1 - pair[1]) / 2, (1 - pair[1]) / 2), strict=True))
        )
    ),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Situation, Policy]:
    policy = draw(policies())
    place = st.builds(Place, st.sampled_from((*NAMES, "gone")), st.sampled_from(PLACES))
    situation = Situation(
        Needs(
            draw(st.sampled_from([10, 1000, 100_000])),
            draw(st.sampled_from([0, 50])),
            draw(st.sampled_from([frozenset(), frozenset({Capability.IMAGES})])),
        ),
        draw(DRAWS),
        draw(DRAWS),
        draw(OUTCOMES),
        draw(st.sampled_from([Selection(), Selection(policy.decisions[0])])),
        draw(st.none() | SHARES),
        draw(st.none() | st.builds(Pin, place, st.booleans())),
        draw(st.frozensets(st.sampled_from(PLACES))),
    )
    return situation, policy


def obstacle(name: str, situation: Situation, policy: Policy) -> str | None:
    found = obstacles(policy.models[name], situation.needs, situation.unhealthy)
    return next(found, None)


@few
@given(cases())
def test_somebody_always_answers_where_it_runs(case: tuple[Situation, Policy]) -> None:
    situation, policy = case
    decision = choose(situation, policy)
    assert policy.runs_at(Place(decision.model, decision.endpoint))
    assert decision == choose(situation, policy)
    assert policy.knob.least <= decision.quality <= policy.knob.most
    if obstacle(decision.model, situation, policy) is None:
        assert decision.endpoint not in situation.unhealthy


@few
@given(cases())
def test_nobody_who_cannot_answers_as_long_as_anybody_can(case: tuple[Situation, Policy]) -> None:
    situation, policy = case
    decision = choose(situation, policy)
    if obstacle(decision.model, situation, policy) is not None:
        assert all(obstacle(name, situation, policy) is not None for name in NAMES)


@few
@given(cases())
def test_a_candidate_answers_if_one_can_unless_the_reason_says_otherwise(
    case: tuple[Situation, Policy],
) -> None:
    situation, policy = case
    decision = choose(situation, policy)
    able = [each.model for each in decision.candidates if each.obstacle is None]
    otherwise = (Reason.PINNED, Reason.CANARY, Reason.ABSTAIN)
    refuge = decision.reason in (Reason.CAPABILITY, Reason.HEALTH) and (
        decision.model == policy.abstention and decision.confidence < policy.down_confidence
    )
    if able and decision.reason not in otherwise and not refuge:
        assert decision.model in able
    if decision.reason is Reason.RULE:
        named = {each.model for each in policy.decisions[0].candidates}
        assert decision.model in named


@few
@given(cases())
def test_the_reason_says_that_somebody_better_was_passed_over(
    case: tuple[Situation, Policy],
) -> None:
    situation, policy = case
    decision = choose(situation, policy)
    if decision.reason in (Reason.RULE, Reason.CLASSIFIER):
        chosen = next(each for each in decision.candidates if each.model == decision.model)
        assert chosen.utility == max(each.utility for each in decision.candidates)
    if decision.reason is Reason.CAPABILITY:
        able = [each.utility for each in decision.candidates if each.obstacle is None]
        ill = [
            each.utility
            for each in decision.candidates
            if each.obstacle is not None and each.obstacle.startswith("health")
        ]
        assert not able or max(ill, default=-2) <= max(able)


@given(
    st.fixed_dictionaries({name: models(name) for name in NAMES}),
    CANDIDATES.filter(bool),
    st.sampled_from([Needs(10), Needs(1000, 50), Needs(10, 0, frozenset({Capability.IMAGES}))]),
    st.tuples(SHARES, SHARES).map(sorted),
)
def test_who_wants_it_better_never_gets_it_cheaper(
    known: dict[str, Model],
    candidates: tuple[Candidate, ...],
    needs: Needs,
    qualities: list[float],
) -> None:
    worth = []
    for quality in qualities:
        scales = scales_of(candidates, known, needs, quality, 0.0)
        best = weigh(candidates, known, needs, scales)[0]
        worth.append((scales.share(best.cost), best.score))
    low, high = worth
    # What one of them costs and is good for is the same each time, to the last digit.
    assert low[0] <= high[0]
    assert low[1] <= high[1]


@few
@given(cases())
def test_an_unsure_category_sends_nothing_to_somebody_cheaper(
    case: tuple[Situation, Policy],
) -> None:
    situation, policy = case
    lone = evolve(situation, pin=None, selection=Selection())
    decision = choose(lone, policy)
    refuge = policy.models[policy.abstention]
    is_sure = decision.confidence >= policy.down_confidence
    if not decision.candidates or is_sure or obstacle(refuge.name, lone, policy) is not None:
        return
    cost, dear = (cost_of(each, lone.needs) for each in (policy.models[decision.model], refuge))
    assert cost is None or dear is None or cost >= dear


@few
@given(cases())
def test_a_category_that_is_too_improbable_does_not_decide(case: tuple[Situation, Policy]) -> None:
    situation, policy = case
    decision = choose(situation, policy)
    outcome = situation.classification
    if isinstance(outcome, Classification) and outcome.best.probability < policy.min_confidence:
        assert decision.reason is not Reason.CLASSIFIER


@few
@given(cases())
def test_a_conversation_stays_only_where_it_is(case: tuple[Situation, Policy]) -> None:
    situation, policy = case
    decision = choose(situation, policy)
    if decision.reason is Reason.PINNED:
        assert situation.pin is not None
        assert policy.pinning is not Pinning.OFF
        assert decision.model == situation.pin.place.model
        assert obstacle(decision.model, situation, policy) is None
        named = [each.model for each in policy.decisions[0].candidates]
        assert situation.selection.chosen is None or not named or decision.model in named
    elif situation.pin is not None and policy.pinning is Pinning.ALWAYS:
        moved = evolve(situation, pin=None)
        assert decision.model == choose(moved, policy).model


@few
@given(cases())
def test_the_server_that_heard_a_conversation_hears_the_rest(
    case: tuple[Situation, Policy],
) -> None:
    situation, policy = case
    decision, pin = choose(situation, policy), situation.pin
    if pin is not None and pin.place.model == decision.model and policy.runs_at(pin.place):
        is_ill = pin.place.endpoint in situation.unhealthy
        assert is_ill or decision.endpoint == pin.place.endpoint


def trying(**canary: float) -> tuple[Situation, Policy]:
    ours = Decision("ours", Every(()), candidates=(Candidate("small", 1),), canary=canary)
    policy = Policy(
        {name: Model(name, (WeightedEndpoint("cpu"),)) for name in NAMES},
        "small",
        decisions=(ours,),
    )
    return Situation(Needs(), 0.0, 0.0, selection=Selection(ours)), policy


def test_a_canary_gets_its_share_of_conversations_and_no_more() -> None:
    situation, policy = trying(medium=0.05, large=0.2)
    count = 1000
    chosen = [choose(evolve(situation, share=at / count), policy) for at in range(count)]
    went = {name: sum(each.model == name for each in chosen) for name in NAMES}
    assert went == {"medium": 50, "large": 200, "small": 750}
    for each in chosen:
        assert each.reason is (Reason.RULE if each.model == "small" else Reason.CANARY)


@given(DRAWS, DRAWS)
def test_a_conversation_draws_the_same_every_time(one: float, other: float) -> None:
    situation, policy = trying(medium=0.3)
    share = evolve(situation, share=one)
    assert choose(evolve(share, draw=other), policy).model == choose(share, policy).model


def test_a_canary_that_cannot_answer_gets_nothing() -> None:
    situation, policy = trying(medium=1.0)
    able = evolve(policy.models["medium"], context=10)
    policy = evolve(policy, models={**policy.models, "medium": able})
    assert choose(situation, policy).reason is Reason.CANARY
    assert choose(evolve(situation, needs=Needs(11)), policy).reason is Reason.RULE


def test_a_model_that_answers_at_once_is_not_taken_for_one_nobody_knows() -> None:
    quick, slow = (
        Model(name, (WeightedEndpoint("cpu"),), latency_ms=latency)
        for name, latency in (("quick", 0.0), ("slow", 900.0))
    )
    candidates = (Candidate("slow", 1), Candidate("quick", 1))
    known = {"quick": quick, "slow": slow}
    scales = scales_of(candidates, known, Needs(), 0.5, 1.0)
    assert [each.model for each in weigh(candidates, known, Needs(), scales)] == ["quick", "slow"]


def test_unsure_is_unsure_too_when_the_best_cannot_see() -> None:
    """Nobody knows what an image is about; the cheap model that can see it must not get it."""
    dear, cheap, refuge = (
        Model(name, (WeightedEndpoint("cpu"),), Price(price, price), capabilities=can)
        for name, price, can in (
            ("large", 9, frozenset[Capability]()),
            ("small", 1, None),
            ("medium", 5, None),
        )
    )
    policy = Policy(
        {each.name: each for each in (dear, cheap, refuge)},
        "small",
        categories={"law": Category("law", (Candidate("large", 2), Candidate("small", 1)))},
        abstain_to="medium",
        down_confidence=0.9,
    )
    needs = Needs(10, capabilities=frozenset({Capability.IMAGES}))
    for probability, model in ((0.95, "small"), (0.6, "medium")):
        outcome = Classification.ranked({"law": probability})
        decision = choose(Situation(needs, 0.0, 0.0, outcome), policy)
        assert (decision.model, decision.reason) == (model, Reason.CAPABILITY)


def test_what_an_illness_decided_is_not_said_to_be_for_good() -> None:
    """The best cannot see, the second is out of order: on another day the second answers."""
    large, medium, small = (
        Model(name, (WeightedEndpoint(place),), capabilities=can)
        for name, place, can in (
            ("large", "cpu", frozenset[Capability]()),
            ("medium", "gpu", None),
            ("small", "cloud", None),
        )
    )
    scores = {"large": 3, "medium": 2, "small": 1}
    policy = Policy(
        {each.name: each for each in (large, medium, small)},
        "small",
        categories={"law": Category("law", tuple(Candidate(*each) for each in scores.items()))},
    )
    situation = Situation(
        Needs(capabilities=frozenset({Capability.IMAGES})),
        0.0,
        0.0,
        Classification.ranked({"law": 1.0}),
        unhealthy=frozenset({"gpu"}),
    )
    decision = choose(situation, policy)
    assert (decision.model, decision.reason) == ("small", Reason.HEALTH)
    healthy = choose(evolve(situation, unhealthy=frozenset()), policy)
    assert (healthy.model, healthy.reason) == ("medium", Reason.CAPABILITY)
