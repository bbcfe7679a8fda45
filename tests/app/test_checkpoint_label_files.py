"""What labels of checkpoints mean, in a file of its own."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from semroute.adapters.settings import SettingsError, json_schema, load
from semroute.app.cli.check import check
from semroute.app.cli.unusable import unusable_in
from semroute.app.mistakes import mistakes_in
from semroute.app.settings import Settings

from .test_checkpoint_settings import checkpoint, with_checkpoints
from .test_config import LIBRARY, document

PLACE = "classifier.checkpoints[0].labels"


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to where a command runs, as those of directories are."""
    monkeypatch.chdir(tmp_path)


def found(*checkpoints: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump(document(**with_checkpoints(*checkpoints)))
    try:
        load(text, Settings, check=lambda each: (*mistakes_in(each, LIBRARY), *unusable_in(each)))
    except SettingsError as error:
        return [f"{each.place}: {each.message}" for each in error.problems]
    return []


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("category", "LABEL_0: math\n"),
        ("attacks", "SAFE: benign\nINJECTION: Attack\n"),
        ("attacks", '{"0": "benign", "1": "attack"}'),
        ("entities", "PER: person\nLOC: address\n"),
        ("entities", '{"0": "O", "1": "B-person", "2": "I-PERSON", "3": "I-email"}'),
        ("entities", "0: O\n1: person\n"),
    ],
)
def test_a_file_says_what_a_mapping_does(tmp_path: Path, task: str, text: str) -> None:
    (tmp_path / "labels").write_text(text)
    assert found(checkpoint(task, labels="labels")) == []
    assert found(checkpoint(task, labels=yaml.safe_load(text))) == []


@pytest.mark.parametrize(
    ("task", "text", "mistakes"),
    [
        (
            "category",
            "A: maths\n",
            ["line 1: A: no category is called maths; did you mean 'math'?"],
        ),
        (
            "attacks",
            "A: benign\nB: atack\nC: xyz\n",
            [
                "line 2: B: no kind of attack is called atack; did you mean 'attack'?",
                "line 3: C: no kind of attack is called xyz",
            ],
        ),
        (
            "entities",
            '{"0": "O",\n "1": "B-persona",\n "2": "I-person"}',
            ["line 2: 1: no kind of personal data is called persona; did you mean 'person'?"],
        ),
        # Only who numbers outputs speaks of single tokens.
        ("entities", "X: B-person\n", ["line 1: X: no kind of personal data is called B-person"]),
        ("entities", "1: O\n", ["line 1: 1: no kind of personal data is called O"]),
        (
            "category",
            "A: math\na: math\n",
            ["line 2: a: it is there twice, as 'A' too: upper and lower case are one"],
        ),
        ("category", "A: math\nA: math\n", ["line 2: A: the key is there twice"]),
        ("category", "A: 1\nB: maths\n", ["line 1: A: expected str", "line 2: B: no category"]),
        ("category", "- math\n", ["(top): it must be a mapping"]),
        ("category", "", ["(top): it names no label"]),
    ],
)
def test_every_mistake_in_a_file_is_told(
    tmp_path: Path, task: str, text: str, mistakes: list[str]
) -> None:
    (tmp_path / "own.yaml").write_text(text)
    told = found(checkpoint(task, labels="own.yaml"))
    assert len(told) == len(mistakes)
    for each, expected in zip(told, mistakes, strict=True):
        assert each.startswith(f"{PLACE}: own.yaml: {expected}")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("models/own.yml", "models/own.yml: No such file or directory; did you mean 'own.yaml'?"),
        ("else/own.yaml", "else/own.yaml: No such file or directory"),
        ("models", "models: (top): it is no plain file"),
        ("models/own.yaml/x", "models/own.yaml/x: Not a directory"),
        ("", "expected str of length >= 1"),
        (["math"], "it must be a mapping, or the name of a file"),
        (7, "it must be a mapping, or the name of a file"),
    ],
)
def test_what_is_no_file_of_labels_is_told(tmp_path: Path, labels: object, message: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "own.yaml").write_text("A: math")
    assert found(checkpoint(labels=labels)) == [f"{PLACE}: {message}"]


def test_a_reranker_has_no_labels_in_a_file_either(tmp_path: Path) -> None:
    told = found(checkpoint("tools", labels="nowhere.yaml"))
    assert f"{PLACE}: a reranker has one output, and no labels" in told
    assert not any("nowhere" in each for each in told)


def test_check_tells_all_of_all_files_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text("X: maths\nY: lwa\n")
    (tmp_path / "b.json").write_text('{"0": "bening"}')
    two = with_checkpoints(
        checkpoint(labels="a.yaml"), checkpoint("attacks", labels="b.json", below=2)
    )
    (tmp_path / "semroute.yaml").write_text(yaml.safe_dump(document(**two)))
    assert check(config=Path("semroute.yaml"), as_json=True) == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [(each["path"], each["message"].partition(";")[0]) for each in problems] == [
        (PLACE, "a.yaml: line 1: X: no category is called maths"),
        (PLACE, "a.yaml: line 2: Y: no category is called lwa"),
        ("classifier.checkpoints[1].below", "expected float <= 1.0"),
        (
            "classifier.checkpoints[1].labels",
            "b.json: line 1: 0: no kind of attack is called bening",
        ),
    ]
    lines = (tmp_path / "semroute.yaml").read_text().splitlines()
    assert ["labels:" in lines[each["line"] - 1] for each in problems] == [True, True, False, True]


def test_editors_know_both_forms() -> None:
    schema = json_schema(Settings, "")
    for labels in ("models/labels.yaml", {"A": "math"}, {}):
        jsonschema.validate(document(**with_checkpoints(checkpoint(labels=labels))), schema)
    for wrong in ("", ["math"], {"A": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document(**with_checkpoints(checkpoint(labels=wrong))), schema)
