"""How good a candidate would have to be."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from semroute.app.explaining.candidates import Line, contenders, lines_of
from semroute.domain.policy import Policy
from semroute.domain.routing import Candidate, RoutingDecision

from .flip import Flip, FlipKind
from .rounding import at_least, shown
from .trial import Trial

_LITTLE: Final = 1e-6  # above it is above, whatever the last digits of a number are


def score_flips(trial: Trial, routed: RoutingDecision) -> Iterator[Flip]:
    """Yields for every candidate that may be sent it from which score on it would be."""
    lines = lines_of(routed, trial.grounds.needs, trial.policy)
    leader = next((each for each in lines if each.model == routed.model), None)
    if leader is None:
        return
    for line in contenders(lines):
        if line is not leader:
            bound = _bound(line, leader, routed.quality, max(each.weighed.score for each in lines))
            if bound is not None and bound >= line.weighed.score:
                yield from _flip(trial, routed, line, next(at_least(bound)))


def _bound(line: Line, leader: Line, quality: float, most: float) -> float | None:
    """Returns the score at which both are worth the same; None if there is none.

    Up to the highest score that counts as 1. Beyond it, the leader's counts for less, as it is
    told as a share of the highest.
    """
    if quality <= 0 or most <= 0:
        return None
    dearer = (1 - quality) * (line.burden - leader.burden) / quality
    below = most * (leader.good + dearer)
    if below <= most:
        return below
    return leader.weighed.score / (1 - dearer) if dearer < 1 else None


def _flip(trial: Trial, routed: RoutingDecision, line: Line, bound: float) -> Iterator[Flip]:
    where = _where(trial.policy, routed)
    if where is None:
        return
    policy = _scored(trial.policy, routed, Candidate(line.model, bound + _LITTLE))
    there, here = trial.under(policy).destination(), trial.destination()
    if there != here:
        score = line.weighed.score
        own = "its" if there.model == line.model else f"{line.model}'s"
        condition = f"{own} score for {where} were above {shown(bound)}"
        far = 1 - score / bound if bound else 0.0
        yield Flip(there, condition, FlipKind.SCORE, far, line.model, bound)


def _where(policy: Policy, routed: RoutingDecision) -> str | None:
    """Returns whose candidates were weighed: the decision's, or the category's."""
    decision = policy.decision(routed.decision)
    if decision is not None and decision.candidates:
        return decision.name
    return routed.category


def _scored(policy: Policy, routed: RoutingDecision, candidate: Candidate) -> Policy:
    """Returns a policy in which a candidate has another score."""

    def changed(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        return tuple(candidate if each.model == candidate.model else each for each in candidates)

    decision = policy.decision(routed.decision)
    if decision is not None and decision.candidates:
        better = evolve(decision, candidates=changed(decision.candidates))
        every = (better if each.name == better.name else each for each in policy.decisions)
        return evolve(policy, decisions=tuple(every))
    category = policy.categories[routed.category or ""]
    known = evolve(category, candidates=changed(category.candidates))
    return evolve(policy, categories={**policy.categories, known.name: known})
