"""What a request shows by itself, and what follows from what others found out."""

import datetime as dt

import pytest

from semroute.domain.attack import AttackKind
from semroute.domain.chat import ChatRequest, Tool
from semroute.domain.classification import Classification, Unclassified
from semroute.domain.guards import Check
from semroute.domain.headers import Headers
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.reasons import Reason
from semroute.domain.screening import PersonalDatum, ScreenFault, Screening, Threat
from semroute.domain.signals.apparent import Circumstances, apparent
from semroute.domain.signals.concluded import classified, screened
from semroute.domain.signals.definitions import (
    ApiSignal,
    CategorySignal,
    CheckSignal,
    ComplexitySignal,
    ContextSignal,
    HeaderSignal,
    KeywordSignal,
    Modality,
    ModalitySignal,
    PatternSignal,
    PiiSignal,
    Signal,
    SimilaritySignal,
    TimeSignal,
    ToolsSignal,
)
from semroute.domain.signals.result import Match, SignalResult

HERE = ("messages", 0, "content")
REQUEST = Circumstances(
    ChatRequest("auto", (), tools=(Tool("search"),), modalities=frozenset({Modality.IMAGE})),
    Headers.of({"x-tier": "gold"}),
    "chat",
    100,
    lambda _: dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC),
)
EMAIL = PersonalDatum(HERE, PiiSpan(PiiKind.EMAIL, 0, 5, 0.7))
ATTACK = Threat(AttackKind.JAILBREAK, 0.6, HERE)
SAID = Classification.ranked({"law": 0.5, "math": 0.3, "other": 0.2}, complexity=0.6)


@pytest.mark.parametrize(
    ("signal", "shows"),
    [
        (ContextSignal(at_least=100), True),
        (ContextSignal(at_least=101), False),
        (ContextSignal(below=101), True),
        (ContextSignal(below=100), False),
        (ModalitySignal(frozenset({Modality.IMAGE, Modality.AUDIO})), True),
        (ModalitySignal(frozenset({Modality.AUDIO})), False),
        (ToolsSignal(1), True),
        (ToolsSignal(2), False),
        (ApiSignal(frozenset({"chat"})), True),
        (ApiSignal(frozenset({"responses"})), False),
        (HeaderSignal("x-tier", frozenset({"gold"})), True),
        (HeaderSignal("x-tier", frozenset({"Gold"})), False),
        (HeaderSignal("x-tier"), True),
        (HeaderSignal("x-other"), False),
        (TimeSignal(dt.time(22), dt.time(6)), True),
        (TimeSignal(dt.time(6), dt.time(22)), False),
    ],
)
def test_a_request_shows_it_or_does_not(signal: Signal, *, shows: bool) -> None:
    result = apparent(signal, REQUEST)
    assert result is not None
    assert result.match is Match.of(shows)


@pytest.mark.parametrize(
    "signal",
    [
        CategorySignal(frozenset({"law"})),
        CheckSignal(Check.JAILBREAK),
        KeywordSignal(("a",)),
        PatternSignal("a"),
        SimilaritySignal(("a",)),
    ],
)
def test_what_has_to_be_read_is_not_apparent(signal: Signal) -> None:
    assert apparent(signal, REQUEST) is None


def test_a_header_that_is_not_meant_is_not_told() -> None:
    """What a client sends there may be anything; what the operator wrote may be shown."""
    refused = apparent(HeaderSignal("x-tier", frozenset({"silver"})), REQUEST)
    anything = apparent(HeaderSignal("x-tier"), REQUEST)
    meant = apparent(HeaderSignal("x-tier", frozenset({"gold"})), REQUEST)
    assert refused is not None
    assert anything is not None
    assert meant is not None
    assert "gold" not in repr(refused)
    assert "gold" not in repr(anything)
    assert meant.value == "gold"


@pytest.mark.parametrize(
    ("signal", "screening", "match"),
    [
        (CheckSignal(Check.JAILBREAK, 0.6), Screening((ATTACK,)), Match.MATCHED),
        (CheckSignal(Check.JAILBREAK, 0.7), Screening((ATTACK,)), Match.NOT_MATCHED),
        (CheckSignal(Check.INJECTION, 0.1), Screening((ATTACK,)), Match.NOT_MATCHED),
        (PiiSignal(frozenset({PiiKind.EMAIL}), 0.7), Screening(data=(EMAIL,)), Match.MATCHED),
        (PiiSignal(frozenset({PiiKind.EMAIL}), 0.8), Screening(data=(EMAIL,)), Match.NOT_MATCHED),
        (PiiSignal(frozenset({PiiKind.PHONE})), Screening(data=(EMAIL,)), Match.NOT_MATCHED),
        (PiiSignal(frozenset({PiiKind.PHONE})), None, Match.UNKNOWN),
    ],
)
def test_what_screening_found_is_there_if_it_is_sure_enough(
    signal: CheckSignal | PiiSignal, screening: Screening | None, match: Match
) -> None:
    assert screened(signal, screening).match is match


@pytest.mark.parametrize(
    ("screening", "match"),
    [
        (Screening(failures={Check.PII: ScreenFault.TIMEOUT}), Match.UNKNOWN),
        (Screening(data=(EMAIL,), failures={Check.PII: ScreenFault.TIMEOUT}), Match.MATCHED),
        (Screening(failures={Check.JAILBREAK: ScreenFault.TIMEOUT}), Match.NOT_MATCHED),
    ],
    ids=["nothing found", "found before it failed", "another check"],
)
def test_a_check_that_failed_says_only_what_it_found(screening: Screening, match: Match) -> None:
    assert screened(PiiSignal(frozenset({PiiKind.EMAIL})), screening).match is match


@pytest.mark.parametrize(
    ("signal", "shows"),
    [
        (CategorySignal(frozenset({"law"}), 0.5), True),
        (CategorySignal(frozenset({"law"}), 0.51), False),
        (CategorySignal(frozenset({"math", "law"}), 0.8), True),
        (CategorySignal(frozenset({"physics"}), 0.1), False),
        (ComplexitySignal(0.6), True),
        (ComplexitySignal(0.61), False),
        (ComplexitySignal(below=0.6), False),
        (ComplexitySignal(0.5, 0.7), True),
    ],
)
def test_categories_count_together_and_complexity_in_its_bounds(
    signal: CategorySignal | ComplexitySignal, *, shows: bool
) -> None:
    assert classified(signal, SAID).match is Match.of(shows)


def test_what_nobody_said_is_unknown_and_says_why() -> None:
    signal = CategorySignal(frozenset({"law"}))
    silent = Unclassified(Reason.CLASSIFIER_TIMEOUT)
    assert classified(signal, silent) == SignalResult.unknown("classifier_timeout")
    assert classified(signal, None).match is Match.UNKNOWN
    unmeasured = Classification.ranked({"law": 1.0})
    assert classified(ComplexitySignal(0.5), unmeasured).match is Match.UNKNOWN
