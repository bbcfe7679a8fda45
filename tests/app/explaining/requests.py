"""Policies and grounds of every kind, and the decisions that follow from them."""

from attrs import evolve
from hypothesis import strategies as st

from semroute.app.explaining.flips import Destination
from semroute.domain.choosing.needs import Needs
from semroute.domain.choosing.pinning import Pin, Pinning
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.classification import Classification
from semroute.domain.decisions import Decision, in_order
from semroute.domain.findings import Findings
from semroute.domain.grounds import Grounds
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
from semroute.domain.signals.conditions import Condition, Every, Not, Shows, Some
from semroute.domain.signals.definitions import (
    CategorySignal,
    ComplexitySignal,
    ContextSignal,
    KeywordSignal,
    Signal,
    SimilaritySignal,
    ToolsSignal,
)
from semroute.domain.signals.result import Match, SignalResult
from semroute.domain.verdict import Blocked, Routed

NAMES = ("big", "middle", "small")
SIGNALS: dict[str, Signal] = {
    "urgent": KeywordSignal(any=("urgent",)),
    "hard": ComplexitySignal(at_least=0.6),
    "easy": ComplexitySignal(below=0.4),
    "legal": CategorySignal(frozenset({"law"}), 0.6),
    "refund": SimilaritySignal(("give it back",), 0.7),
    "long": ContextSignal(at_least=500),
    "short": ContextSignal(below=50),
    "agent": ToolsSignal(2),
}
SHARES = st.integers(0, 100).map(lambda each: each / 100)


def models() -> st.SearchStrategy[dict[str, Model]]:
    price = st.none() | st.builds(Price, st.integers(0, 9), st.integers(0, 30))
    able = st.none() | st.just(frozenset[Capability]()) | st.just(frozenset(Capability))
    context = st.none() | st.integers(100, 2000)
    each = st.tuples(price, context, able)
    return st.tuples(each, each, each).map(
        lambda told: {
            name: Model(name, (WeightedEndpoint("gpu"),), *facts)
            for name, facts in zip(NAMES, told, strict=True)
        }
    )


def candidates() -> st.SearchStrategy[tuple[Candidate, ...]]:
    scores = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 20), max_size=3)
    return scores.map(lambda told: tuple(Candidate(*each) for each in told.items()))


def conditions() -> st.SearchStrategy[Condition]:
    shows = st.sampled_from(sorted(SIGNALS)).map(Shows)
    return st.recursive(
        shows,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda each: Every(tuple(each)))
            | st.lists(inner, min_size=1, max_size=3).map(lambda each: Some(tuple(each)))
            | inner.map(Not)
        ),
        max_leaves=5,
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    least, default, most = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
    decisions = [
        Decision(f"d{place}", draw(conditions()), draw(st.integers(0, 2)), draw(candidates()))
        for place in range(draw(st.integers(0, 3)))
    ]
    return Policy(
        models=draw(models()),
        default_model="middle",
        categories={name: Category(name, draw(candidates())) for name in ("law", "math")},
        min_confidence=draw(SHARES),
        signals=SIGNALS,
        decisions=in_order(decisions),
        knob=QualityKnob(default, least, most),
        abstain_to=draw(st.none() | st.sampled_from(NAMES)),
        down_confidence=draw(SHARES),
        pinning=draw(st.sampled_from(Pinning)),
    )


@st.composite
def grounds(draw: st.DrawFn) -> Grounds:
    tokens, law, complexity = draw(st.integers(1, 1500)), draw(SHARES), draw(SHARES)
    cosine, tools = draw(SHARES), draw(st.integers(0, 3))
    classification = Classification.ranked({"law": law, "math": 1 - law}, complexity=complexity)
    results = {
        "urgent": SignalResult(draw(st.sampled_from(Match))),
        "hard": SignalResult.measured(complexity, 0.6),
        "easy": SignalResult(Match.of(complexity < 0.4), complexity, 0.4),
        "legal": SignalResult.measured(law, 0.6),
        "refund": SignalResult.measured(cosine, 0.7, "example 1"),
        "long": SignalResult(Match.of(tokens >= 500), tokens, 500),
        "short": SignalResult(Match.of(tokens < 50), tokens, 50),
        "agent": SignalResult.measured(tools, 2),
    }
    left_out = draw(st.sets(st.sampled_from(["urgent", "refund", "agent"]), max_size=1))
    needed = frozenset({Capability.TOOLS}) if tools else frozenset[Capability]()
    pin = draw(st.none() | st.sampled_from(NAMES).map(lambda name: Pin(Place(name, "gpu"))))
    findings = Findings(
        0.0,
        draw(st.just(classification) | st.none()),
        signals={name: result for name, result in results.items() if name not in left_out},
        wish=draw(st.none() | SHARES),
        pin=pin,
    )
    return Grounds("auto", Needs(tokens, capabilities=needed), findings)


def went(grounds: Grounds, policy: Policy) -> Destination:
    """Returns where a decision sends a request, with no more than the decision itself."""
    verdict = grounds.verdict(policy)
    match verdict:
        case Routed(routed):
            return Destination.of(routed)
        case Blocked(sentence):
            return Destination(None, None, sentence.check.value)
        case _:
            return Destination(None, is_known=False)


def with_signals(grounds: Grounds, **changed: SignalResult) -> Grounds:
    results = {**grounds.findings.signals, **changed}
    return evolve(grounds, findings=evolve(grounds.findings, signals=results))
