"""One log line per exchange."""

import structlog

from semroute.domain.answers import AnswerSentence
from semroute.domain.caching.inquiry import Bypass, Hit, Miss
from semroute.domain.classification import Classification, Unclassified
from semroute.domain.guards import Mode
from semroute.domain.judgement import Consequence
from semroute.domain.record import DecisionRecord, Outcome, Usage
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import (
    Answered,
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
    judgement_of,
)
from semroute.domain.views import RAW

Fields = dict[str, str | int | float | bool]


class StructlogObserver:
    """Logs exchanges at `info`, passed-through ones at `debug`, failures at `error`."""

    def __init__(self) -> None:
        self._log = structlog.stdlib.get_logger("semroute.exchange")

    def message_answered(self, phase: str, status: str, seconds: float | None) -> None:
        """Too frequent to log."""

    def exchange_failed(self, error_type: str) -> None:
        """Logs that a stream ended in an error."""
        self._log.error("exchange_failed", error_type=error_type)

    def exchange_finished(self, record: DecisionRecord) -> None:
        """Logs how an exchange ended and what was decided in it."""
        fields = _fields(record)
        if record.ruling is not None and not isinstance(record.ruling.verdict, PassedThrough):
            self._log.info("exchange_finished", **fields)
        else:
            self._log.debug("exchange_finished", **fields)

    def answer_metered(self, decision: RoutingDecision, usage: Usage) -> None:
        """Logs what an answer cost."""
        self._log.debug(
            "answer_metered",
            model=decision.model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
        )


def _fields(record: DecisionRecord) -> Fields:
    fields: Fields = {"outcome": record.outcome.value}
    if record.status is not None:
        fields["status"] = record.status
    if record.outcome in (Outcome.COMPLETED, Outcome.ABANDONED):
        fields["response_bytes"] = record.response_bytes
    if record.ruling is not None:
        fields |= _ruling_fields(record.ruling)
    return fields


def _ruling_fields(ruling: Ruling) -> Fields:
    facts = ruling.facts
    fields: Fields = {"decision_id": facts.decision_id}
    if facts.request_id:
        fields["request_id"] = facts.request_id
    fields |= _verdict_fields(ruling) | _screening_fields(ruling)
    fields |= _view_fields(ruling)
    match ruling.consultation:
        case Miss(why):
            fields["cache"] = f"miss {why.value}"
        case Bypass() as why:
            fields["cache"] = f"bypass {why.value}"
        case Hit() | None:
            pass
    match ruling.classification:
        case Classification() as classification:
            fields |= _classification_fields(classification)
        case Unclassified() | None:
            pass
    return fields


def _verdict_fields(ruling: Ruling) -> Fields:
    match ruling.verdict:
        case Routed(decision):
            fields: Fields = {
                "verdict": "routed",
                "model": decision.model,
                "endpoint": decision.endpoint,
                "reason": decision.reason.value,
                "stream": ruling.facts.is_streaming,
                **_request_fields(ruling),
            }
            return fields | _decision_fields(ruling, decision)
        case ServedFromCache(hit):
            return {
                "verdict": "served_from_cache",
                "model": hit.entry.model,
                "category": hit.entry.route,
                "cache": f"hit {hit.kind.value}",
                "similarity": round(hit.similarity, 3),
                "age_seconds": round(hit.age_seconds),
                "stream": ruling.facts.is_streaming,
                **_request_fields(ruling),
            }
        case Refused(_, error):
            return {"verdict": "refused", "error": error.code}
        case Blocked(sentence):
            return {
                "verdict": "blocked",
                "check": sentence.check.value,
                "found": sentence.what,
                **_request_fields(ruling),
            }
        case Answered():
            return {"verdict": "answered"}
        case PassedThrough(reason):
            return {"verdict": "passed_through", "reason": reason.value}


def _decision_fields(ruling: Ruling, decision: RoutingDecision) -> Fields:
    fields: Fields = {}
    if decision.decision is not None:
        fields["decision"] = decision.decision
    if decision.undecided:
        fields["undecided"] = ", ".join(decision.undecided)
    if ruling.selection is not None:
        fields["tools"] = str(ruling.selection)
    if decision.category is not None:
        fields["category"] = decision.category
        fields["confidence"] = round(decision.confidence, 3)
    return fields


def _request_fields(ruling: Ruling) -> Fields:
    facts = ruling.facts
    return {
        "requested_model": facts.requested_model,
        "turns": facts.turns,
        "characters": facts.characters,
        "decision_ms": round(ruling.timings.total * 1000, 3),
    }


def _classification_fields(classification: Classification) -> Fields:
    fields: Fields = {"rung": classification.rung.value}
    if classification.fault is not None:
        fields["classifier_fault"] = classification.fault.value
    if classification.coverage < 1:
        fields["coverage"] = round(classification.coverage, 3)
    return fields


def _screening_fields(ruling: Ruling) -> Fields:
    fields: Fields = {}
    for sentence in judgement_of(ruling.verdict).sentences:
        if sentence.consequence is not Consequence.ALLOW:
            fields[f"guard_{sentence.check.value}"] = (
                f"{sentence.consequence.value} {sentence.what} ({sentence.mode.value})"
            )
        if sentence.rung is not None:
            fields[f"rung_{sentence.check.value}"] = sentence.rung.value
        if sentence.fault is not None:
            fields[f"unchecked_{sentence.check.value}"] = sentence.fault.value
    answer = ruling.answer_sentence
    if answer is not None:
        fields |= _answer_fields(answer)
    return fields


def _answer_fields(sentence: AnswerSentence) -> Fields:
    fields: Fields = {}
    if sentence.found:
        mark = "" if sentence.mode is Mode.ENFORCE else "?"
        kinds = sorted(f"{kind.value}={do.value}{mark}" for kind, do in sentence.found.items())
        fields["answer_guard"] = ", ".join(kinds)
    if sentence.is_unread:
        fields["unchecked_answers"] = "unread"
    return fields


def _view_fields(ruling: Ruling) -> Fields:
    """Names the disguises that had to be undone to see what was found."""
    return {
        f"view_{sentence.check.value}": sentence.view
        for sentence in judgement_of(ruling.verdict).sentences
        if sentence.consequence is not Consequence.ALLOW and sentence.view not in (None, RAW)
    }
