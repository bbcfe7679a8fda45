"""An answer that is worth keeping, or why one is not."""

from enum import StrEnum

from attrs import field, frozen


class Unfit(StrEnum):
    """Why an answer is not kept. The value is a metric label."""

    STATUS = "status"  # anything but 200
    UNREADABLE = "unreadable"  # compressed, another content type, or not what this API answers
    INCOMPLETE = "incomplete"  # cut off, without `[DONE]`, or a choice without a finish reason
    ERROR = "error"  # it says that something went wrong
    FINISH_REASON = "finish_reason"  # a choice ended for another reason than that it was done
    REFUSAL = "refusal"
    EMPTY = "empty"  # it says nothing


@frozen
class FitAnswer:
    """A complete answer, in the one form in which answers are kept.

    Args:
        document: A `chat.completion` as JSON. What was streamed is put together as if it had
            not been.
        tokens: What it cost, all together; 0 if it does not say.
        calls_tools: Whether it is a call of tools instead of an answer in words.
    """

    document: bytes = field(repr=False)
    tokens: int = 0
    calls_tools: bool = False


@frozen
class Replayed:
    """How an answer is named when it is given again.

    Args:
        id: Its new id.
        created: Its new time, in seconds since 1970.
    """

    id: str
    created: int
