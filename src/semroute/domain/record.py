"""The finished exchange as a value."""

from enum import StrEnum

from attrs import frozen

from .headers import Headers
from .ruling import Ruling


class Outcome(StrEnum):
    """How an exchange ended."""

    ANSWERED = "answered"  # we answered it ourselves
    COMPLETED = "completed"  # the upstream's answer was seen to its end
    HANDED_OVER = "handed_over"  # the answer's headers passed; nobody asked to see its body
    ABANDONED = "abandoned"  # it stopped short: client gone, Envoy gone, or an error


@frozen
class DecisionRecord:
    """What happened in one exchange, without a word of what was said in it.

    Args:
        outcome: How it ended.
        ruling: What was decided; None when the request never got that far.
        status: The HTTP status the client saw; None when it saw none of ours or the upstream's.
        response_bytes: How much of the answer's body passed by us.
    """

    outcome: Outcome
    ruling: Ruling | None = None
    status: int | None = None
    response_bytes: int = 0


@frozen
class UpstreamAnswer:
    """An answer of a model server as far as it came, kept for those who learn from it.

    It is somebody's conversation. It never goes to a log, a metric or a trace.
    """

    headers: Headers
    body: bytes


@frozen
class Usage:
    """What an answer cost, in tokens, as the model server counted them."""

    input_tokens: int
    output_tokens: int
