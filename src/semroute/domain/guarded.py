"""What the checks make of a decision."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from .findings import Findings
from .guards import Mode
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
    judgement = judge(screening, guards).without_privacy  # nobody knows how private the place is
    forbidden = _forbidden(judgement)
    if forbidden is not None:
        return Blocked(forbidden, guards.style, judgement)
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
    refuge = None
    if judgement.asks_for_privacy:
        # Whoever only watches learns what would have become of it, too.
        is_watched = guards.pii.mode is Mode.MONITOR
        places = _private(chosen, others, findings, policy)
        refuge = _refuge(places, screening, policy, is_watched=is_watched)
        if refuge is None:
            judgement = judgement.without_privacy
    forbidden = _forbidden(judgement)
    if forbidden is not None:
        return Blocked(forbidden, guards.style, judgement)
    return refuge if refuge is not None and judgement.needs_privacy else Routed(chosen, judgement)


def _forbidden(judgement: Judgement) -> Sentence | None:
    return judgement.first(Consequence.BLOCK) or judgement.first(Consequence.UNAVAILABLE)


def _refuge(
    places: Iterable[RoutingDecision], screening: Screening, policy: Policy, *, is_watched: bool
) -> Routed | None:
    """Returns the first place whose own guards let the request go there; None if there is none.

    Args:
        places: Where it is private, best first.
        screening: What was found.
        policy: The rules.
        is_watched: Whether it is asked what would happen, so that what is only watched counts.
    """
    for place in places:
        guards = policy.guards_of(place)
        if is_watched and guards.pii.mode is Mode.MONITOR:
            guards = evolve(guards, pii=evolve(guards.pii, mode=Mode.ENFORCE))
        judgement = judge(screening, guards)
        if _forbidden(judgement) is None:
            return Routed(place, judgement)
    return None


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
