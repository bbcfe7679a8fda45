"""Whether a signal shows in a request."""

from enum import StrEnum

from attrs import frozen


class Match(StrEnum):
    """Whether something holds. What nobody could find out is neither true nor false.

    The three values of Kleene's strong logic: an `unknown` decides nothing, not even negated.
    """

    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, holds: bool) -> "Match":  # noqa: FBT001 - the value it is made of
        """Returns what is known for sure."""
        return cls.MATCHED if holds else cls.NOT_MATCHED


@frozen
class SignalResult:
    """What became of one signal for one request. It has no word of the request in it.

    Args:
        match: Whether it shows.
        value: What was measured: a probability, a number, or one of a closed set of names that
            the operator wrote; None if there is nothing to tell.
        threshold: From which value on it shows; None if it is not a matter of more or less.
        why: What decided, in a few words of ours or of the operator's: the keyword, the number of
            the example, or why nobody could find out.
    """

    match: Match
    value: float | str | None = None
    threshold: float | None = None
    why: str = ""

    @classmethod
    def unknown(cls, why: str) -> "SignalResult":
        """Returns that nobody could find out, and why."""
        return cls(Match.UNKNOWN, why=why)

    @classmethod
    def measured(cls, value: float, at_least: float, why: str = "") -> "SignalResult":
        """Returns whether a value is large enough."""
        return cls(Match.of(value >= at_least), value, at_least, why)
