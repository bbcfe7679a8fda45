"""From a manifest to the texts that heads learn from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

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


def test_what_teaches_only_the_fast_tier_is_kept_apart(tmp_path: Path) -> None:
    terms = [{"text": "subpoena", "label": "law"}, {"text": "who may sue", "label": "law"}]
    read = lessons(
        tmp_path,
        taught(tmp_path / "terms.jsonl", "fast", terms, phrased=2),
        taught(tmp_path / "prompts.jsonl", "categories", PROMPTS),
    )
    found = read.categories()
    assert {"Who may sue?", "Why is 2 prime?"} <= {each.text for each in found.texts}
    assert not any("subpoena" in each.text for each in found.texts)
    assert [each.origin for each in found.for_fast] == ["subpoena", "subpoena"]
    assert [each.name for each in found.definitions] == ["law", "math"]
    assert [(each.name, each.rows) for each in read.origins] == [
        ("prompts.jsonl", 2),
        ("terms.jsonl", 1),
    ]


def test_the_fast_tier_learns_no_category_that_the_head_does_not(tmp_path: Path) -> None:
    read = lessons(
        tmp_path,
        taught(tmp_path / "prompts.jsonl", "categories", PROMPTS),
        taught(tmp_path / "terms.jsonl", "fast", [{"text": "a moat", "label": "castles"}]),
    )
    with pytest.raises(MaterialError, match="nothing teaches categories what 'castles' is"):
        read.categories()
