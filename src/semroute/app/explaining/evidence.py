"""What remains of a ruling for those who ask about it later."""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from semroute.domain.caching.inquiry import Bypass, Hit, Miss
from semroute.domain.classification import Classification
from semroute.domain.grounds import Grounds
from semroute.domain.judgement import Judgement
from semroute.domain.ruling import Ruling
from semroute.domain.screening import Screening
from semroute.domain.signals.result import SignalResult
from semroute.domain.verdict import (
    Answered,
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
    Verdict,
)


@frozen
class Served:
    """The request got an answer that was kept.

    Args:
        model: The model that gave it.
        route: The decision or the category that it was kept for.
        judgement: What the checks said of the request.
    """

    model: str
    route: str
    judgement: Judgement


@frozen
class Evidence:
    """What is known of one decision. There is no word of the request in it, nor of an answer.

    Args:
        id: The decision's.
        service: The API it came by, as `Service` calls it.
        asked: The model or the alias the client asked for; `other` if we know neither.
        verdict: What was decided.
        status: The HTTP status of the answer if it was ours; 0 if it was not.
        grounds: What the decision rests on; None if there was nothing to decide.
        classification: What the prompt is about; None if nobody asked or nobody could say.
        screening: What the checks found; None if nothing was looked for.
        signals: What became of the operator's signals.
        tools: How many tools were offered and stayed, as `50->3`; empty if nobody chose.
        cache: What the cache said; empty if it was not asked.
        seconds: How long the decision took.
    """

    id: str
    service: str
    asked: str
    verdict: Routed | Refused | Blocked | PassedThrough | Served
    status: int = 0
    grounds: Grounds | None = None
    classification: Classification | None = None
    screening: Screening | None = None
    signals: Mapping[str, SignalResult] = field(factory=dict)
    tools: str = ""
    cache: str = ""
    seconds: float = 0.0

    @classmethod
    def of(cls, ruling: Ruling) -> "Evidence | None":
        """Returns what remains of a ruling; None if nothing was decided."""
        verdict = _verdict(ruling.verdict)
        if verdict is None or not ruling.facts.decision_id:
            return None
        found, grounds = ruling.classification, ruling.grounds
        screening = ruling.screening if grounds is None else grounds.findings.screening
        return cls(
            ruling.facts.decision_id,
            ruling.facts.service,
            ruling.facts.requested_model,
            verdict,
            getattr(ruling.action, "status", 0),
            grounds,
            found if isinstance(found, Classification) else None,
            screening,
            ruling.signals,
            "" if ruling.selection is None else str(ruling.selection),
            _said(ruling),
            ruling.timings.total,
        )


def _verdict(verdict: Verdict) -> Routed | Refused | Blocked | PassedThrough | Served | None:
    match verdict:
        case Routed() | Blocked() | PassedThrough():
            # Where the data stood that was masked is of no use to anybody.
            return evolve(verdict, judgement=evolve(verdict.judgement, masked=()))
        case Refused():
            return verdict
        case ServedFromCache(hit):
            return Served(hit.entry.model, hit.entry.route, verdict.judgement)
        case Answered():
            return None


def _said(ruling: Ruling) -> str:
    match ruling.consultation:
        case Hit(kind=kind):
            return f"hit: {kind.value}"
        case Miss(why):
            return f"miss: {why.value}"
        case Bypass() as bypass:
            return f"bypass: {bypass.value}"
        case None:
            return ""
