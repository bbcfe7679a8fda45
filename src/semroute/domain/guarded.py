"""What the checks make of a decision."""

from collections.abc import Iterator, Sequence

from attrs import evolve

from .findings import Findings
from .judgement import Consequence, Judgement, Sentence, judge
from .policy import Policy
from .reasons import Reason
from .routing import RoutingDecision
from .screening import Screening
from .verdict import Blocked, PassedThrough, Routed


def decide_unrouted(
    screening: Screening,
    policy: Policy,
    model: str = "",
    decisions: Sequence[str | None] = (None,),
) -> PassedThrough | Blocked:
    """Decides whether a request that we do not route may go where it is going.

    Args:
        screening: What was found in it.
        policy: The rules.
        model: The model it names.
        decisions: The operator's decisions that it is of, or may be of; None for none.
    """
    guards = policy.guards_of_unrouted(model, decisions)
    judgement = judge(screening, guards)
    # Nobody knows how private the place is.
    for consequence in (Consequence.BLOCK, Consequence.UNAVAILABLE, Consequence.ROUTE):
        sentence = judgement.first(consequence)
        if sentence is not None:
            return Blocked(_final(sentence), guards.style, judgement)
    return PassedThrough(judgement=judgement)


def guarded(
    chosen: RoutingDecision, findings: Findings, policy: Policy, others: Sequence[str] = ()
) -> Routed | Blocked:
    """Applies the guards of a choice, and of what takes its place if it is not private.

    Args:
        chosen: The choice.
        findings: What is known of the request.
        policy: The rules.
        others: Models that may take its place, best first.
    """
    screening = findings.screening
    if screening is None:
        return Routed(chosen)
    guards = policy.guards_of(chosen)
    judgement = judge(screening, guards)
    forbidden = _forbidden(judgement)
    if forbidden is not None:
        return Blocked(forbidden, guards.style, judgement)
    route = judgement.first(Consequence.ROUTE)
    if route is None:
        return Routed(chosen, judgement)
    for decision in _private(chosen, others, findings, policy):
        its_judgement = judge(screening, policy.guards_of(decision))
        if _forbidden(its_judgement) is None:
            return Routed(decision, its_judgement)
    return Blocked(_final(route), guards.style, judgement)


def _forbidden(judgement: Judgement) -> Sentence | None:
    return judgement.first(Consequence.BLOCK) or judgement.first(Consequence.UNAVAILABLE)


def _private(
    chosen: RoutingDecision, others: Sequence[str], findings: Findings, policy: Policy
) -> Iterator[RoutingDecision]:
    """Yields the choice and what may take its place, on private endpoints, best first."""
    for name in dict.fromkeys((chosen.model, *others)):
        model = policy.models[name].in_private
        if model is not None:
            reason = chosen.reason if name == chosen.model else Reason.PRIVACY
            endpoint = model.endpoint_for(findings.draw, findings.unhealthy)
            yield evolve(chosen, model=name, endpoint=endpoint, reason=reason)


def _final(sentence: Sentence) -> Sentence:
    """A demand that nobody can meet becomes a block."""
    is_demand = sentence.consequence is Consequence.ROUTE
    return evolve(sentence, consequence=Consequence.BLOCK) if is_demand else sentence
