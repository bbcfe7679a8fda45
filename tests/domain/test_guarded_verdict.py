"""What the checks make of a verdict."""

import pytest
from attrs import evolve

from semroute.domain.attack import AttackKind
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.classification import Classification
from semroute.domain.decide import decide, decide_embedding
from semroute.domain.findings import Findings
from semroute.domain.guarded import decide_unrouted
from semroute.domain.guards import (
    AttackGuard,
    BlockStyle,
    Check,
    Guards,
    Mode,
    PiiAction,
    PiiGuard,
)
from semroute.domain.judgement import Consequence
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.policy import Case, Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import Candidate, Category, Model, WeightedEndpoint
from semroute.domain.screening import PersonalDatum, ScreenFault, Screening, Threat
from semroute.domain.verdict import (
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    Verdict,
    judgement_of,
)

HERE = ("messages", 0, "content")
ATTACK = Screening(threats=(Threat(AttackKind.JAILBREAK, 0.9, HERE),))
EMAIL = Screening(data=(PersonalDatum(HERE, PiiSpan(PiiKind.EMAIL, 0, 5)),))
ENFORCING = Guards(jailbreak=AttackGuard(Mode.ENFORCE), style=BlockStyle.REFUSAL)


def private_only(action: PiiAction = PiiAction.ROUTE, mode: Mode = Mode.ENFORCE) -> Guards:
    return Guards(pii=PiiGuard(mode, {PiiKind.EMAIL: action}))


POLICY = Policy(
    models={
        "small": Model("small", (WeightedEndpoint("cpu", is_private=True),)),
        "big": Model("big", (WeightedEndpoint("cloud"),)),
        "both": Model(
            "both", (WeightedEndpoint("cloud", 1000), WeightedEndpoint("cpu", is_private=True))
        ),
    },
    default_model="small",
    categories={"law": Category("law", (Candidate("big", 0.9), Candidate("both", 0.5)))},
    guards=ENFORCING,
)


def decided(screening: Screening | None, policy: Policy = POLICY, model: str = "auto") -> Verdict:
    chat = ChatRequest(model, (Message(Role.USER, "hi"),))
    return decide(chat, Findings(0.0, Classification.ranked({"law": 1.0}), screening), policy)


def place(verdict: Verdict) -> tuple[str, str, Reason]:
    assert isinstance(verdict, Routed)
    return verdict.decision.model, verdict.decision.endpoint, verdict.decision.reason


def test_an_attack_is_blocked_in_the_style_of_its_guards() -> None:
    verdict = decided(ATTACK)
    assert isinstance(verdict, Blocked)
    assert (verdict.sentence.check, verdict.style) == (Check.JAILBREAK, BlockStyle.REFUSAL)


@pytest.mark.parametrize("model", ["auto", "big"])
def test_naming_a_model_does_not_help(model: str) -> None:
    assert isinstance(decided(ATTACK, model=model), Blocked)


def test_an_unknown_model_stays_unknown() -> None:
    assert isinstance(decided(ATTACK, model="gpt-9"), Refused)


def test_what_nobody_looked_for_is_not_judged() -> None:
    verdict = decided(None)
    assert isinstance(verdict, Routed)
    assert verdict.judgement.sentences == ()


def test_a_model_may_have_laxer_guards() -> None:
    lax = evolve(POLICY, special_guards={Case(None, "both"): Guards()})
    assert isinstance(decided(ATTACK, lax, "both"), Routed)
    assert isinstance(decided(ATTACK, lax, "big"), Blocked)


def test_a_category_may_have_stricter_guards() -> None:
    strict = evolve(POLICY, guards=Guards(), special_guards={Case("law", "big"): ENFORCING})
    assert isinstance(decided(ATTACK, strict), Blocked)
    assert isinstance(decided(ATTACK, strict, "big"), Routed)


def test_private_data_goes_to_the_next_candidate_that_is_private() -> None:
    verdict = decided(EMAIL, evolve(POLICY, guards=private_only()))
    assert place(verdict) == ("both", "cpu", Reason.PRIVACY)
    assert isinstance(verdict, Routed)
    assert verdict.decision.category == "law"


def test_a_model_keeps_private_data_on_its_private_endpoints() -> None:
    guarded = evolve(POLICY, guards=private_only())
    assert place(decided(EMAIL, guarded, "both")) == ("both", "cpu", Reason.EXPLICIT_MODEL)


