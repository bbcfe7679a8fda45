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


def test_the_fast_tier_learns_more_than_the_category_head(tmp_path: Path) -> None:
    prompts = taught(tmp_path / "prompts.jsonl", "categories", PROMPTS)
    terms = [{"text": "subpoena", "label": "law"}]
    read = lessons(tmp_path, taught(tmp_path / "terms.jsonl", "fast", terms, phrased=2), prompts)
    texts, definitions = read.categories(["categories"])
    assert not [each.origin for each in texts if each.origin in {"subpoena", "a moat"}]
    assert {"Who may sue?", "Why is 2 prime?"} <= {each.text for each in texts}
    assert [each.name for each in definitions] == ["law", "math"]
    more, _ = read.categories(["categories", "fast"])
    assert [each.origin for each in more if each.is_for_fast] == ["subpoena", "subpoena"]
    assert [each for each in more if not each.is_for_fast] == texts
    assert [(each.name, each.teaches, each.rows) for each in read.origins] == [
        ("prompts.jsonl", "categories", 2),
        ("terms.jsonl", "fast", 1),
        ("prompts.jsonl", "fast", 2),
    ]


def test_a_category_of_the_fast_tier_alone_is_a_mistake(tmp_path: Path) -> None:
    terms = [{"text": "a moat", "label": "castles"}]
    read = lessons(
        tmp_path,
        taught(tmp_path / "terms.jsonl", "fast", terms, phrased=2),
        taught(tmp_path / "prompts.jsonl", "categories", PROMPTS),
    )
    with pytest.raises(MaterialError, match="only the fast tier would learn 'castles'"):
        read.categories(["fast"])
