"""What every observer promises: to take anything, to raise nothing, and to keep prompts out."""

import io
import json
import logging
from collections.abc import Callable

import pytest
from attrs import frozen

from semroute.adapters.lexical import PatternFinder
from semroute.adapters.memory import MemoryObserver
from semroute.adapters.prometheus import PrometheusObserver
from semroute.adapters.structlog import StructlogObserver, configure_logging
from semroute.app.observers import Observers
from semroute.domain.answers import AnswerScreening
from semroute.domain.caching.entry import Entry
from semroute.domain.caching.inquiry import Bypass, Hit, HitKind, Miss, Missed
from semroute.domain.classification import CategoryScore, Classification, Rung, Unclassified
from semroute.domain.errors import InvalidRequestError
from semroute.domain.guards import BlockStyle, Check, Mode, OnError, PiiAction, PiiGuard
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.judgement import Consequence, Judgement, Sentence
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.ports import Observer
from semroute.domain.reasons import Reason
from semroute.domain.record import DecisionRecord, Outcome, Usage
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import PASSED_THROUGH, RequestEdit, RequestFacts, Ruling, Timings
from semroute.domain.screening import PersonalDatum, ScreenFault, Screening
from semroute.domain.verdict import Answered, Blocked, Refused, Routed, ServedFromCache

SECRET = "the prompt nobody may see"
DECISION = RoutingDecision("big", "gpu", Reason.CLASSIFIER, "math", 0.9)
PLAIN = RoutingDecision("small", "cpu", Reason.DEFAULT)
PRIVATE = RoutingDecision("small", "gpu", Reason.PRIVACY, "law", 0.8)
FACTS = RequestFacts("d1", "r1", "chat", "auto", 2, 40, is_streaming=True)
EDIT = RequestEdit(body=SECRET.encode())
REPLY = LocalReply(400, Headers(), SECRET.encode())
FOUND = Sentence(Check.PII, Consequence.BLOCK, Mode.ENFORCE, "email")
WATCHED = Sentence(Check.JAILBREAK, Consequence.BLOCK, Mode.MONITOR, "timeout", ScreenFault.TIMEOUT)
JUDGEMENT = Judgement((WATCHED, FOUND))
HERE = ("messages", 0, "content")
SEEN = Screening(data=(PersonalDatum(HERE, PiiSpan(PiiKind.EMAIL, 0, 3)),))

HIT = Hit(
    Entry(
        id="e1", partition=b"p", exact=b"x", tenant="t", route="math", model="big", text=SECRET,
        vector=b"", encoder="", answer=SECRET.encode(), tokens=3, created=0, expires=9,
    ),
    HitKind.SEMANTIC, 0.97, 4.0,
)  # fmt: skip


def screened(mode: Mode = Mode.ENFORCE, action: PiiAction = PiiAction.MASK) -> AnswerScreening:
    """An answer with a card number in it that was masked, or would have been."""
    answer = AnswerScreening(
        PiiGuard(mode), {"[EMAIL_1]": SECRET}, PatternFinder(), lambda _headers, _new: None
    )
    answer.is_begun = True
    answer.found[PiiKind.CREDIT_CARD] = action
    return answer


RULINGS = {
    "routed": Ruling(
        Routed(DECISION), EDIT, FACTS,
        classification=Classification.ranked({"math": 0.9, "law": 0.1}, coverage=0.5),
        timings=Timings(0.001, 0.02, 0.003, 0.0005, 0.022),
    ),
    "fallback": Ruling(
        Routed(RoutingDecision("small", "cpu", Reason.CLASSIFIER_TIMEOUT)), EDIT, FACTS,
        classification=Unclassified(Reason.CLASSIFIER_TIMEOUT),
    ),
    "served": Ruling(ServedFromCache(HIT), REPLY, FACTS, consultation=HIT),
    "missed": Ruling(Routed(PLAIN), EDIT, FACTS, consultation=Miss(Missed.ABSENT)),
    "bypassed": Ruling(Routed(PLAIN), EDIT, FACTS, consultation=Bypass.FLAGGED),
    "refused": Ruling(Refused(400, InvalidRequestError("No.", SECRET)), REPLY, FACTS),
    "blocked": Ruling(Blocked(FOUND, BlockStyle.ERROR, JUDGEMENT), REPLY, FACTS, screening=SEEN),
    "watched": Ruling(Routed(PRIVATE, JUDGEMENT), EDIT, FACTS, answer=screened(), screening=SEEN),
    "answered": Ruling(Answered(), REPLY, FACTS),
    "passed": PASSED_THROUGH,
    "none": None,
}  # fmt: skip


