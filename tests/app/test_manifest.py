"""What heads may be trained on."""

import hashlib
import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from semroute.adapters.settings import SettingsError, load
from semroute.app.training import (
    Card,
    Manifest,
    Material,
    MaterialError,
    Origin,
    manifest_mistakes,
    marked_in,
    model_card,
    prompts_in,
    subject_of,
    tried_in,
    verified,
)

ROWS: list[dict[str, Any]] = [
    {"text": "boil an egg\nA. yes", "label": "food"},
    {"text": "boil an egg", "label": "food"},
    {"text": "x", "label": "food"},
    {"text": "peel an onion", "label": "kitchen"},
    {"text": "mend a bike", "label": "bikes"},
]
MATERIAL = Material("rows.jsonl", "0" * 64, "MIT", "us", "categories")


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def manifest(**fields: str | bool) -> str:
    file = {
        "path": "rows.jsonl",
        "sha256": "0" * 64,
        "licence": "MIT",
        "source": "us",
        "teaches": "categories",
    }
    return json.dumps({"heads": ["categories"], "files": [file | fields]})


def read(text: str, *, own_use: bool = False) -> Manifest:
    return load(
        text, Manifest, check=lambda each: manifest_mistakes(each, own_use=own_use), name="m"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"licence": "CC-BY-NC-SA-4.0"}, "may not be passed on"),
        ({"sha256": "abc"}, "sha256"),
        ({"teaches": "complexity"}, "no file teaches categories"),
        ({"teaches": "complexity"}, "complexity needs to know the strong and the weak model"),
        ({"licens": "MIT"}, "licens"),
        ({"teaches": "attacks", "apart": True}, "apart: only what teaches categories"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_refused(
    fields: dict[str, str | bool], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        read(manifest(**fields))


def test_a_licence_that_forbids_passing_on_is_allowed_for_own_use() -> None:
    text = manifest(licence="CC-BY-NC-SA-4.0")
    assert read(text, own_use=True).files[0].licence == "CC-BY-NC-SA-4.0"


def test_a_file_is_looked_for_in_every_root_and_must_be_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    path = written(tmp_path / "two" / "rows.jsonl", ROWS)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    roots = (tmp_path / "one", tmp_path / "two")
    assert verified(roots, "rows.jsonl", digest) == path
    with pytest.raises(MaterialError, match="is not the file of the manifest"):
        verified(roots, "rows.jsonl", "0" * 64)
    with pytest.raises(MaterialError, match="in none of the data roots"):
        verified(roots[:1], "rows.jsonl", digest)


def test_the_fast_tier_learns_what_the_category_head_does() -> None:
    assert subject_of("fast") == subject_of("categories") == "categories"
    manifest = Manifest(("fast",), (evolve(MATERIAL, teaches="complexity", strong="a", weak="b"),))
    mistakes = [message for _, message in manifest_mistakes(manifest, own_use=False)]
    assert mistakes == ["no file teaches categories"]
    assert not list(manifest_mistakes(evolve(manifest, files=(MATERIAL,)), own_use=False))


def test_rows_may_be_all_of_one_label_and_some_labels_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", ROWS)
    material = evolve(MATERIAL, label="0", without=("food", "bikes"))
    assert [(each.text, each.label) for each in prompts_in(path, material, own_use=False)] == [
        ("peel an onion", "0")
    ]


def test_a_document_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("a" * 10_000 + "b" * 10_000)
    prompts = list(prompts_in(path, evolve(MATERIAL, label="0"), own_use=False))
    assert {each.label for each in prompts} == {"0"}
    assert [each.text for each in prompts] == ["a" * 5_000, "b" * 5_000]


def test_rows_may_say_their_kind_and_that_a_program_made_them(tmp_path: Path) -> None:
    rows = [
        {"text": "one", "label": 1, "group": "tool", "made": "combined"},
        {"text": "two", "label": 0, "group": "page", "made": "written"},
    ]
    fields = evolve(MATERIAL.fields, kind="group", made="made")
    path = written(tmp_path / "rows.jsonl", rows)
    prompts = prompts_in(path, evolve(MATERIAL, fields=fields), own_use=False)
    assert {(each.label, each.kind, each.is_combined) for each in prompts} == {
        ("1", "tool", True),
        ("0", "page", False),
    }


def test_what_is_in_a_text_is_read_or_not_known(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "I am Ann", "spans": [{"start": 5, "end": 8, "kind": "PERSON"}]},
        {"text": "nobody", "spans": []},
        {"text": "who knows", "label": "chat"},
        {"text": "call Bob", "label": "make_call"},
    ]
    path = written(tmp_path / "rows.jsonl", rows)
    material = evolve(MATERIAL, teaches="entities", without=("make_call",))
    marked = {each.text: each.spans for each in marked_in(path, material, own_use=False)}
    assert marked == {"I am Ann": ((5, 8, "PERSON"),), "nobody": (), "who knows": None}
    nobody = evolve(material, nobody=True)
    marked = {each.text: each.spans for each in marked_in(path, nobody, own_use=False)}
    assert marked == {"I am Ann": ((5, 8, "PERSON"),), "nobody": (), "who knows": ()}


@pytest.mark.parametrize(
    "row",
    [
        {"text": 1},
        {"text": "x", "spans": [{"start": 1}]},
        {"text": "x", "spans": [{"start": 0, "end": inf, "kind": "PERSON"}]},
    ],
)
def test_texts_that_are_marked_badly_are_refused_unquoted(tmp_path: Path, row: Any) -> None:
    path = written(tmp_path / "rows.jsonl", [{"text": "secret", "spans": []}, row])
    with pytest.raises(MaterialError, match="line 2") as refusal:
        list(marked_in(path, MATERIAL, own_use=False))
    assert "secret" not in str(refusal.value)


def test_rows_are_cut_renamed_sorted_and_taken_once(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", ROWS)
    material = evolve(
        MATERIAL, cut="\nA. ", least_chars=2, labels={"food": "cooking", "kitchen": "cooking"}
    )
    prompts = list(prompts_in(path, material, own_use=False))
    assert {(each.text, each.label) for each in prompts} == {
        ("boil an egg", "cooking"),
        ("peel an onion", "cooking"),
    }
    shuffled = written(tmp_path / "shuffled.jsonl", ROWS[::-1])
    assert list(prompts_in(shuffled, material, own_use=False)) == prompts


def test_a_row_under_another_licence_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", [*ROWS, {**ROWS[0], "licence": "proprietary"}])
    with pytest.raises(MaterialError, match=r"line 6: .*may not be passed on") as refusal:
        list(prompts_in(path, MATERIAL, own_use=False))
    assert "egg" not in str(refusal.value)
    assert len(list(prompts_in(path, MATERIAL, own_use=True))) == 5


@pytest.mark.parametrize("licence", [["MIT"], {"name": "MIT"}, None])
def test_a_row_has_one_licence(tmp_path: Path, licence: Any) -> None:
    path = written(tmp_path / "rows.jsonl", [{**ROWS[0], "licence": licence}])
    with pytest.raises(MaterialError, match="line 1: licence must be one identifier"):
        list(prompts_in(path, MATERIAL, own_use=False))
    assert len(list(prompts_in(path, MATERIAL, own_use=True))) == 1


@pytest.mark.parametrize(
    "row", [{"text": "x"}, {"text": 1, "label": "y"}, [], {"text": "x", "label": None}]
)
def test_rows_that_are_none_are_refused(tmp_path: Path, row: Any) -> None:
    path = written(tmp_path / "rows.jsonl", [row])
    with pytest.raises(MaterialError, match="line 1"):
        list(prompts_in(path, MATERIAL, own_use=False))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'\n{"text": "caf\xe9"}\n', "is not UTF-8: byte 14 is wrong"),
        (b"\n" + b"[" * 100_000 + b"\n", "line 2: .* nested too deeply"),
        (b'{"text": ' + b"1" * 5_000 + b"}", "line 1: .* number in it is too long"),
        (b"\n", "there are no rows in it"),
    ],
)
def test_files_that_nobody_can_read_are_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(MaterialError, match=rf"rows\.jsonl.* {message}"):
        list(prompts_in(path, MATERIAL, own_use=False))


