"""Which model answers a request that leaves the choice to us."""

from collections.abc import Iterable
from typing import TypeAlias, assert_never

from attrs import evolve, frozen

from semroute.domain.classification import Classification, ClassificationOutcome, Unclassified
from semroute.domain.decisions import NO_SELECTION, Selection
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import Candidate, RoutingDecision, Switch, Weighed

from .needs import Needs, obstacles
from .pinning import Pin, stays, switch_of
from .utility import cost_of, scales_of, weigh


@frozen
class Situation:
    """What is known of a request when its model is chosen.

    Args:
        needs: What the request needs.
        draw: A number in [0, 1) that spreads requests over weighted endpoints.
        share: The same for what must stay the same for a whole conversation.
        classification: What the prompt is about, or why that is unknown; None if nobody asked.
        selection: The operator's decision that it is of.
        wish: How good the client wants it, from cheapest (0) to best (1); None if it says nothing.
        pin: Where its conversation is; None if it has none.
        unhealthy: The endpoints that are known to be out of order.
    """

    needs: Needs
    draw: float
    share: float
    classification: ClassificationOutcome | None = None
    selection: Selection = NO_SELECTION
    wish: float | None = None
    pin: Pin | None = None
    unhealthy: frozenset[str] = frozenset()


@frozen
class _Call:
    """Who may answer, and why it is them."""

    candidates: tuple[Candidate, ...]
    reason: Reason
    category: str | None = None
    confidence: float = 0.0


_Ranking: TypeAlias = tuple[Weighed, ...]


def choose(situation: Situation, policy: Policy) -> RoutingDecision:
    """Chooses the model and its endpoint. Total: somebody always is, and the reason says why.

    The operator's decision names candidates, or else the prompt's category does, if that is known
    and probable enough. Those that cannot take the request are left out; of the others the one
    that is worth the most answers, unless the conversation stays where it is. A prompt goes to a
    cheaper model than `abstain_to` only if its category is sure.
    """
    call = _call(situation, policy)
    quality = policy.knob.turned(situation.wish)
    scales = scales_of(
        call.candidates, policy.models, situation.needs, quality, policy.latency_share
    )
    ranking = weigh(call.candidates, policy.models, situation.needs, scales, situation.unhealthy)
    name, reason = _best(ranking, call, situation, policy)
    name, reason = _surely(name, reason, call, situation, policy)
    name, reason = _canary(name, reason, situation, policy)
    pin, switch = situation.pin, None
    if pin is not None:
        switch = switch_of(pin, ranking, policy.models, situation.needs, scales)
        name, reason = _pinned(name, reason, pin, switch, situation, policy)
    model, chosen = policy.models[name], situation.selection.chosen
    return RoutingDecision(
        name,
        _endpoint(pin, name, situation, policy)
        or model.endpoint_for(situation.draw, situation.unhealthy),
        reason,
        category=call.category,
        confidence=call.confidence,
        candidates=ranking if call.reason in (Reason.RULE, Reason.CLASSIFIER) else (),
        decision=chosen.name if chosen else None,
        undecided=tuple(each.name for each in situation.selection.undecided),
        quality=quality,
        switch=switch,
    )


def _call(situation: Situation, policy: Policy) -> _Call:
    chosen = situation.selection.chosen
    by_category = _by_category(situation.classification, policy)
    if chosen is None or not chosen.candidates:
        return by_category
    is_known = by_category.reason is Reason.CLASSIFIER
    return _Call(
        chosen.candidates,
        Reason.RULE,
        by_category.category if is_known else None,
        by_category.confidence if is_known else 0.0,
    )


def _by_category(outcome: ClassificationOutcome | None, policy: Policy) -> _Call:
    match outcome:
        case None:
            return _fallback(policy.default_model, Reason.DEFAULT)
        case Unclassified(reason):
            return _fallback(policy.default_model, reason)
        case Classification(fault=fault) as classification:
            best = classification.best
            if best.probability < policy.min_confidence:
                # Who answered in the classifier's place is no better a reason than why it had to.
                call = _fallback(policy.abstention, fault or Reason.ABSTAIN)
            else:
                category = policy.categories.get(best.category)
                if category is not None and category.candidates:
                    candidates = category.ranking
                    return _Call(candidates, Reason.CLASSIFIER, category.name, best.probability)
                call = _fallback(policy.default_model, Reason.DEFAULT)
            return evolve(call, category=best.category, confidence=best.probability)
        case _ as never:
            assert_never(never)


