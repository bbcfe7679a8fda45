"""The one function that decides what happens to a chat request."""

from typing import Final, TypeAlias, assert_never

from attrs import field, frozen
from attrs.validators import ge, lt

from .chat import ChatRequest
from .classification import Classification, ClassificationOutcome, Unclassified
from .errors import InvalidRequestError
from .policy import Policy
from .reasons import Reason
from .routing import RoutingDecision


@frozen
class Findings:
    """What is known about a request when its verdict falls.

    Args:
        draw: A number in [0, 1) that spreads requests over weighted endpoints.
        classification: What the prompt is about, or why that is unknown. None when nobody
            asked, because the model was named or there was no text.
    """

    draw: float = field(validator=(ge(0), lt(1)))
    classification: ClassificationOutcome | None = None


@frozen
class Routed:
    """The request goes to a model."""

    decision: RoutingDecision


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
class Answered:
    """The router answered the request itself, without a model."""


@frozen
class PassedThrough:
    """The request is none of our business and goes on untouched."""

    reason: Reason = Reason.PASSTHROUGH


Verdict: TypeAlias = Routed | Refused | Answered | PassedThrough

NOT_FOUND: Final = 404


def decide(chat: ChatRequest, findings: Findings, policy: Policy) -> Routed | Refused:
    """Decides where a chat request goes.

    A model the client names is kept. An alias is resolved by the category of the prompt, if
    that is known and probable enough; in every other case the default model answers and the
    reason says why.
    """
    if chat.model not in policy.aliases:
        return _named(chat.model, findings, policy)
    match findings.classification:
        case None:
            return _default(findings, policy, Reason.DEFAULT)
        case Unclassified(reason):
            return _default(findings, policy, reason)
        case Classification() as classification:
            return _by_category(classification, findings, policy)
        case _ as never:
            assert_never(never)


def model_not_found() -> Refused:
    """Returns the refusal of a model that is not configured. It does not repeat the name."""
    message = "The model does not exist. GET /v1/models lists those that do."
    return Refused(NOT_FOUND, InvalidRequestError(message, "model", "model_not_found"))


def _named(name: str, findings: Findings, policy: Policy) -> Routed | Refused:
    model = policy.models.get(name)
    if model is None:
        return model_not_found()
    endpoint = model.endpoint_for(findings.draw)
    return Routed(RoutingDecision(name, endpoint, Reason.EXPLICIT_MODEL))


def _by_category(classification: Classification, findings: Findings, policy: Policy) -> Routed:
    best = classification.best
    if best.probability < policy.min_confidence:
        return _default(findings, policy, Reason.ABSTAIN, classification)
    category = policy.categories.get(best.category)
    if category is None or not category.candidates:
        return _default(findings, policy, Reason.DEFAULT, classification)
    ranking = category.ranking
    model = policy.models[ranking[0].model]
    return Routed(
        RoutingDecision(
            model=model.name,
            endpoint=model.endpoint_for(findings.draw),
            reason=Reason.CLASSIFIER,
            category=category.name,
            confidence=best.probability,
            candidates=ranking,
        )
    )


def _default(
    findings: Findings,
    policy: Policy,
    reason: Reason,
    classification: Classification | None = None,
) -> Routed:
    model = policy.models[policy.default_model]
    best = classification.best if classification else None
    return Routed(
        RoutingDecision(
            model=model.name,
            endpoint=model.endpoint_for(findings.draw),
            reason=reason,
            category=best.category if best else None,
            confidence=best.probability if best else 0.0,
        )
    )
