"""The one function that decides what happens to a chat request, and its sisters."""

from typing import Final

from attrs import evolve

from .caching.inquiry import Hit
from .chat import ChatRequest
from .choosing.choose import Situation, choose
from .choosing.needs import Needs, needs_of
from .decisions import NO_SELECTION, Selection, select
from .errors import InvalidRequestError
from .findings import Findings
from .guarded import decide_unrouted, guarded
from .judgement import NOTHING_FOUND, Judgement, judge
from .policy import Asked, Policy
from .reasons import Reason
from .routing import Model, Place, RoutingDecision
from .screening import Screening
from .verdict import Blocked, PassedThrough, Refused, Routed, ServedFromCache

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
    return guarded(decision, findings, policy, _alternatives(decision, policy))


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
        return guarded(_at(model, findings, reason, policy), findings, policy)
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