def test_a_named_model_without_a_private_endpoint_is_not_exchanged_but_blocked() -> None:
    verdict = decided(EMAIL, evolve(POLICY, guards=private_only()), "big")
    assert isinstance(verdict, Blocked)
    assert (verdict.sentence.check, verdict.sentence.what) == (Check.PII, "email")
    assert verdict.sentence.consequence is Consequence.BLOCK
    assert said_of_data(verdict) == (Consequence.BLOCK, Mode.ENFORCE)


def said_of_data(verdict: Verdict) -> tuple[Consequence, Mode]:
    """What the check of personal data said; that is what is counted and shown."""
    sentences = {each.check: each for each in judgement_of(verdict).sentences}
    return sentences[Check.PII].consequence, sentences[Check.PII].mode


@pytest.mark.parametrize("model", ["auto", "big", "both", "small"])
def test_watching_says_whether_private_data_would_have_found_a_place(model: str) -> None:
    enforced = decided(EMAIL, evolve(POLICY, guards=private_only()), model)
    policy = evolve(POLICY, guards=private_only(mode=Mode.MONITOR))
    watched = decided(EMAIL, policy, model)
    assert place(watched) == place(decided(Screening(), policy, model))  # nothing else happens
    consequence, mode = said_of_data(watched)
    assert mode is Mode.MONITOR
    assert consequence is (Consequence.BLOCK if model == "big" else Consequence.ROUTE)
    assert said_of_data(enforced) == (consequence, Mode.ENFORCE)


def test_watching_passes_over_private_models_whose_guards_would_block_too() -> None:
    block = private_only(PiiAction.BLOCK, Mode.MONITOR)
    special = {Case("law", "both"): block, Case("law", "small"): block}
    policy = evolve(POLICY, guards=private_only(mode=Mode.MONITOR), special_guards=special)
    assert said_of_data(decided(EMAIL, policy)) == (Consequence.BLOCK, Mode.MONITOR)


@pytest.mark.parametrize("mode", [Mode.MONITOR, Mode.ENFORCE])
def test_where_nobody_routes_there_is_no_private_place(mode: Mode) -> None:
    verdict = decide_unrouted(EMAIL, evolve(POLICY, guards=private_only(mode=mode)))
    assert said_of_data(verdict) == (Consequence.BLOCK, mode)


def test_a_private_model_whose_guards_block_is_passed_over() -> None:
    guards = {Case("law", "both"): private_only(PiiAction.BLOCK)}
    policy = evolve(POLICY, guards=private_only(), special_guards=guards)
    assert place(decided(EMAIL, policy)) == ("small", "cpu", Reason.PRIVACY)


def test_a_check_that_fails_closed_blocks_as_unavailable() -> None:
    verdict = decided(Screening(failures={Check.JAILBREAK: ScreenFault.TIMEOUT}))
    assert isinstance(verdict, Blocked)
    assert verdict.sentence.consequence is Consequence.UNAVAILABLE


@pytest.mark.parametrize(
    ("screening", "guards", "is_blocked"),
    [
        (ATTACK, ENFORCING, True),
        (ATTACK, Guards(), False),
        (EMAIL, private_only(PiiAction.MASK), False),
        (EMAIL, private_only(), True),
        (Screening(failures={Check.JAILBREAK: ScreenFault.ERROR}), ENFORCING, True),
    ],
)
def test_requests_that_are_not_routed_pass_the_same_checks(
    screening: Screening, guards: Guards, *, is_blocked: bool
) -> None:
    verdict = decide_unrouted(screening, evolve(POLICY, guards=guards))
    assert isinstance(verdict, Blocked if is_blocked else PassedThrough)


def test_a_model_for_vectors_is_never_exchanged_for_another() -> None:
    policy = evolve(POLICY, guards=private_only(), embedding_model="big")
    chat = ChatRequest("auto", ())
    assert isinstance(decide_embedding(chat, Findings(0.0, None, EMAIL), policy), Blocked)
    policy = evolve(policy, embedding_model="both")
    verdict = decide_embedding(chat, Findings(0.0, None, EMAIL), policy)
    assert place(verdict) == ("both", "cpu", Reason.DEFAULT)


def test_a_model_for_vectors_that_is_not_ours_is_screened_all_the_same() -> None:
    chat = ChatRequest("unheard-of", ())
    assert isinstance(decide_embedding(chat, Findings(0.0, None, ATTACK), POLICY), Blocked)
    verdict = decide_embedding(chat, Findings(0.0, None, Screening()), POLICY)
    assert isinstance(verdict, PassedThrough)