@pytest.fixture
def logged() -> io.StringIO:
    output = io.StringIO()
    configure_logging("debug", "json", output)
    return output


@frozen
class Observed:
    """An observer, and what it shows to the world."""

    observer: Observer
    shown: Callable[[], str]


@pytest.fixture(params=["memory", "prometheus", "structlog", "several"])
def observed(request: pytest.FixtureRequest, logged: io.StringIO) -> Observed:
    memory, metrics = MemoryObserver(), PrometheusObserver("1", "sha256:0")

    def counts() -> str:
        kept = memory.messages, memory.failures, memory.records, memory.usages
        return str([len(each) for each in kept])

    def page() -> str:
        return metrics.render().decode()

    several = Observers((memory, metrics, StructlogObserver()))
    cases = {
        "memory": Observed(memory, counts),
        "prometheus": Observed(metrics, page),
        "structlog": Observed(StructlogObserver(), logged.getvalue),
        "several": Observed(several, lambda: counts() + page() + logged.getvalue()),
    }
    return cases[request.param]


@pytest.mark.parametrize("ruling", RULINGS.values(), ids=RULINGS)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_record_can_be_told_and_no_prompt_is_shown(
    observed: Observed, ruling: Ruling | None, outcome: Outcome
) -> None:
    for status in (None, 200, 503):
        before = observed.shown()
        observed.observer.exchange_finished(DecisionRecord(outcome, ruling, status, 17))
        assert observed.shown() != before
    assert SECRET not in observed.shown()


def test_everything_else_can_be_told(observed: Observed) -> None:
    observer = observed.observer
    before = observed.shown()
    observer.message_answered("request_body", "continue", 0.01)
    observer.message_answered("request_body", "observed", None)
    observer.exchange_failed("internal")
    observer.answer_metered(DECISION, Usage(7, 3))
    assert observed.shown() != before


def test_a_log_line_says_where_a_request_went_and_why(logged: io.StringIO) -> None:
    StructlogObserver().exchange_finished(
        DecisionRecord(Outcome.COMPLETED, RULINGS["routed"], 200, 17)
    )
    line = json.loads(logged.getvalue())
    assert line.pop("timestamp")
    assert line == {
        "event": "exchange_finished",
        "level": "info",
        "outcome": "completed",
        "status": 200,
        "response_bytes": 17,
        "decision_id": "d1",
        "request_id": "r1",
        "verdict": "routed",
        "requested_model": "auto",
        "model": "big",
        "endpoint": "gpu",
        "reason": "classifier",
        "category": "math",
        "confidence": 0.9,
        "turns": 2,
        "characters": 40,
        "stream": True,
        "decision_ms": 22.0,
        "rung": "encoder",
        "coverage": 0.5,
    }


