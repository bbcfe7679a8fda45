"""Every change that is told really changes where a request goes."""

from typing import assert_never

import pytest
from attrs import evolve
from hypothesis import given

from semroute.app.explaining.flips import Destination, Flip, FlipKind, flips_of
from semroute.app.explaining.flips.rounding import at_least, at_most, shown
from semroute.domain.attack import AttackKind
from semroute.domain.choosing.needs import Needs
from semroute.domain.choosing.pinning import Pin, Pinning
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.classification import Classification
from semroute.domain.decisions import Decision
from semroute.domain.findings import Findings
from semroute.domain.grounds import Grounds
from semroute.domain.guards import AttackGuard, Check, Guards, Mode
from semroute.domain.policy import Policy
from semroute.domain.routing import (
    Candidate,
    Capability,
    Category,
    Model,
    Place,
    Price,
    WeightedEndpoint,
)
from semroute.domain.screening import Screening
from semroute.domain.signals.conditions import Shows
from semroute.domain.signals.definitions import (
    CategorySignal,
    CheckSignal,
    ContextSignal,
    KeywordSignal,
    Modality,
    ModalitySignal,
    Signal,
)
from semroute.domain.signals.result import Match, SignalResult
from semroute.domain.verdict import Routed

from .requests import SIGNALS, grounds, policies, went, with_signals

LITTLE = 1e-5


def flips(known: Grounds, policy: Policy) -> tuple[Flip, ...]:
    verdict = known.verdict(policy)
    assert isinstance(verdict, Routed)
    return flips_of(known, policy, verdict.decision)


def carried_out(  # noqa: PLR0911 - one for each kind
    flip: Flip, known: Grounds, policy: Policy
) -> tuple[Grounds, Policy]:
    """Does what a flip says, by what it says and nothing else."""
    value = flip.value or 0.0
    match flip.kind:
        case FlipKind.QUALITY:
            return evolve(known, findings=evolve(known.findings, wish=value)), policy
        case FlipKind.MIN_CONFIDENCE:
            is_above = "above" in flip.condition
            return known, evolve(policy, min_confidence=value + LITTLE * is_above)
        case FlipKind.DOWN_CONFIDENCE:
            is_above = "above" in flip.condition
            return known, evolve(policy, down_confidence=value + LITTLE * is_above)
        case FlipKind.SCORE:
            return known, scored(policy, known, Candidate(flip.name, value + LITTLE))
        case FlipKind.LENGTH:
            tokens = round(value)
            results = {
                "long": SignalResult(Match.of(tokens >= 500), tokens, 500),
                "short": SignalResult(Match.of(tokens < 50), tokens, 50),
            }
            longer = evolve(known, needs=evolve(known.needs, tokens=tokens))
            return with_signals(longer, **results), policy
        case FlipKind.SIGNAL:
            return otherwise(flip, known), policy
        case FlipKind.CONVERSATION:
            return evolve(known, findings=evolve(known.findings, pin=None)), policy
        case _ as never:
            assert_never(never)


