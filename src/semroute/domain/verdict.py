"""What can happen to a request."""

from typing import TypeAlias, assert_never

from attrs import frozen

from .caching.inquiry import Hit
from .errors import InvalidRequestError
from .guards import BlockStyle
from .judgement import NOTHING_FOUND, Judgement, Sentence
from .reasons import Reason
from .routing import RoutingDecision


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


def judgement_of(verdict: Verdict) -> Judgement:
    """Returns what the checks said, which is nothing if none was made."""
    match verdict:
        case Routed() | ServedFromCache() | Blocked() | PassedThrough():
            return verdict.judgement
        case Refused() | Answered():
            return NOTHING_FOUND
        case _ as never:
            assert_never(never)
