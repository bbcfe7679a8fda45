"""`semroute train --entities`, as people run it."""

import json
from pathlib import Path
from typing import Any

import yaml

from .run import semroute

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src/semroute/app/defaults/semroute.yaml"
# In such lines the shipped head takes places for addresses.
LINES: list[dict[str, Any]] = [
    {
        "text": f"{name} > {place} {number}, pallet {number * 7} ok",
        "spans": [{"kind": "PERSON", "start": 0, "end": len(name), "value": name}],
    }
    for name, place, number in (
        *(("dilnoza", "dock", 3), ("farrukh", "gate", 4), ("gulbahor", "ramp", 5)),
        *(("jamshid", "yard", 6), ("kamola", "dock", 7), ("mirzo", "gate", 8)),
    )
]
HOME = "send parvina to 5 Elm Street, Leeds"
ROWS = [
    *LINES,
    {
        "text": HOME,
        "spans": [
            {"kind": "PERSON", "start": 5, "end": 12},
            {"kind": "STREET_ADDRESS", "start": 16, "end": len(HOME)},
        ],
    },
    {"text": "stacker > gate 9, pallet 70 ok", "spans": []},
    {"text": "reach truck > dock 2, pallet 20 ok", "spans": []},
    {"text": "empty > yard 12, pallet 90 ok", "spans": []},
]


def written(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_people_of_ones_own_are_taught_in_one_command(tmp_path: Path) -> None:
    written(tmp_path / "mine.jsonl", ROWS)
    cells = (
        '{},"{}"\n'.format(f'"{row["text"]}"', json.dumps(row["spans"]).replace('"', '""'))
        for row in ROWS
    )
    (tmp_path / "mine.csv").write_text("text,spans\n" + "".join(cells))
    for name, place in (("mine.jsonl", "heads"), ("mine.csv", "again")):
        result = semroute(tmp_path, "train", "--entities", name, "--output", place)
        assert result.returncode == 0, result.stderr
    assert "entities on before: texts 10, person recall " in result.stdout
    assert "entities on own texts: texts 10, person recall " in result.stdout
    assert sorted(path.name for path in (tmp_path / "heads").iterdir()) == [
        *("MODEL_CARD.md", "entities.safetensors", "metrics.json")
    ]
    weights = [
        (tmp_path / each / "entities.safetensors").read_bytes() for each in ("heads", "again")
    ]
    assert weights[0] == weights[1]
    document = json.loads((tmp_path / "heads/metrics.json").read_text())
    before, own = (document["heads"]["entities"][kind] for kind in ("before", "own texts"))
    assert own["address_precision"] > before["address_precision"]
    assert own["flagged"] < before["flagged"]
    card = (tmp_path / "heads/MODEL_CARD.md").read_text()
    learnt, _, started = card.partition("## What the heads they started from had learnt from")
    assert "| mine.jsonl | entities | 10 | your own file | own |" in learnt
    assert "| pii/train.jsonl | entities | 969 | microsoft/presidio-research @" in started
    assert "| attacks |" not in started
    assert "on files of which it learnt nothing" not in card
    settings = yaml.safe_load(SHIPPED.read_text()) | {"classifier": {"heads": "heads"}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(settings))
    written(tmp_path / "new.jsonl", [{"text": "sweeper > gate 6, pallet 44 ok", "spans": []}])
    rates = []
    for options in ((), ("--config", "own.yaml")):
        result = semroute(tmp_path, "eval", "pii", "--data", "new.jsonl", "--json", *options)
        assert result.returncode == 0, result.stderr
        rates.append(json.loads(result.stdout)["benign_flag_rate"])
    assert rates == [1, 0]


def test_files_that_nothing_can_be_learnt_from_are_told_in_one_line(tmp_path: Path) -> None:
    written(tmp_path / "nobody.jsonl", [row | {"spans": []} for row in ROWS])
    firm = {"kind": "ORGANIZATION", "start": 0, "end": 4}
    written(tmp_path / "firms.jsonl", [row | {"spans": [firm]} for row in ROWS])
    written(tmp_path / "few.jsonl", [*LINES[:3], *ROWS[-2:]])
    written(tmp_path / "wrong.jsonl", [LINES[0], {"text": "x", "spans": [{**firm, "end": 9}]}])
    written(tmp_path / "attacks.jsonl", [{"text": "x", "label": 1}, {"text": "y", "label": 0}])
    for option, name, message in (
        ("--entities", "nobody.jsonl", ": no span is a PERSON or a STREET_ADDRESS, and nothing"),
        ("--entities", "firms.jsonl", ": no span is a PERSON or a STREET_ADDRESS, and nothing"),
        ("--entities", "few.jsonl", ": 3 texts have a person or an address; 4 are the fewest"),
        ("--entities", "wrong.jsonl", ": line 2: span 1: 0 to 9 is not a part of a text of 1"),
        ("--entities", "attacks.jsonl", ": line 1: spans must be a list; "),
        ("--categories", "few.jsonl", ": line 1: label must be the name of a category; texts with"),
        ("--attacks", "few.jsonl", ": line 1: label must be 1 for an attack or 0 for none; texts"),
    ):
        result = semroute(tmp_path, "train", option, name, "--output", "heads")
        assert result.returncode == 2
        assert f"{name}{message}" in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not list((tmp_path / "heads").iterdir())


def test_a_mistake_in_one_file_is_told_before_another_is_learnt(tmp_path: Path) -> None:
    rows = [{"text": text, "label": label} for text, label in (("x", 1), ("y", 0))]
    written(tmp_path / "attacks.jsonl", rows)
    written(tmp_path / "few.jsonl", LINES[:1])
    result = semroute(
        tmp_path,
        *("train", "--attacks", "attacks.jsonl", "--entities", "few.jsonl", "--output", "heads"),
    )
    assert result.returncode == 2
    assert "few.jsonl: 1 text has a person or an address; 4 are the fewest" in result.stderr
    assert not list((tmp_path / "heads").iterdir())


def test_a_manifest_is_given_alone(tmp_path: Path) -> None:
    written(tmp_path / "mine.jsonl", ROWS)
    for arguments in ((), ("m.yaml", "--entities", "mine.jsonl")):
        result = semroute(tmp_path, "train", *arguments, "--output", "heads")
        assert result.returncode == 2
        assert "one or more of --categories, --attacks and --entities" in result.stderr