def scored(policy: Policy, known: Grounds, better: Candidate) -> Policy:
    verdict = known.verdict(policy)
    assert isinstance(verdict, Routed)

    def changed(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        return tuple(better if each.model == better.model else each for each in candidates)

    decided, category = verdict.decision.decision, verdict.decision.category
    ours = policy.decision(decided)
    if ours is not None and ours.candidates:
        every = [
            evolve(each, candidates=changed(each.candidates)) if each.name == decided else each
            for each in policy.decisions
        ]
        return evolve(policy, decisions=tuple(every))
    assert category is not None
    known_as = policy.categories[category]
    better_known = evolve(known_as, candidates=changed(known_as.candidates))
    return evolve(policy, categories={**policy.categories, category: better_known})


def otherwise(flip: Flip, known: Grounds) -> Grounds:
    old = known.findings.signals[flip.name]
    words = flip.condition
    match flip.name:
        case "hard" | "easy":
            complexity = (flip.value or 0.0) - (LITTLE if "below" in words else 0)
            return with_signals(
                known,
                hard=SignalResult.measured(complexity, 0.6),
                easy=SignalResult(Match.of(complexity < 0.4), complexity, 0.4),
            )
        case "agent":
            tools = 2 if "at least" in words else 1
            changed = with_signals(known, agent=SignalResult.measured(tools, 2))
            needed = frozenset({Capability.TOOLS})
            return evolve(changed, needs=evolve(known.needs, capabilities=needed))
        case "legal":
            match = Match.of("more than" not in words)
        case "refund":
            match = Match.of("at least" in words)
        case _:
            match = Match.of("did not" not in words)
    return with_signals(known, **{flip.name: evolve(old, match=match)})


@given(grounds(), policies())
def test_whatever_is_told_is_true_and_the_nearest_comes_first(
    known: Grounds, policy: Policy
) -> None:
    here = went(known, policy)
    for flip in flips(known, policy):
        there = went(*carried_out(flip, known, policy))
        if flip.to.is_known:
            assert there == flip.to, flip
            assert there != here, flip
    distances = [flip.distance for flip in flips(known, policy)]
    assert distances == sorted(distances)
    assert all(0 <= each <= 1 for each in distances)


@given(grounds(), policies())
def test_between_here_and_the_quality_that_is_told_nothing_changes(
    known: Grounds, policy: Policy
) -> None:
    verdict = known.verdict(policy)
    assert isinstance(verdict, Routed)
    now, here = verdict.decision.quality, went(known, policy)
    for flip in flips(known, policy):
        if flip.kind is FlipKind.QUALITY and flip.value is not None:
            assert policy.knob.least <= flip.value <= policy.knob.most
            # A thousandth is how far a value is rounded, and one more is left to equals.
            room = flip.value - now - (0.002 if flip.value > now else -0.002)
            for share in (0.0, 0.25, 0.5, 0.75, 1.0):
                if room * (flip.value - now) > 0:
                    wish = now + room * share
                    near = evolve(known, findings=evolve(known.findings, wish=wish))
                    assert went(near, policy).model == here.model


@given(grounds(), policies())
def test_where_no_quality_is_told_none_changes_anything(known: Grounds, policy: Policy) -> None:
    if any(flip.kind is FlipKind.QUALITY for flip in flips(known, policy)):
        return
    here, knob = went(known, policy), policy.knob
    for step in range(11):
        wish = knob.least + (knob.most - knob.least) * step / 10
        near = evolve(known, findings=evolve(known.findings, wish=wish))
        assert went(near, policy).model == here.model


def model(name: str, price: float, context: int | None = None) -> Model:
    return Model(name, (WeightedEndpoint("gpu"),), Price(price, price), context)


POLICY = Policy(
    models={"dear": model("dear", 10, context=1000), "cheap": model("cheap", 1)},
    default_model="dear",
    categories={"law": Category("law", (Candidate("dear", 1.0), Candidate("cheap", 0.5)))},
    knob=QualityKnob(1.0),
)
LAW = Classification.ranked({"law": 0.9, "math": 0.1})
KNOWN = Grounds("auto", Needs(100), Findings(0.0, LAW))


def test_the_quality_is_solved_and_not_searched() -> None:
    """Both are worth the same where 0.5 q = 0.9 (1 - q); the cheaper one wins below."""
    (flip,) = [each for each in flips(KNOWN, POLICY) if each.kind is FlipKind.QUALITY]
    assert flip.to == Destination("cheap")
    assert flip.value == pytest.approx(0.642)
    assert flip.condition == "quality were at most 0.642 (it is 1)"


def test_a_quality_in_the_alias_is_told_against() -> None:
    known = evolve(KNOWN, asked="auto:0.5")
    (flip,) = [each for each in flips(known, POLICY) if each.kind is FlipKind.QUALITY]
    assert (flip.to.model, flip.condition) == ("dear", "quality were at least 0.643 (it is 0.5)")


def test_a_quality_that_nobody_may_ask_for_is_not_told() -> None:
    policy = evolve(POLICY, knob=QualityKnob(1.0, 0.7, 1.0))
    assert FlipKind.QUALITY not in {each.kind for each in flips(KNOWN, policy)}


def test_where_nobody_can_answer_what_would_choose_another_is_told_all_the_same() -> None:
    """The request goes to the best of them, whose server says that it cannot."""
    models = {"dear": model("dear", 10, context=50), "cheap": model("cheap", 1, context=50)}
    policy = evolve(POLICY, models=models, knob=QualityKnob(0.8))
    told = {each.kind: each for each in flips(KNOWN, policy)}
    assert went(KNOWN, policy).model == "dear"
    assert told[FlipKind.QUALITY].condition == "quality were at most 0.642 (it is 0.8)"
    assert told[FlipKind.SCORE].to == Destination("cheap")


def test_a_context_that_becomes_full_is_told_in_tokens() -> None:
    (flip,) = [each for each in flips(KNOWN, POLICY) if each.kind is FlipKind.LENGTH]
    assert flip.to == Destination("cheap")
    assert flip.condition == "the request had at least 1001 tokens (it has about 100)"


def test_a_threshold_between_here_and_certainty_is_told() -> None:
    policy = evolve(POLICY, abstain_to="cheap")
    (flip,) = [each for each in flips(KNOWN, policy) if each.kind is FlipKind.MIN_CONFIDENCE]
    assert (flip.to.model, flip.condition) == ("cheap", "routing.min_confidence were above 0.9")


def test_a_conversation_that_is_pinned_would_go_elsewhere_if_it_were_new() -> None:
    pinned = evolve(KNOWN, findings=evolve(KNOWN.findings, pin=Pin(Place("cheap", "gpu"))))
    told = flips(pinned, evolve(POLICY, pinning=Pinning.ALWAYS))
    assert [(each.to.model, each.condition) for each in told if each.kind == "conversation"] == [
        ("dear", "the conversation were new")
    ]


def deciding(signal: str, *candidates: Candidate) -> Policy:
    signals: dict[str, Signal] = {**SIGNALS, "picture": ModalitySignal(frozenset({Modality.IMAGE}))}
    signals["attack"] = CheckSignal(Check.JAILBREAK, 0.4)
    return evolve(
        POLICY, signals=signals, decisions=(Decision("d", Shows(signal), candidates=candidates),)
    )


def test_an_image_is_more_than_a_signal() -> None:
    """With one, the decision's first candidate could not answer, as it has no eyes."""
    policy = deciding("picture", Candidate("cheap", 1), Candidate("dear", 0.5))
    blind = evolve(policy.models["cheap"], capabilities=frozenset())
    policy = evolve(policy, models={**policy.models, "cheap": blind})
    known = with_signals(KNOWN, picture=SignalResult(Match.NOT_MATCHED))
    (flip,) = [each for each in flips(known, policy) if each.kind is FlipKind.SIGNAL]
    assert flip.to == Destination("dear", "d")
    assert flip.condition == "signal picture showed"


def test_an_attack_would_be_blocked_before_it_is_of_any_decision() -> None:
    policy = deciding("attack", Candidate("cheap", 1))
    policy = evolve(policy, guards=Guards(jailbreak=AttackGuard(Mode.ENFORCE, threshold=0.3)))
    known = with_signals(KNOWN, attack=SignalResult.measured(0.1, 0.4))
    known = evolve(known, findings=evolve(known.findings, screening=Screening()))
    (flip,) = [each for each in flips(known, policy) if each.kind is FlipKind.SIGNAL]
    assert (flip.to.model, flip.to.blocked_by) == (None, AttackKind.JAILBREAK.value)


def test_what_turns_on_signals_that_nobody_sensed_is_said_to() -> None:
    policy = evolve(
        deciding("urgent", Candidate("dear", 1)),
        decisions=(
            Decision("first", Shows("urgent"), candidates=(Candidate("dear", 1),)),
            Decision("second", Shows("refund"), candidates=(Candidate("cheap", 1),)),
        ),
    )
    known = with_signals(KNOWN, urgent=SignalResult(Match.MATCHED))
    (flip,) = [each for each in flips(known, policy) if each.kind is FlipKind.SIGNAL]
    assert not flip.to.is_known


def test_what_turns_on_a_category_that_nobody_needed_is_said_to() -> None:
    policy = evolve(
        deciding("urgent"),
        decisions=(
            Decision("mild", Shows("urgent")),
            Decision("plain", Shows("agent"), candidates=(Candidate("cheap", 1),)),
        ),
    )
    known = evolve(KNOWN, findings=evolve(KNOWN.findings, classification=None))
    known = with_signals(
        known,
        urgent=SignalResult(Match.NOT_MATCHED),
        agent=SignalResult.measured(3, 2),
    )
    told = [each for each in flips(known, policy) if each.name == "urgent"]
    assert [(each.to.model, each.to.decision, each.to.is_known) for each in told] == [
        (None, "mild", False)
    ]


def test_a_named_model_is_kept_whatever_changes() -> None:
    assert flips(evolve(KNOWN, asked="cheap"), POLICY) == ()


def test_numbers_are_rounded_to_their_own_side() -> None:
    assert [shown(each) for each in at_least(0.12345678912)] == ["0.124", "0.123457", "0.12345679"]
    assert next(at_most(0.9999)) == 0.999
    assert next(at_least(0.5)) == next(at_most(0.5)) == 0.5


def test_a_signal_of_a_category_is_told_as_what_it_asks_for() -> None:
    policy = deciding("legal", Candidate("cheap", 1))
    known = with_signals(KNOWN, legal=SignalResult.measured(0.55, 0.6, "law"))
    (flip,) = [each for each in flips(known, policy) if each.kind is FlipKind.SIGNAL]
    assert flip.condition == "signal legal asked for 0.55 (it asks for 0.6)"
    assert isinstance(policy.signals["legal"], CategorySignal)
    assert isinstance(policy.signals["urgent"], KeywordSignal)
    assert isinstance(policy.signals["long"], ContextSignal)