def _fallback(model: str, reason: Reason) -> _Call:
    return _Call((Candidate(model, 0.0),), reason)


def _best(
    ranking: _Ranking, call: _Call, situation: Situation, policy: Policy
) -> tuple[str, Reason]:
    """Returns the best that can answer, and why it is not the very best if it is not."""
    best = ranking[0]
    if best.obstacle is None:
        passed = [each.obstacle for each in ranking if each.utility > best.utility]
        return best.model, _why_not(passed) if passed else call.reason
    passed = [each.obstacle for each in ranking]
    others = [Candidate(name, 0.0) for name in (policy.abstention, *policy.models)]
    scales = scales_of(others, policy.models, situation.needs, 0.0, policy.latency_share)
    pool = tuple(dict.fromkeys(others))
    weighed = weigh(pool, policy.models, situation.needs, scales, situation.unhealthy)
    if weighed[0].obstacle is None:
        passed += [each.obstacle for each in weighed if each.utility > weighed[0].utility]
        return weighed[0].model, _why_not(passed)
    # Nobody can. Its server will say so better than we could.
    return best.model, _why_not(passed)


def _why_not(obstacles_passed: Iterable[str | None]) -> Reason:
    """Returns why somebody better was passed over.

    Health comes first: it is the one that is different tomorrow, for the very same request.
    """
    is_ill = any(each is not None and each.startswith("health") for each in obstacles_passed)
    return Reason.HEALTH if is_ill else Reason.CAPABILITY


def _surely(
    name: str, reason: Reason, call: _Call, situation: Situation, policy: Policy
) -> tuple[str, Reason]:
    """Sends nothing to a cheaper model than the one for doubtful cases if the category is one."""
    if call.reason is not Reason.CLASSIFIER or call.confidence >= policy.down_confidence:
        return name, reason
    refuge = policy.models[policy.abstention]
    cheap, dear = (cost_of(model, situation.needs) for model in (policy.models[name], refuge))
    is_down = cheap is not None and dear is not None and cheap < dear
    is_able = next(obstacles(refuge, situation.needs, situation.unhealthy), None) is None
    if not (is_down and is_able):
        return name, reason
    # Where somebody better was passed over, that is why it came to this.
    return refuge.name, Reason.ABSTAIN if reason is Reason.CLASSIFIER else reason


def _canary(name: str, reason: Reason, situation: Situation, policy: Policy) -> tuple[str, Reason]:
    """Lets a share of conversations try another model."""
    chosen = situation.selection.chosen
    mark = situation.share
    for other, share in chosen.canary.items() if chosen else ():
        mark -= share
        if mark < 0:
            model = policy.models[other]
            obstacle = next(obstacles(model, situation.needs, situation.unhealthy), None)
            return (other, Reason.CANARY) if obstacle is None else (name, reason)
    return name, reason


def _pinned(  # noqa: PLR0913, PLR0917 - what stays, and what it is weighed against
    name: str,
    reason: Reason,
    pin: Pin,
    switch: Switch | None,
    situation: Situation,
    policy: Policy,
) -> tuple[str, Reason]:
    """Leaves a conversation where it is, unless a decision has other candidates."""
    model, chosen = policy.models.get(pin.place.model), situation.selection.chosen
    if model is None or model.name == name or not stays(pin, switch, policy.pinning):
        return name, reason
    if next(obstacles(model, situation.needs, situation.unhealthy), None) is not None:
        return name, reason
    named = chosen.candidates if chosen else ()
    is_meant = not named or any(each.model == model.name for each in named)
    return (model.name, Reason.PINNED) if is_meant else (name, reason)


def _endpoint(pin: Pin | None, name: str, situation: Situation, policy: Policy) -> str | None:
    """Returns the server that has read the conversation before; None if it is not to be had."""
    if pin is None or pin.place.model != name or pin.place.endpoint in situation.unhealthy:
        return None
    return pin.place.endpoint if policy.runs_at(pin.place) else None
