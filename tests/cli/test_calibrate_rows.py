"""What `semroute calibrate` reads: lines of the router's log above all."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from semroute.adapters.structlog import StructlogObserver, configure_logging
from semroute.app.cli.calibrate import calibrate
from semroute.app.cli.calibrate_rows import Passed, read_labelled_prompts
from semroute.app.cli.exits import Exit, UsageError
from semroute.domain.record import DecisionRecord, Outcome, Usage
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import RequestFacts, Ruling
from semroute.domain.verdict import Routed
from tests.contracts.test_observer import DECISION, RULINGS

TRAINING = (Path(__file__).parents[2] / "docs/training.md").read_text()


def logged(count: int) -> str:
    """What the router logs of requests of which it is ever surer, and of what happens beside."""
    output = io.StringIO()
    configure_logging("debug", "json", output)
    observer = StructlogObserver()
    routed = RULINGS["routed"]
    assert isinstance(routed, Ruling)
    for at in range(count):
        decision = evolve(DECISION, confidence=at / count)
        ruling = evolve(routed, verdict=Routed(decision), facts=RequestFacts(f"d{at}", "r"))
        observer.exchange_finished(DecisionRecord(Outcome.COMPLETED, ruling, 200))
    observer.answer_metered(DECISION, Usage(7, 3))
    observer.exchange_failed("internal")
    plain = evolve(routed, verdict=Routed(RoutingDecision("big", "gpu", DECISION.reason)))
    named = evolve(plain, facts=RequestFacts("named", "r"))
    for other in (named, *RULINGS.values()):
        observer.exchange_finished(DecisionRecord(Outcome.COMPLETED, other, 200))
    return output.getvalue()


def joined(directory: Path, log: str, labels: Mapping[str, str]) -> Path:
    """Adds labels to lines of a log as the page about it does."""
    (program,) = re.findall(r"```python\n(import csv, json\n.*?)```", TRAINING, re.DOTALL)
    (directory / "router.log").write_text(log)
    rows = "".join(f"{name},{label}\n" for name, label in labels.items())
    (directory / "labels.csv").write_text(f"decision_id,label\n{rows}")
    subprocess.run([sys.executable, "-c", program], cwd=directory, timeout=60, check=True)
    return directory / "labelled.jsonl"


def test_the_router_s_log_is_enough_once_some_of_it_has_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logged(3000)
    labels = {f"d{at}": "math" if at > 1200 else "law" for at in range(0, 3000, 2)}
    path = joined(tmp_path, log, {**labels, "named": "law"})
    assert calibrate(path, risk=0.05, as_json=True) == Exit.OK
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    lines = len(log.splitlines())
    assert document["prompts"] == 1500
    assert document["passed_over"] == {"unlabelled": lines - 1501, "unclassified": 1}
    assert 0.35 < document["min_confidence"] < 0.5
    assert shown.err.splitlines() == [
        f"{lines - 1501:,} of {lines:,} lines have no label and are passed over",
        f"1 of {lines:,} lines has a label, but no category with a confidence, and is passed over",
    ]


def test_a_log_without_any_label_is_an_error_that_says_how_to_add_one(tmp_path: Path) -> None:
    log = logged(3)
    (tmp_path / "router.log").write_text(log)
    with pytest.raises(UsageError) as caught:
        calibrate(tmp_path / "router.log")
    assert f"none of its lines ({len(log.splitlines())}) has a label" in str(caught.value)
    assert '{"label": "law"}' in str(caught.value)
    assert "decision_id" in str(caught.value)
    assert "### On what was asked" in TRAINING
    for labels in ({}, {"d0": ""}):
        with pytest.raises(UsageError, match="none of its lines"):
            calibrate(joined(tmp_path, log, labels))
    with pytest.raises(UsageError, match="no line with a label has a category with a confidence"):
        calibrate(joined(tmp_path, log, {"named": "law"}))


SURE = {"category": "law", "confidence": 0.9}


@pytest.mark.parametrize(
    "row",
    [
        SURE,
        SURE | {"label": None},
        SURE | {"label": ""},
        SURE | {"text": "may I sue"},
        {"decision_id": "d1"},
        {"event": "draining", "level": "info"},
    ],
)
def test_lines_of_a_log_need_no_label(tmp_path: Path, row: dict[str, Any]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(SURE | {"label": "law"}) + "\n" + json.dumps(row) + "\n")
    labelled = read_labelled_prompts(path)
    assert [(each.key, each.is_right) for each in labelled.judged] == [("1", True)]
    assert labelled.lines == 2
    assert labelled.passed == {Passed.UNLABELLED: 1}
    assert list(labelled.told()) == ["1 of 2 lines has no label and is passed over"]


TEXT = {"text": "may I sue", "label": "law"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "may I sue"}, "line 3: label must be a string"),
        ({"text": "may I sue", "label": " "}, "line 3: label must not be empty"),
        ({"text": " ", "label": "law"}, "line 3: text must not be empty"),
        ({"label": "law"}, "line 3: text must be a string"),
        ({"decision_id": "d1", "label": "law"}, "line 3: category must be a string"),
        ({"event": "x", "confidence": 2, "category": "a", "label": "a"}, "line 3: confidence must"),
        (SURE | {"label": 3}, "line 3: label must be a string"),
        (SURE | {"label": "law"}, "either all rows have a confidence, or none"),
    ],
)
def test_rows_that_somebody_wrote_must_be_right(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(TEXT)}\n\n{json.dumps(row)}\n")
    with pytest.raises(UsageError, match=message):
        read_labelled_prompts(path)


def test_a_broken_line_of_a_log_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(logged(1) + '{"event": "exch\n')
    with pytest.raises(UsageError, match="not JSON"):
        read_labelled_prompts(path)


def test_labels_may_be_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('\ufefflabel, text\n law ,"may I sue, and how"\nlaw,may I sue\nart,may I\n')
    labelled = read_labelled_prompts(path)
    assert [(each.text, each.label) for each in labelled.prompts] == [
        ("may I sue, and how", "law"),
        ("may I sue", "law"),
        ("may I", "art"),
    ]
    assert not list(labelled.told())
    path.write_text("text,label\nmay I sue,law\nmay I,\n")
    with pytest.raises(UsageError, match="row 2: label must not be empty"):
        read_labelled_prompts(path)
    path.write_text("category,confidence,label\n")
    with pytest.raises(UsageError, match="must name the columns text and label"):
        read_labelled_prompts(path)


def test_a_file_with_nothing_in_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n\n")
    with pytest.raises(UsageError, match="there are no prompts in it"):
        read_labelled_prompts(tmp_path / "rows.jsonl")
