"""When a conversation stays where it is."""

import pytest
from attrs import evolve

from semroute.domain.choosing.choose import Situation, choose
from semroute.domain.choosing.needs import Needs
from semroute.domain.choosing.pinning import Pin, Pinning
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.classification import Classification
from semroute.domain.decisions import Decision, Selection
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import Candidate, Category, Model, Place, Price, WeightedEndpoint
from semroute.domain.signals.conditions import Every

POLICY = Policy(
    {
        "small": Model("small", (WeightedEndpoint("cpu"), WeightedEndpoint("cpu-2")), Price(1, 2)),
        "large": Model("large", (WeightedEndpoint("gpu"),), Price(10, 20)),
    },
    "small",
    categories={"law": Category("law", (Candidate("large", 1.0), Candidate("small", 0.95)))},
    pinning=Pinning.COST,
)
AT_SMALL = Pin(Place("small", "cpu-2"))
IN_LOOP = evolve(AT_SMALL, is_in_loop=True)
SURE = Classification.ranked({"law": 1.0})


def went(pin: Pin | None, policy: Policy = POLICY, tokens: int = 100_000) -> tuple[str, Reason]:
    decision = choose(Situation(Needs(tokens), 0.0, 0.0, SURE, pin=pin), policy)
    return decision.model, decision.reason


@pytest.mark.parametrize(
    ("pinning", "pin", "model"),
    [
        (Pinning.OFF, IN_LOOP, "large"),
        (Pinning.LOOP, AT_SMALL, "large"),
        (Pinning.LOOP, IN_LOOP, "small"),
        (Pinning.COST, IN_LOOP, "small"),
        (Pinning.ALWAYS, AT_SMALL, "small"),
        (Pinning.ALWAYS, None, "large"),
    ],
)
def test_a_conversation_stays_when_the_operator_says_so(
    pinning: Pinning, pin: Pin | None, model: str
) -> None:
    reason = Reason.PINNED if model == "small" else Reason.CLASSIFIER
    assert went(pin, evolve(POLICY, pinning=pinning)) == (model, reason)


def test_it_moves_if_that_is_worth_what_reading_all_anew_costs() -> None:
    """The better model is worth a little more; reading all of it there costs more than that."""
    policy = evolve(POLICY, knob=QualityKnob(0.97))
    decision = choose(Situation(Needs(100_000), 0.0, 0.0, SURE, pin=AT_SMALL), policy)
    assert decision.switch is not None
    assert (decision.switch.to, decision.switch.instead_of) == ("large", "small")
    assert 0 < decision.switch.gain <= decision.switch.cost
    assert (decision.model, decision.endpoint) == ("small", "cpu-2")
    assert decision.reason is Reason.PINNED
    # Who wants nothing but the best does not look at what it costs.
    assert went(AT_SMALL) == ("large", Reason.CLASSIFIER)


def test_a_decision_with_models_of_its_own_ends_it() -> None:
    ours = Decision("ours", Every(()), candidates=(Candidate("large", 1),))
    situation = Situation(Needs(10), 0.0, 0.0, SURE, Selection(ours), pin=IN_LOOP)
    policy = evolve(POLICY, decisions=(ours,))
    assert choose(situation, policy).model == "large"
    either = evolve(ours, candidates=(Candidate("large", 1), Candidate("small", 0)))
    assert choose(evolve(situation, selection=Selection(either)), policy).model == "small"


def test_it_stays_with_its_server_and_leaves_one_that_is_ill() -> None:
    situation = Situation(Needs(10), 0.0, 0.0, SURE, pin=IN_LOOP)
    assert choose(situation, POLICY).endpoint == "cpu-2"
    ill = evolve(situation, unhealthy=frozenset({"cpu-2"}))
    assert choose(ill, POLICY).endpoint == "cpu"
    gone = evolve(ill, unhealthy=frozenset({"cpu", "cpu-2"}))
    assert (choose(gone, POLICY).model, choose(gone, POLICY).endpoint) == ("large", "gpu")


def test_a_model_that_is_not_configured_any_more_pins_nobody() -> None:
    assert went(Pin(Place("gone", "cpu"), is_in_loop=True)) == ("large", Reason.CLASSIFIER)