def test_metrics_count_what_happened() -> None:
    metrics = PrometheusObserver("1.2.3", "sha256:0")
    metrics.watch("semroute_extproc_streams", lambda: 5)
    metrics.limit_reached("flood")
    metrics.message_answered("request_body", "continue", 0.02)
    metrics.exchange_failed("internal")
    metrics.answer_metered(DECISION, Usage(7, 3))
    for ruling in RULINGS.values():
        metrics.exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    lines = metrics.render().decode().splitlines()
    for expected in (
        'extproc_requests_total{request_type="request_body",status="continue"} 1.0',
        'extproc_processing_duration_seconds_count{request_type="request_body"} 1.0',
        'extproc_stream_errors_total{error_type="internal"} 1.0',
        'semroute_decisions_total{model="big",reason="classifier",route="math"} 1.0',
        'semroute_decisions_total{model="small",reason="classifier_timeout",route="none"} 1.0',
        'semroute_fallback_total{reason="classifier_timeout"} 1.0',
        'semroute_rejected_total{reason="invalid_request"} 1.0',
        'semroute_exchanges_total{outcome="completed",verdict="routed"} 5.0',
        'semroute_exchanges_total{outcome="completed",verdict="none"} 1.0',
        'semroute_exchanges_total{outcome="completed",verdict="served_from_cache"} 1.0',
        'semroute_cache_total{result="hit",why="semantic"} 1.0',
        'semroute_cache_total{result="miss",why="absent"} 1.0',
        'semroute_cache_total{result="bypass",why="flagged"} 1.0',
        'semroute_cache_saved_tokens_total{model="big"} 3.0',
        'semroute_tokens_total{kind="input",model="big"} 7.0',
        'semroute_tokens_total{kind="output",model="big"} 3.0',
        "semroute_partial_prompts_total 1.0",
        "semroute_extproc_streams 5.0",
        'semroute_limit_reached_total{limit="flood"} 1.0',
        'semroute_build_info{version="1.2.3"} 1.0',
    ):
        assert expected in lines


STOOD_IN = Ruling(
    Routed(DECISION),
    EDIT,
    FACTS,
    classification=Classification(
        (CategoryScore("math", 0.9),), rung=Rung.FAST_FALLBACK, fault=Reason.CLASSIFIER_OVERLOAD
    ),
)


def test_who_stood_in_for_the_classifier_and_why_is_counted_and_logged(
    logged: io.StringIO,
) -> None:
    metrics = PrometheusObserver("1", "sha256:0")
    for observer in (metrics, StructlogObserver()):
        observer.exchange_finished(DecisionRecord(Outcome.COMPLETED, STOOD_IN, 200))
    lines = metrics.render().decode().splitlines()
    assert 'semroute_classified_total{rung="fast_fallback"} 1.0' in lines
    assert 'semroute_fallback_total{reason="classifier_overload"} 1.0' in lines
    line = json.loads(logged.getvalue())
    assert (line["rung"], line["classifier_fault"]) == ("fast_fallback", "classifier_overload")


def test_a_library_s_warning_and_a_traceback_are_json_too(logged: io.StringIO) -> None:
    try:
        int("x")
    except ValueError:
        logging.getLogger("some.library").exception("it failed", extra={"what": "x"})
    logging.getLogger("some.library").info("chatter")
    line = json.loads(logged.getvalue())
    assert (line["event"], line["level"], line["what"]) == ("it failed", "error", "x")
    assert line["exception"].endswith("ValueError")


def test_a_log_line_says_what_the_checks_did(logged: io.StringIO) -> None:
    StructlogObserver().exchange_finished(DecisionRecord(Outcome.ANSWERED, RULINGS["blocked"], 403))
    line = json.loads(logged.getvalue())
    assert line["verdict"] == "blocked"
    assert (line["check"], line["found"]) == ("pii", "email")
    assert line["guard_pii"] == "block email (enforce)"
    assert line["guard_jailbreak"] == "block timeout (monitor)"
    assert line["unchecked_jailbreak"] == "timeout"


PASSED = Judgement((
    Sentence(Check.JAILBREAK, Consequence.ALLOW, Mode.ENFORCE, rung=Rung.FAST),
    Sentence(Check.INJECTION, Consequence.ALLOW, Mode.MONITOR, rung=Rung.ENCODER),
    Sentence(Check.PII, Consequence.ALLOW, Mode.ENFORCE),
))  # fmt: skip


def test_who_told_that_a_request_is_no_attack_is_counted_and_logged(logged: io.StringIO) -> None:
    metrics = PrometheusObserver("1", "sha256:0")
    ruling = Ruling(Routed(PLAIN, PASSED), EDIT, FACTS, screening=Screening())
    for observer in (metrics, StructlogObserver()):
        observer.exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    counted = [
        line
        for line in metrics.render().decode().splitlines()
        if line.startswith("semroute_attacks_judged_total{")
    ]
    assert counted == [
        'semroute_attacks_judged_total{check="jailbreak",rung="fast"} 1.0',
        'semroute_attacks_judged_total{check="injection",rung="encoder"} 1.0',
    ]
    line = json.loads(logged.getvalue())
    assert (line["rung_jailbreak"], line["rung_injection"]) == ("fast", "encoder")
    assert not {"rung_pii", "guard_jailbreak", "guard_injection"} & line.keys()


