"""What decisions forbid, and that it is forbidden as long as nobody knows whether one is meant."""

import pytest
from attrs import evolve

from semroute.domain.attack import AttackKind
from semroute.domain.caching.entry import Entry
from semroute.domain.caching.inquiry import Hit, HitKind
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.classification import Classification
from semroute.domain.decide import decide, decide_embedding, may_recall
from semroute.domain.decisions import Decision
from semroute.domain.findings import Findings
from semroute.domain.guards import NO_GUARDS, AttackGuard, Guards, Mode, PiiAction, PiiGuard
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.policy import Case, Policy
from semroute.domain.routing import Candidate, Category, Model, WeightedEndpoint
from semroute.domain.screening import PersonalDatum, Screening, Threat
from semroute.domain.signals.conditions import Shows
from semroute.domain.signals.definitions import ToolsSignal
from semroute.domain.signals.result import Match, SignalResult
from semroute.domain.verdict import Blocked, PassedThrough, Routed

HERE = ("messages", 0, "content")
ATTACK = Screening(threats=(Threat(AttackKind.JAILBREAK, 0.9, HERE),))
STRICT = Guards(jailbreak=AttackGuard(Mode.ENFORCE))
BANK = Decision("bank", Shows("bank"), 1)
POLICY = Policy(
    {
        "small": Model("small", (WeightedEndpoint("cpu"),)),
        "large": Model(
            "large",
            (
                WeightedEndpoint("gpu"),
                WeightedEndpoint("a", is_private=True),
                WeightedEndpoint("b", is_private=True),
            ),
        ),
    },
    "small",
    categories={"law": Category("law", (Candidate("large", 1),)), "bank": Category("bank")},
    signals={"bank": ToolsSignal(), "rest": ToolsSignal()},
    decisions=(BANK, Decision("rest", Shows("rest"))),
    special_guards={
        Case(category, model, "bank"): STRICT
        for category in (None, "law", "bank")
        for model in ("small", "large")
    },
)
UNKNOWN = SignalResult.unknown("timeout")
YES, NO = SignalResult(Match.MATCHED), SignalResult(Match.NOT_MATCHED)


def asks(model: str) -> ChatRequest:
    return ChatRequest(model, (Message(Role.USER, "hi"),))


def findings(**signals: SignalResult) -> Findings:
    return Findings(0.0, None, ATTACK, signals=signals)


@pytest.mark.parametrize("model", ["auto", "small", "large"])
@pytest.mark.parametrize(
    ("signals", "is_blocked"),
    [
        ({"bank": YES}, True),
        ({"bank": NO}, False),
        ({"bank": UNKNOWN}, True),
        ({}, True),
        ({"bank": UNKNOWN, "rest": YES}, True),
        ({"bank": NO, "rest": UNKNOWN}, False),
    ],
    ids=["meant", "not meant", "unknown", "not asked", "passed over", "another is unknown"],
)
def test_what_a_decision_forbids_is_forbidden_unless_it_is_not_meant(
    model: str, signals: dict[str, SignalResult], *, is_blocked: bool
) -> None:
    verdict = decide(asks(model), findings(**signals), POLICY)
    assert isinstance(verdict, Blocked if is_blocked else Routed)


@pytest.mark.parametrize("model", ["small", "nobody-s"])
@pytest.mark.parametrize(("signal", "is_blocked"), [(YES, True), (NO, False), (UNKNOWN, True)])
def test_it_is_forbidden_for_vectors_too_whoever_makes_them(
    model: str, signal: SignalResult, *, is_blocked: bool
) -> None:
    verdict = decide_embedding(asks(model), findings(bank=signal), POLICY)
    assert isinstance(verdict, Blocked if is_blocked else Routed | PassedThrough)


def test_it_is_forbidden_in_categories_that_nobody_configured() -> None:
    """A classifier of the operator's may know more categories than the file does."""
    strange = evolve(findings(bank=YES), classification=Classification.ranked({"strange": 1.0}))
    assert isinstance(decide(asks("auto"), strange, POLICY), Blocked)
    of_model = evolve(POLICY, special_guards={Case(None, "small"): STRICT})
    assert isinstance(decide(asks("auto"), strange, of_model), Blocked)


def test_the_guards_of_a_decision_may_allow_what_others_forbid() -> None:
    lenient = evolve(
        POLICY,
        guards=STRICT,
        special_guards={Case(None, "small", "bank"): NO_GUARDS},
    )
    assert isinstance(decide(asks("small"), findings(bank=YES), lenient), Routed)
    assert isinstance(decide(asks("small"), findings(bank=NO), lenient), Blocked)
    # Nobody knows whether it may.
    assert isinstance(decide(asks("small"), findings(bank=UNKNOWN), lenient), Blocked)


@pytest.mark.parametrize(("ill", "endpoint"), [("a", "b"), ("b", "a")])
def test_of_private_endpoints_one_that_is_in_order_is_taken(ill: str, endpoint: str) -> None:
    guard = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: PiiAction.ROUTE})
    email = Screening(data=(PersonalDatum(HERE, PiiSpan(PiiKind.EMAIL, 0, 5)),))
    private = evolve(POLICY, guards=evolve(NO_GUARDS, pii=guard))
    for draw in (0.0, 0.99):
        found = Findings(
            draw, None, email, signals={"bank": NO, "rest": NO}, unhealthy=frozenset({ill})
        )
        verdict = decide(asks("large"), found, private)
        assert isinstance(verdict, Routed)
        assert verdict.decision.endpoint == endpoint


def hit(route: str) -> Hit:
    entry = Entry(
        id="e1",
        partition=b"",
        exact=b"",
        tenant="",
        route=route,
        model="small",
        text="",
        vector=b"",
        encoder="",
        answer=b"{}",
        tokens=1,
        created=0,
        expires=1,
    )
    return Hit(entry, HitKind.EXACT, 1.0, 0.0)


def test_an_answer_is_given_again_only_past_the_guards_that_it_can_have_had() -> None:
    assert not may_recall(hit("bank"), ATTACK, POLICY)
    assert may_recall(hit("rest"), ATTACK, POLICY)
    assert may_recall(hit("bank"), Screening(), POLICY)


def test_a_decision_and_a_category_of_one_name_may_both_have_been_meant() -> None:
    lenient = dict.fromkeys(POLICY.special_guards, NO_GUARDS)
    of_category = evolve(
        POLICY,
        special_guards={**lenient, Case("bank", "small"): STRICT, Case("bank", "large"): STRICT},
    )
    assert not may_recall(hit("bank"), ATTACK, of_category)
