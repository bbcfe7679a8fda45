"""`semroute eval tools`, as people run it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from semroute.app.cli.evaluate_tools import tools
from semroute.app.cli.exits import UsageError
from tests.adapters.torch.tiny import SERVES, TinyCheckpoints

from .run import semroute


def tool(name: str, description: str, *parameters: str) -> dict[str, Any]:
    properties = {each: {"type": "string"} for each in parameters}
    schema = {"type": "object", "properties": properties}
    return {"name": name, "description": description, "parameters": schema}


FORECAST = tool("weather_forecast", "Tells rain and temperature for the coming days.", "city")
PIZZA = tool("order_pizza", "Has a pizza delivered.", "size")
SONG = tool("play_song", "Starts a song.", "title")
MAIL = tool("send_mail", "Sends a letter to somebody.", "recipient")

QUESTIONS: Sequence[Mapping[str, Any]] = [
    {"query": "Rain in Oslo?", "tools": [PIZZA, FORECAST], "gold": ["weather_forecast"]},
    {
        "query": "Play the song Jolene and order a pizza",
        "tools": [MAIL, SONG, PIZZA],
        "gold": ["play_song", "order_pizza"],
    },
    {"query": "Who painted the kettle?", "tools": [MAIL], "gold": []},
]


def written(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.model
def test_recall_is_measured_beside_simpler_ways(tmp_path: Path) -> None:
    written(tmp_path / "rows.jsonl", QUESTIONS)
    result = semroute(
        tmp_path,
        *("eval", "tools", "--data", "rows.jsonl", "--json", "--report", "out.md"),
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["recall_at_1"] == pytest.approx((1 + 1 / 2) / 2)
    assert document["recall_at_3"] == document["recall_at_5"] == 1
    assert (document["questions"], document["without_gold"], document["tools"]) == (2, 1, 4)
    assert list(document["settings"]) == ["its own tools", "50 tools", "200 tools"]
    for setting in document["settings"].values():
        assert list(setting["ways"]) == ["meaning and words", "vectors alone", "words alone"]
        assert setting["milliseconds"]["count"] == 2
    assert list(document["by_offered"]) == ["2 tools", "3 tools"]
    three = document["by_offered"]["3 tools"]["meaning and words"]
    assert three["recall_at_1"] == {"mean": 0.5, "interval": [0.5, 0.5]}
    report = (tmp_path / "out.md").read_text()
    assert "Made by `semroute eval tools --data rows.jsonl`." in report
    assert "### By how many tools a question comes with" in report
    assert "kettle" not in report + result.stdout
    assert "Jolene" not in report + result.stdout


@pytest.mark.model
def test_what_a_reranker_makes_of_it_is_judged(
    tmp_path: Path, checkpoints: TinyCheckpoints
) -> None:
    text = SERVES[0][0]
    offered = [tool(*each.split(": ")) for _, each, _ in SERVES]
    rows = [{"query": text, "tools": offered, "gold": [offered[0]["name"]]}]
    written(tmp_path / "rows.jsonl", rows)
    reranker = {"directory": str(checkpoints.tools()), "task": "tools"}
    settings = {
        "endpoints": {"gpu": {"address": "127.0.0.1:9"}},
        "models": {"big": {"endpoints": {"gpu": 1}}},
        "categories": {"law": {"candidates": {"big": 1}}},
        "routing": {"default_model": "big"},
        "signals": {"weather": {"keywords": {"any": ["weather"]}}},
        "decisions": {"weather": {"when": "weather", "tools": {"keep": 1}}},
        "classifier": {"checkpoints": [reranker]},
    }
    (tmp_path / "semroute.yaml").write_text(json.dumps(settings))
    result = semroute(
        tmp_path,
        *("eval", "tools", "--data", "rows.jsonl", "-c", "semroute.yaml", "--json"),
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    ways = document["settings"]["its own tools"]["ways"]
    assert list(ways) == ["reranked", "meaning and words", "vectors alone", "words alone"]
    assert ways["reranked"]["recall_at_1"]["mean"] == document["recall_at_1"] == 1
    assert ways["meaning and words"]["recall_at_1"]["mean"] == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"query": 7}, "line 2: query must be a string"),
        ({"query": "x", "tools": []}, "line 2: gold must be a list of names"),
        ({"query": "x", "tools": {}, "gold": []}, "line 2: tools must be a list"),
        ({"query": "x", "tools": [7], "gold": []}, "line 2: tool 1: it must have a name"),
        ({"query": "x", "tools": [{"name": ""}], "gold": []}, "tool 1: it must have a name"),
        (
            {"query": "x", "tools": [{"name": "a", "description": 1}], "gold": []},
            "line 2: tool 1: its description must be a string",
        ),
        (
            {"query": "x", "tools": [{"name": "a"}, {"name": "a"}], "gold": []},
            "line 2: tool 2: its name is there twice",
        ),
        ({"query": "x", "tools": [], "gold": ["a"]}, "a tool in gold is not among the tools"),
    ],
)
def test_rows_that_cannot_be_used_are_explained(
    tmp_path: Path, line: Mapping[str, Any], message: str
) -> None:
    secret = {"query": "a secret of mine", "tools": [], "gold": []}
    written(tmp_path / "rows.jsonl", [secret, line])
    with pytest.raises(UsageError) as caught:
        tools(data=tmp_path / "rows.jsonl")
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)