def test_an_answer_s_findings_are_logged_by_their_kind(logged: io.StringIO) -> None:
    record = DecisionRecord(Outcome.COMPLETED, RULINGS["watched"], 200)
    StructlogObserver().exchange_finished(record)
    assert json.loads(logged.getvalue())["answer_guard"] == "credit_card=mask"


def test_what_would_have_been_done_about_an_answer_is_logged_with_a_question_mark(
    logged: io.StringIO,
) -> None:
    ruling = Ruling(Routed(PLAIN), EDIT, FACTS, answer=screened(Mode.MONITOR, PiiAction.BLOCK))
    StructlogObserver().exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    assert json.loads(logged.getvalue())["answer_guard"] == "credit_card=block?"


@pytest.mark.parametrize(
    ("mode", "on_error", "verdict", "action"),
    [
        (Mode.ENFORCE, OnError.CLOSED, "unavailable", "unavailable"),
        (Mode.MONITOR, OnError.CLOSED, "unavailable", "monitor"),
        (Mode.ENFORCE, OnError.OPEN, "allow", "allow"),
        (Mode.MONITOR, OnError.OPEN, "allow", "monitor"),
    ],
)
def test_answers_that_nobody_can_read_are_counted_as_what_becomes_of_them(
    mode: Mode, on_error: OnError, verdict: str, action: str
) -> None:
    metrics = PrometheusObserver("1", "sha256:0")
    ruling = Ruling(PASSED_THROUGH.verdict, EDIT, FACTS, unread=PiiGuard(mode, on_error=on_error))
    metrics.exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    lines = metrics.render().decode().splitlines()
    said = f'action="{action}",guard="answers",verdict="{verdict}"'
    assert f"semroute_guard_total{{{said}}} 1.0" in lines
    assert 'semroute_check_failures_total{check="answers",reason="unread"} 1.0' in lines


def test_a_watched_answer_is_counted_as_what_would_have_been_done() -> None:
    metrics = PrometheusObserver("1", "sha256:0")
    for action in (PiiAction.MASK, PiiAction.BLOCK):
        ruling = Ruling(Routed(PLAIN), EDIT, FACTS, answer=screened(Mode.MONITOR, action))
        metrics.exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    lines = metrics.render().decode().splitlines()
    for verdict in ("mask", "block"):
        kinds = f'action="monitor",kind="credit_card",verdict="{verdict}"'
        guard = f'action="monitor",guard="answers",verdict="{verdict}"'
        assert f"semroute_answer_findings_total{{{kinds}}} 1.0" in lines
        assert f"semroute_guard_total{{{guard}}} 1.0" in lines


def test_metrics_tell_what_was_done_from_what_was_watched() -> None:
    metrics = PrometheusObserver("1", "sha256:0")
    for name in ("blocked", "watched"):
        metrics.exchange_finished(DecisionRecord(Outcome.COMPLETED, RULINGS[name], 200))
    lines = metrics.render().decode().splitlines()
    assert 'semroute_guard_total{action="block",guard="pii",verdict="block"} 2.0' in lines
    assert 'semroute_guard_total{action="monitor",guard="jailbreak",verdict="block"} 2.0' in lines
    assert 'semroute_check_failures_total{check="jailbreak",reason="timeout"} 2.0' in lines
    assert (
        'semroute_answer_findings_total{action="mask",kind="credit_card",verdict="mask"} 1.0'
        in lines
    )
    assert 'semroute_guard_total{action="mask",guard="answers",verdict="mask"} 1.0' in lines
    assert 'semroute_exchanges_total{outcome="completed",verdict="blocked"} 1.0' in lines
