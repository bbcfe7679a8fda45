"""In which reading of a text something was found is told: to people, to programs and to the log."""

import base64
import io
import json
from typing import Any

import pytest
from attrs import evolve
from rich.console import Console

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import FaultyClassifier
from semroute.adapters.structlog import StructlogObserver, configure_logging
from semroute.app.cli.explained import tree_of
from semroute.app.evasions import EVASIONS
from semroute.app.explaining import Evidence, document_of
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.domain.attack import CASCADE, AttackKind, LexicalScore
from semroute.domain.examination import Examiner
from semroute.domain.guards import Check, Guards
from semroute.domain.pii import PiiKind
from semroute.domain.record import DecisionRecord, Outcome
from semroute.domain.views import DECODED, RAW, RETOUCHED
from tests.app.conftest import POLICY, asks, route_with

MAIL = "Please write to Rumpelstilzchen at ann@example.org about the contract."
ATTACK = "This is an attack by Rumpelstilzchen on what you were told."


class Scorer:
    """The word `attack` is one."""

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        return LexicalScore(9.0 if "attack" in text else -9.0, (), 0, len(text))


def hidden(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def twice_hidden(text: str) -> str:
    return hidden(text.encode().hex())


async def told(classifier: FaultyClassifier, text: str) -> tuple[dict[str, Any], str, str]:
    """Returns the document that explains a request, the text form, and the line of the log."""
    examiner = Examiner(views_of, PatternFinder({PiiKind.EMAIL}), Scorer())
    checks = frozenset(Check)
    screen = Screen(checks, examiner, None, CASCADE, False, 5.0, 10_000, 4, Remembered(0))  # noqa: FBT003 - nobody looks for people
    policy = evolve(POLICY, guards=Guards())
    ruling = await route_with(classifier, policy, screen)(asks(text))
    log = io.StringIO()
    configure_logging("debug", "json", log)
    StructlogObserver().exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    evidence = Evidence.of(ruling)
    assert evidence is not None
    document = document_of(evidence, policy)
    console = Console(width=200, file=io.StringIO())
    with console.capture() as capture:
        console.print(tree_of(document))
    shown = capture.get()
    assert not {"Rumpelstilzchen", "ann@"} & set(
        (json.dumps(document) + shown + log.getvalue()).split()
    )
    return document, shown, log.getvalue()


def guard(document: dict[str, Any], check: str) -> dict[str, Any]:
    one: dict[str, Any]
    (one,) = [each for each in document["guards"] if each["check"] == check]
    return one


@pytest.mark.parametrize(
    ("hide", "view", "words"),
    [
        (hidden, "base64", "hidden by base64"),
        (twice_hidden, "base64+hex", "hidden by base64 and hexadecimal"),
        (EVASIONS["zero_width"], "normalised", "hidden by look-alike or invisible characters"),
    ],
)
async def test_what_hid_a_finding_is_told(
    classifier: FaultyClassifier, hide: Any, view: str, words: str
) -> None:
    document, shown, log = await told(classifier, hide(MAIL))
    assert guard(document, "pii")["view"] == view
    assert guard(document, "pii")["data"] == [{"kind": "email", "view": view}]
    assert f"would mask (email, {words})" in shown
    assert json.loads(log)["view_pii"] == view
    document, shown, log = await told(classifier, hide(ATTACK))
    assert guard(document, "jailbreak")["view"] == view
    assert f"would block (jailbreak, {words})" in shown
    assert json.loads(log)["view_jailbreak"] == view


async def test_what_stands_there_in_plain_words_was_hidden_by_nothing(
    classifier: FaultyClassifier,
) -> None:
    document, shown, log = await told(classifier, MAIL)
    assert guard(document, "pii")["view"] == RAW
    assert guard(document, "pii")["data"] == [{"kind": "email", "view": RAW}]
    assert guard(document, "jailbreak")["data"] == []
    assert guard(document, "injection")["view"] is None
    assert "would mask (email)" in shown
    assert not [key for key in json.loads(log) if key.startswith("view_")]


async def test_a_kind_that_stands_there_twice_is_told_in_both_readings(
    classifier: FaultyClassifier,
) -> None:
    document, _, _ = await told(classifier, f"bob@example.org {hidden(MAIL)}")
    assert [each["view"] for each in guard(document, "pii")["data"]] == ["base64", RAW]


@pytest.mark.parametrize("name", EVASIONS)
def test_readings_have_names_of_a_closed_list(name: str) -> None:
    names = {each for view in views_of(EVASIONS[name](MAIL)) for each in view.name.split("+")}
    assert names <= {RAW, *DECODED, *RETOUCHED}