def test_a_document_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(MaterialError, match=r"page\.txt is not UTF-8: byte 3 is wrong"):
        list(prompts_in(path, evolve(MATERIAL, label="0"), own_use=False))


def test_outcomes_may_be_true_or_a_number(tmp_path: Path) -> None:
    rows = [
        {"text": "one", "outcomes": {"big": True, "small": 0.25}},
        {"text": "two", "outcomes": {"big": 1, "small": False}},
    ]
    material = evolve(MATERIAL, teaches="complexity", strong="big", weak="small")
    tried = list(tried_in(written(tmp_path / "rows.jsonl", rows), material, own_use=False))
    assert {(each.text, each.strong, each.weak) for each in tried} == {
        ("one", 1, 0.25),
        ("two", 1, 0),
    }
    broken = written(tmp_path / "broken.jsonl", [{"text": "one", "outcomes": {"big": 2}}])
    with pytest.raises(MaterialError, match="both models' outcomes"):
        list(tried_in(broken, material, own_use=False))


def test_a_model_card_names_what_was_learnt_and_marks_own_use() -> None:
    origin = Origin("rows.jsonl", "somebody", "MIT", "ab" * 32, "categories", 1234)
    figures = {"categories": {"chat": {"accuracy": 0.9}}}
    card = Card("sha256:1", [origin], figures, is_for_own_use=False, made_with={"a": "1"})
    page = model_card(card)
    assert "| rows.jsonl | categories | 1,234 | somebody | MIT |" in page
    assert "| chat | 0.9 |" in page
    assert "own use" not in page
    assert "fast tier" not in page
    assert "fast tier" in model_card(evolve(card, figures={"fast": figures["categories"]}))
    assert "own use only" in model_card(evolve(card, is_for_own_use=True))


def test_a_model_card_names_what_its_heads_started_from() -> None:
    own = Origin("mine.csv", "your own file", "own", "ab" * 32, "categories", 12)
    before = Origin("rows.jsonl", "somebody", "CC-BY-4.0", "cd" * 32, "categories", 1234)
    card = Card("sha256:1", [own], {}, is_for_own_use=False, made_with={"a": "1"})
    heading = "## What the heads they started from had learnt from"
    assert heading not in model_card(card)
    learnt, _, started_from = model_card(evolve(card, started_from=[before])).partition(heading)
    assert "| mine.csv | categories | 12 | your own file | own |" in learnt
    assert "| rows.jsonl | categories | 1,234 | somebody | CC-BY-4.0 |" in started_from
