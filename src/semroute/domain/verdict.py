"""The one function that decides what happens to a chat request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias, assert_never

from attrs import evolve, field, frozen
from attrs.validators import ge, lt

from .caching.inquiry import Hit
from .chat import ChatRequest
from .choosing.choose import Situation, choose
from .choosing.needs import Needs, needs_of
from .choosing.pinning import Pin
from .classification import ClassificationOutcome
from .decisions import NO_SELECTION, Selection, select
from .errors import InvalidRequestError
from .guards import BlockStyle
from .judgement import NOTHING_FOUND, Consequence, Judgement, Sentence, judge
from .policy import Asked, Policy
from .reasons import Reason
from .routing import Model, Place, RoutingDecision
from .screening import Screening
from .signals.result import SignalResult


@frozen
class Findings:
    """What is known about a request when its verdict falls.

    Args:
        draw: A number in [0, 1) that spreads requests over weighted endpoints.
        classification: What the prompt is about, or why that is unknown. None when nobody
            asked, because the model was named or there was no text.
        screening: What the checks found. None when there is nothing to check for.
        hit: An answer that was kept. None when there is none, or nobody looked.
        continued: Where the answer was given that the request goes on from. None when it goes on
            from none, or nobody here remembers.
        signals: What became of the signals.
        share: A number in [0, 1) that is the same for a whole conversation.
        wish: How good the client wants the answer, from cheapest (0) to best (1). None when it
            says nothing.
        pin: Where the conversation is. None when it has no place.
        unhealthy: The endpoints that are known to be out of order.
    """

    draw: float = field(validator=(ge(0), lt(1)))
    classification: ClassificationOutcome | None = None
    screening: Screening | None = None
    hit: Hit | None = None
    continued: Place | None = None
    signals: Mapping[str, SignalResult] = field(factory=dict)
    share: float = field(default=0.0, validator=(ge(0), lt(1)))
    wish: float | None = None
    pin: Pin | None = None
    unhealthy: frozenset[str] = frozenset()


@frozen
class Routed:
    """The request goes to a model.

    Args:
        decision: Which, where and why.
        judgement: What the checks say; nothing in it forbids this.
    """

    decision: RoutingDecision
    judgement: Judgement = NOTHING_FOUND


@frozen
class Refused:
    """The request cannot be served, and the client is told so.

    Args:
        status: The HTTP status, 400 to 599.
        error: What is wrong, in words for the client.
    """

    status: int
    error: InvalidRequestError


@frozen
class Blocked:
    """A check forbids the request, or could not be made and had to be.

    Args:
        sentence: What decided.
        style: How the client is told.
        judgement: What all checks say.
    """

    sentence: Sentence
    style: BlockStyle
    judgement: Judgement


@frozen
class Answered:
    """The router answered the request itself, without a model."""


@frozen
class ServedFromCache:
    """The request was answered before, and gets that answer.

    Args:
        hit: The answer, and how it was found.
        judgement: What the checks say of the request, which is nothing.
    """

    hit: Hit
    judgement: Judgement = NOTHING_FOUND


@frozen
class PassedThrough:
    """The request is not ours to route and goes on to where it was going.

    Args:
        reason: Why.
        judgement: What the checks say; nothing in it forbids this.
    """

    reason: Reason = Reason.PASSTHROUGH
    judgement: Judgement = NOTHING_FOUND


Verdict: TypeAlias = Routed | ServedFromCache | Refused | Blocked | Answered | PassedThrough

NOT_FOUND: Final = 404


def decide(
    chat: ChatRequest, findings: Findings, policy: Policy
) -> Routed | ServedFromCache | Refused | Blocked:
    """Decides where a chat request goes, if anywhere.

    An answer that was kept is given only if no check has anything to say about the request.
    A model the client names is kept. An alias leaves the choice to `choose`. What goes on from an
    earlier answer returns to where that was given, because nobody else knows it. The checks that
    then apply may forbid it, or leave only private endpoints to choose from.
    """
    if findings.hit is not None and may_recall(findings.hit, findings.screening, policy):
        return ServedFromCache(findings.hit, _judged(findings.hit, findings.screening, policy))
    return decide_on(chat.model, needs_of(chat), findings, policy)


def decide_on(
    name: str, needs: Needs, findings: Findings, policy: Policy
) -> Routed | Refused | Blocked:
    """Decides the same of a request that nobody has at hand, and that no kept answer fits.

    Args:
        name: The model it asks for.
        needs: What it needs.
        findings: What is known of it.
        policy: The rules.
    """
    asked = policy.asked(name)
    if asked is not None:
        chosen = choose(_situation(needs, findings, asked, policy), policy)
        decision = _returned(chosen, findings.continued, policy)
    elif name in policy.models:
        decision = _at(policy.models[name], findings, Reason.EXPLICIT_MODEL, policy)
        decision = _beside(decision, findings.continued, policy)
    else:
        return model_not_found()
    return _screened(decision, findings, policy, _alternatives(decision, policy))


def decide_embedding(
    chat: ChatRequest, findings: Findings, policy: Policy
) -> Routed | Refused | Blocked | PassedThrough:
    """Decides where a request for vectors goes.

    Vectors of different models cannot be compared, so a model is never exchanged for another,
    and the category of a text does not matter. A model that is not configured is not ours to
    route; then the checks alone decide.
    """
    is_alias = policy.asked(chat.model) is not None
    name = policy.embedding_model if is_alias else chat.model
    if name is None:
        return _no_embedding_model()
    model = policy.models.get(name)
    if model is not None:
        reason = Reason.DEFAULT if is_alias else Reason.EXPLICIT_MODEL
        return _screened(_at(model, findings, reason, policy), findings, policy)
    if findings.screening is None:
        return PassedThrough()
    selection = _selection(name, findings, policy)
    maybe = (selection.chosen, *selection.undecided)
    decisions = [None if each is None else each.name for each in maybe]
    return decide_unrouted(findings.screening, policy, name, decisions)


def may_recall(hit: Hit, screening: Screening | None, policy: Policy) -> bool:
    """Whether a kept answer may be given: every check was made, and none found anything."""
    return _judged(hit, screening, policy).is_clean


def decide_stored(place: Place | None, policy: Policy) -> Routed:
    """Decides where somebody is sent who asks for a response that was given before.

    Args:
        place: Where it was given; None if nobody here remembers. Then it is looked for where
            Envoy sends whatever nobody routes.
        policy: The rules.
    """
    if place is not None and policy.runs_at(place):
        return Routed(RoutingDecision(place.model, place.endpoint, Reason.STICKY))
    default = policy.models[policy.default_model]
    return Routed(RoutingDecision(default.name, default.endpoints[0].endpoint, Reason.DEFAULT))


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


def judgement_of(verdict: Verdict) -> Judgement:
    """Returns what the checks said, which is nothing if none was made."""
    match verdict:
        case Routed() | ServedFromCache() | Blocked() | PassedThrough():
            return verdict.judgement
        case Refused() | Answered():
            return NOTHING_FOUND
        case _ as never:
            assert_never(never)


def model_not_found() -> Refused:
    """Returns the refusal of a model that is not configured. It does not repeat the name."""
    message = "The model does not exist. GET /v1/models lists those that do."
    return Refused(NOT_FOUND, InvalidRequestError(message, "model", "model_not_found"))


def _judged(hit: Hit, screening: Screening | None, policy: Policy) -> Judgement:
    if screening is None:
        return NOTHING_FOUND
    return judge(screening, policy.guards_of_route(hit.entry.route, hit.entry.model))


def _no_embedding_model() -> Refused:
    message = "No embedding model is configured that could be chosen. Name a model."
    return Refused(NOT_FOUND, InvalidRequestError(message, "model", "model_not_found"))


def _returned(chosen: RoutingDecision, place: Place | None, policy: Policy) -> RoutingDecision:
    """Returns to where a conversation is known; its category still has its guards."""
    if place is None or not policy.runs_at(place):
        return chosen
    return evolve(chosen, model=place.model, endpoint=place.endpoint, reason=Reason.STICKY)


def _beside(named: RoutingDecision, place: Place | None, policy: Policy) -> RoutingDecision:
    """Returns to the server that knows a conversation, if the model that was named runs there."""
    if place is None or not policy.runs_at(Place(named.model, place.endpoint)):
        return named
    return evolve(named, endpoint=place.endpoint)


def _alternatives(chosen: RoutingDecision, policy: Policy) -> tuple[str, ...]:
    """Returns what may take the place of a choice; nothing if the client named the model."""
    if chosen.reason is Reason.EXPLICIT_MODEL:
        return ()
    able = (each.model for each in chosen.candidates if each.obstacle is None)
    return (*able, policy.default_model)


def _situation(needs: Needs, findings: Findings, asked: Asked, policy: Policy) -> Situation:
    return Situation(
        needs,
        findings.draw,
        findings.share,
        findings.classification,
        select(policy.decisions, findings.signals),
        # What is in the name is nearer to the request than what is in a header.
        asked.wish if asked.wish is not None else findings.wish,
        findings.pin,
        findings.unhealthy,
    )


def _selection(model: str, findings: Findings, policy: Policy) -> Selection:
    """Returns the decision of a request that names its model."""
    if not policy.heeds_decisions(model):
        return NO_SELECTION
    return select(policy.decisions, findings.signals)


def _at(model: Model, findings: Findings, reason: Reason, policy: Policy) -> RoutingDecision:
    selection = _selection(model.name, findings, policy)
    return RoutingDecision(
        model.name,
        model.endpoint_for(findings.draw, findings.unhealthy),
        reason,
        decision=selection.chosen.name if selection.chosen else None,
        undecided=tuple(each.name for each in selection.undecided),
    )


def _screened(
    chosen: RoutingDecision, findings: Findings, policy: Policy, others: Sequence[str] = ()
) -> Routed | Blocked:
    """Applies the guards of the choice, and of what takes its place if it is not private."""
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
