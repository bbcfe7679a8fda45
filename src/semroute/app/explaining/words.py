"""Reasons in a few words."""

from collections.abc import Mapping
from typing import Final, assert_never

from semroute.domain.classification import Classification, Rung
from semroute.domain.reasons import Reason

_WORDS: Final[Mapping[Reason, str]] = {
    Reason.EXPLICIT_MODEL: "the client named it",
    Reason.RULE: "the operator's decision names it",
    Reason.CAPABILITY: "a better one cannot take it",
    Reason.HEALTH: "a better one is out of order",
    Reason.PINNED: "the conversation stays where it is",
    Reason.STICKY: "it goes on from an answer that was given there",
    Reason.CANARY: "the conversation is among those that try it",
    Reason.PRIVACY: "it runs on a private endpoint",
}


def why(reason: Reason, confidence: float, min_confidence: float) -> str:
    """Returns a reason in a few words, short enough for a table."""
    match reason:
        case Reason.CLASSIFIER:
            return f"{confidence:.2f} ≥ {min_confidence:.2f}: its best model"
        case Reason.ABSTAIN if confidence >= min_confidence:
            return f"{confidence:.2f} is not sure enough for a cheaper model"
        case Reason.ABSTAIN:
            return f"{confidence:.2f} < {min_confidence:.2f}: default model"
        case _:
            return _WORDS.get(reason, f"{reason.value.replace('_', ' ')}: default model")


def rung_in_words(classification: Classification | None) -> str:
    """Returns who said what a prompt is about, in a few words."""
    if classification is None:
        return "nobody"
    match classification.rung:
        case Rung.FAST:
            return "fast tier: its tokens leave no doubt"
        case Rung.FAST_FALLBACK:
            fault = classification.fault
            missing = fault.value.replace("_", " ") if fault else "no answer"
            return f"fast tier, in the encoder's place: {missing}"
        case Rung.ENCODER:
            return "encoder"
        case _ as never:
            assert_never(never)
