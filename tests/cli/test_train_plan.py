"""From a manifest to the texts that heads learn from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from attrs import evolve

from semroute.app.cli.configuration import read_library
from semroute.app.cli.train_plan import Lessons, Plan
from semroute.app.training import Manifest, Material, MaterialError, Subject

PROMPTS = ({"text": "Who may sue?", "label": "law"}, {"text": "Why is 2 prime?", "label": "math"})


def taught(
    path: Path, teaches: Subject, rows: Sequence[Mapping[str, str]], phrased: int = 0
) -> Material:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Material(path.name, digest, "MIT", "us", teaches, phrased=phrased)


def lessons(place: Path, *files: Material) -> Lessons:
    return Lessons(Plan(Manifest(("fast",), files), (place,), read_library(), own_use=False))


def test_prompts_are_made_of_terms_and_both_heads_learn_them(tmp_path: Path) -> None:
    read = lessons(
        tmp_path,
        taught(tmp_path / "prompts.jsonl", "categories", PROMPTS),
        taught(
            tmp_path / "terms.jsonl",
            "categories",
            [{"text": "subpoena", "label": "law"}, {"text": "a moat", "label": "castles"}],
            phrased=2,
        ),
    )
    texts, definitions = read.categories(["categories", "fast"])
    assert [each.origin for each in texts if each.origin in {"subpoena", "a moat"}] == [
        *("a moat", "a moat", "subpoena", "subpoena")
    ]
    assert {"Who may sue?", "Why is 2 prime?"} <= {each.text for each in texts}
    assert [each.name for each in definitions] == ["castles", "law", "math"]
    assert [(each.name, each.teaches, each.rows) for each in read.origins] == [
        ("prompts.jsonl", "categories", 2),
        ("prompts.jsonl", "fast", 2),
        ("terms.jsonl", "categories", 2),
        ("terms.jsonl", "fast", 2),
    ]


def test_some_texts_are_set_apart_if_their_categories_are_taught_by_others(tmp_path: Path) -> None:
    prompts = taught(tmp_path / "prompts.jsonl", "categories", PROMPTS)
    usual = taught(tmp_path / "usual.jsonl", "categories", [{"text": "is it?", "label": "law"}])
    usual = evolve(usual, apart=True)
    texts, definitions = lessons(tmp_path, usual, prompts).categories(["categories"])
    assert [each.text for each in texts if each.is_apart] == ["is it?"]
    assert [each.name for each in definitions] == ["law", "math"]
    strange = taught(tmp_path / "strange.jsonl", "categories", [{"text": "a", "label": "bikes"}])
    with pytest.raises(MaterialError, match="'bikes' is a label of texts that are set apart"):
        lessons(tmp_path, evolve(strange, apart=True), prompts).categories(["categories"])
    with pytest.raises(MaterialError, match="'letters' is a kind of texts that are set apart"):
        lessons(tmp_path, evolve(usual, kind="letters"), prompts).categories(["categories"])
