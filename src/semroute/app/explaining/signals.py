"""What became of the operator's signals, for machines."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

from semroute.domain.policy import Policy
from semroute.domain.signals.definitions import (
    ApiSignal,
    CategorySignal,
    CheckSignal,
    ComplexitySignal,
    ContextSignal,
    HeaderSignal,
    KeywordSignal,
    LanguageSignal,
    ModalitySignal,
    PatternSignal,
    PiiSignal,
    Signal,
    SimilaritySignal,
    TimeSignal,
    ToolsSignal,
)
from semroute.domain.signals.result import SignalResult

_DIGITS: Final = 4


def signals_as_json(
    policy: Policy, results: Mapping[str, SignalResult]
) -> dict[str, dict[str, Any]]:
    """Returns every signal that is configured; `match` is null for those nobody had to sense."""
    return {
        name: {"kind": kind_of(signal), **_told(results.get(name))}
        for name, signal in policy.signals.items()
    }


def kind_of(signal: Signal) -> str:  # noqa: C901, PLR0911, PLR0912 - one for each kind
    """Returns what a kind of signal is called in the configuration."""
    match signal:
        case CategorySignal():
            return "category"
        case ComplexitySignal():
            return "complexity"
        case CheckSignal(check):
            return check.value
        case PiiSignal():
            return "pii"
        case KeywordSignal():
            return "keywords"
        case PatternSignal():
            return "regex"
        case SimilaritySignal():
            return "similarity"
        case LanguageSignal():
            return "language"
        case ContextSignal():
            return "context"
        case ModalitySignal():
            return "modality"
        case ToolsSignal():
            return "tools"
        case ApiSignal():
            return "api"
        case HeaderSignal():
            return "header"
        case TimeSignal():
            return "time"
        case _ as never:
            assert_never(never)


def _told(result: SignalResult | None) -> dict[str, Any]:
    if result is None:
        return dict.fromkeys(("match", "value", "threshold", "margin", "why"))
    value, threshold = result.value, result.threshold
    margin = (
        round(value - threshold, _DIGITS)
        if isinstance(value, int | float) and threshold is not None
        else None
    )
    return {
        "match": result.match.value,
        "value": round(value, _DIGITS) if isinstance(value, float) else value,
        "threshold": threshold,
        "margin": margin,
        "why": result.why or None,
    }
