"""`semroute eval cache`, as people run it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from .run import semroute

PAIRS: Sequence[Mapping[str, Any]] = [
    {"a": "How do I descale a kettle?", "b": "Best way to descale a kettle", "same": True},
    {"a": "What colour is a flamingo?", "b": "what color are flamingos", "same": True, "kind": "x"},
    {"a": "Why do cats purr?", "b": "What makes a cat purr?", "same": True, "source": "cats"},
    {"a": "Trains from Leeds to York", "b": "Trains from York to Leeds", "same": False},
    {"a": "Boil eggs for 3 minutes", "b": "Boil eggs for 4 minutes", "same": False},
    {"a": "Is a quince a fruit?", "b": "How do I sue a landlord?", "same": False, "relation": "y"},
    # What a careless reader would say of the same question.
    {"a": "How tall is Ben Nevis?", "b": "how tall is ben nevis", "same": False, "source": "noise"},
]  # fmt: skip


def written(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_hits_and_false_hits_are_measured(tmp_path: Path) -> None:
    written(tmp_path / "rows.jsonl", PAIRS)
    result = semroute(
        tmp_path,
        *("eval", "cache", "--data", "rows.jsonl", "--json", "--report", "out.md"),
        *("--threshold", "0.8"),
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["pairs"] == 7
    assert document["threshold"] == 0.8
    assert document["hit_rate"] == pytest.approx(2 / 3)
    assert document["false_hit_rate"] == pytest.approx(1 / 4)
    assert document["false_share_of_hits"] == pytest.approx(1 / 3)
    low, high = document["details"]["hit_rate"]["interval"]
    assert 0 < low < 2 / 3 < high < 1
    assert [each["threshold"] for each in document["curve"]] == [
        percent / 100 for percent in range(70, 100)
    ]
    # Without the comparison, order and numbers would be missed.
    first = document["curve"][0]
    assert first["cosine_alone"]["false_hit_rate"]["hits"] == 3
    assert first["false_hit_rate"]["hits"] == 1
    assert document["vetoes"]["order"] == {"right": 1, "wrong": 0}
    assert document["vetoes"]["numbers"] == {"right": 1, "wrong": 0}
    assert set(document["groups"]) == {"data", "data: x", "data: y", "cats", "noise"}
    assert document["groups"]["noise"]["false_hit_rate"]["share"] == 1
    assert document["milliseconds"]["count"] == 7
    report = (tmp_path / "out.md").read_text()
    assert "Made by `semroute eval cache --data rows.jsonl --threshold 0.8`." in report
    assert "### Every threshold" in report
    assert "kettle" not in report + result.stdout


def test_figures_are_printed_without_the_questions(tmp_path: Path) -> None:
    written(tmp_path / "rows.jsonl", PAIRS[:1])
    result = semroute(tmp_path, "eval", "cache", "--data", "rows.jsonl")
    assert result.returncode == 0, result.stderr
    assert "1 pairs of questions" in result.stdout
    assert "rightly" in result.stdout
    assert "kettle" not in result.stdout


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "rows.jsonl: line 2: not JSON"),
        ("[]", "rows.jsonl: line 2: it must be an object"),
        ('{"b": "x", "same": true}', "line 2: a must be a string"),
        ('{"a": "x", "b": 3, "same": true}', "line 2: b must be a string"),
        (r'{"a": "x", "b": "\ud800", "same": true}', "line 2: b has half of a surrogate pair"),
        ('{"a": "x", "b": "y"}', "line 2: same must be true or false"),
        ('{"a": "x", "b": "y", "same": 1}', "line 2: same must be true or false"),
        ('{"a": "x", "b": "y", "same": true, "source": 1}', "line 2: source must be a string"),
        ('{"a": "x", "b": "y", "same": true, "relation": 1}', "line 2: kind and relation must be"),
    ],
)
def test_rows_that_cannot_be_used_are_explained(tmp_path: Path, line: str, message: str) -> None:
    good = json.dumps({"a": "a secret of mine", "b": "x", "same": True})
    (tmp_path / "rows.jsonl").write_text(f"{good}\n{line}\n")
    result = semroute(tmp_path, "eval", "cache", "--data", "rows.jsonl")
    assert result.returncode == 2
    assert message in result.stderr
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "empty.jsonl"], "empty.jsonl: there are no pairs in it"),
        (["--data", "nowhere.jsonl"], "nowhere.jsonl: No such file"),
        (["--data", "empty.jsonl", "--report", "a/b.md"], "there is no directory a"),
        (["--data", "empty.jsonl", "--threshold", "1.5"], "threshold"),
        ([], "data"),
    ],
)
def test_mistakes_are_told_before_anything_is_measured(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "empty.jsonl").touch()
    result = semroute(tmp_path, "eval", "cache", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
