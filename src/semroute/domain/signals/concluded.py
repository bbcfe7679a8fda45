"""Signals that follow from what screening and the classifier have found out."""

from typing import Final, assert_never

from semroute.domain.attack import AttackKind
from semroute.domain.classification import Classification, ClassificationOutcome, Unclassified
from semroute.domain.guards import Check
from semroute.domain.screening import Screening

from .definitions import CategorySignal, CheckSignal, ComplexitySignal, PiiSignal
from .result import Match, SignalResult

_ATTACKS: Final = {Check.JAILBREAK: AttackKind.JAILBREAK, Check.INJECTION: AttackKind.INJECTION}
_NOT_SCREENED: Final = "nobody looked"


def screened(signal: CheckSignal | PiiSignal, screening: Screening | None) -> SignalResult:
    """Returns what became of a signal by what screening found. A check that failed is unknown."""
    if screening is None:
        return SignalResult.unknown(_NOT_SCREENED)
    match signal:
        case CheckSignal(check, at_least):
            kind = _ATTACKS[check]
            found = max(
                (each.probability for each in screening.threats if each.kind is kind), default=0.0
            )
            result = SignalResult.measured(round(found, 4), at_least)
        case PiiSignal(kinds, at_least):
            check = Check.PII
            there = sorted(
                {
                    datum.span.kind
                    for datum in screening.data
                    if datum.span.kind in kinds and datum.span.score >= at_least
                }
            )
            result = SignalResult(Match.of(bool(there)), why=", ".join(there))
        case _ as never:
            assert_never(never)
    fault = screening.failures.get(check)
    # What was found is there, whatever else was not looked at.
    if fault is None or result.match is Match.MATCHED:
        return result
    return SignalResult.unknown(fault.value)


def classified(
    signal: CategorySignal | ComplexitySignal, outcome: ClassificationOutcome | None
) -> SignalResult:
    """Returns what became of a signal by what the classifier said."""
    match outcome:
        case None:
            return SignalResult.unknown("there is no text")
        case Unclassified(reason):
            return SignalResult.unknown(reason.value)
        case Classification():
            return _measured(signal, outcome)
        case _ as never:
            assert_never(never)


def _measured(
    signal: CategorySignal | ComplexitySignal, classification: Classification
) -> SignalResult:
    match signal:
        case CategorySignal(categories, at_least):
            known = [each for each in classification.scores if each.category in categories]
            probability = sum(each.probability for each in known)
            best = known[0].category if known else ""
            return SignalResult.measured(round(probability, 4), at_least, best)
        case ComplexitySignal(at_least, below):
            if classification.complexity is None:
                return SignalResult.unknown("nobody measured")
            value = round(classification.complexity, 4)
            holds = value >= at_least and (below is None or value < below)
            return SignalResult(Match.of(holds), value, at_least if below is None else below)
        case _ as never:
            assert_never(never)
