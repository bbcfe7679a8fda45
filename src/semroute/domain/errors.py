"""What can go wrong in the core, split by whose fault it is."""

from typing import ClassVar

from attrs import define

from .reasons import Reason


class SemrouteError(Exception):
    """Base of every error semroute raises on purpose."""


class InvalidPolicyError(SemrouteError):
    """The rules contradict themselves; the operator's fault."""


class UnexpectedEventError(SemrouteError):
    """An event arrived that the exchange cannot be in a state to see; Envoy's fault."""


class MisusedExchangeError(SemrouteError):
    """The exchange was driven out of order; our own fault."""


class StreamGoneError(SemrouteError):
    """Envoy ended the stream before it could be answered, as it may; nobody's fault."""


class OverBudgetError(SemrouteError):
    """More of other people's data would have to be kept than may be; nobody's fault."""


class HeldBackError(SemrouteError):
    """An answer ended in a way that leaves no room for what was held back; the upstream's fault."""


class ClassifierError(SemrouteError):
    """The classifier failed on this prompt; our own fault.

    `reason` is what headers, logs and metrics then say.
    """

    reason: ClassVar[Reason] = Reason.CLASSIFIER_ERROR


class NotLoadedError(ClassifierError):
    """The classifier's model is not loaded yet."""

    reason = Reason.NOT_LOADED


class OverloadedError(ClassifierError):
    """More prompts are waiting than the classifier may keep waiting."""

    reason = Reason.CLASSIFIER_OVERLOAD


@define
class InvalidRequestError(SemrouteError):
    """The client's request cannot be understood; the client's fault.

    Args:
        message: One sentence for the client. It never quotes the body.
        param: Where in the body the problem is, as `messages[2].content`; None for the whole.
        code: A short machine-readable name, as OpenAI's `error.code`.
        kind: A name of its kind, as OpenAI's `error.type`; None for what its status suggests.
    """

    message: str
    param: str | None = None
    code: str = "invalid_request"
    kind: str | None = None

    def __str__(self) -> str:
        return self.message if self.param is None else f"{self.param}: {self.message}"


class CacheError(SemrouteError):
    """The answer cache is in trouble; requests go on without it."""
