"""The prompts that category heads learn from, and those that they are measured on."""

import json
import re
from collections import Counter, defaultdict
from importlib import resources
from itertools import combinations, product
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from semroute.adapters.settings import load
from semroute.app.config import Library

DATA: Final = Path(__file__).parents[2] / "data"
TRAIN: Final = DATA / "chat" / "train.jsonl"
TERMS: Final = DATA / "chat" / "terms.jsonl"
USUAL: Final = DATA / "chat" / "usual.jsonl"
DEV: Final = DATA / "chat_dev.jsonl"

# Shorter texts share five words in a row by chance ("what is the difference between").
_COMPARED: Final = 8
_RUN: Final = 5
_SHARED: Final = 0.5

Words: TypeAlias = tuple[str, ...]


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def words(text: str) -> Words:
    return tuple(re.findall(r"\w+", text.casefold()))


def runs(text: Words) -> set[Words]:
    return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}


@pytest.fixture(scope="module")
def library() -> Library:
    defaults = resources.files("semroute.app") / "defaults"
    return load((defaults / "categories.yaml").read_text(), Library)


@pytest.fixture(scope="module")
def sets(library: Library) -> dict[str, list[Words]]:
    """Returns the words of every text that is learned from, compared with, or measured on."""
    found = {path.name: [words(row["text"]) for row in read(path)] for path in (TRAIN, USUAL)}
    for row in read(DEV):
        found.setdefault(f"{DEV.name}, part {row['part']}", []).append(words(row["text"]))
    examples = [each for category in library.categories.values() for each in category.examples]
    return found | {"categories.yaml": [words(example) for example in examples]}


@pytest.mark.parametrize("path", [TRAIN, USUAL, DEV], ids=lambda path: path.name)
def test_every_row_is_a_prompt_with_a_default_category_and_a_style(
    path: Path, library: Library
) -> None:
    for row in read(path):
        assert list(row) == ["text", "label", "style", "part"][: 4 if path == DEV else 3]
        assert row["text"] == row["text"].strip() != ""
        assert row["label"] in library.categories
        assert re.fullmatch(r"[a-z]+(_[a-z]+)?", row["style"])


def test_terms_are_short_of_a_default_category_and_no_prompts_that_are_measured_on(
    library: Library,
) -> None:
    terms = read(TERMS)
    measured = {words(row["text"]) for row in read(DEV)}
    assert {row["label"] for row in terms} == library.categories.keys()
    assert len({words(row["text"]) for row in terms}) > len(terms) - 5, "they differ"
    for row in terms:
        assert list(row) == ["text", "label"]
        assert 1 <= len(words(row["text"])) < _COMPARED
        assert words(row["text"]) not in measured


def test_there_is_enough_to_learn_every_category_from(library: Library) -> None:
    counts = Counter(row["label"] for row in read(TRAIN))
    assert counts.keys() == library.categories.keys()
    assert counts.pop("other") >= 100
    assert min(counts.values()) >= 50


def test_there_is_enough_to_measure_every_category_on(library: Library) -> None:
    """To tell a calibration error of 0.03 from chance takes some 1,200 prompts."""
    rows = read(DEV)
    counts = Counter(row["label"] for row in rows)
    assert counts.total() >= 1200
    assert counts.keys() == library.categories.keys()
    assert min(counts.values()) >= 100
    parts = Counter((row["part"], row["label"]) for row in rows)
    assert set(parts) == set(product((1, 2, 3, 4), library.categories))
    assert [row["part"] for row in rows] == sorted(row["part"] for row in rows)


def test_every_category_is_written_in_many_ways() -> None:
    styles: dict[str, set[str]] = defaultdict(set)
    lengths: dict[str, list[int]] = defaultdict(list)
    for row in read(TRAIN):
        styles[row["label"]].add(row["style"])
        lengths[row["label"]].append(len(words(row["text"])))
    for label, found in lengths.items():
        assert len(styles[label]) >= 12, label
        assert min(found) <= 4, label
        assert max(found) >= 70, label


def test_no_prompt_is_there_twice(sets: dict[str, list[Words]]) -> None:
    """Whether it differs in capitals, spaces or punctuation makes no difference."""
    for name, texts in sets.items():
        if name != "categories.yaml":  # its repetitions are its own test's business
            assert [text for text, times in Counter(texts).items() if times > 1] == [], name
    for one, other in combinations(sets, 2):
        assert set(sets[one]) & set(sets[other]) == set(), (one, other)


def test_no_prompt_to_measure_on_is_nearly_one_of_another_set(
    sets: dict[str, list[Words]],
) -> None:
    """Fewer than half of the runs of five words of the shorter one are in the other."""
    measured = {name for name in sets if name.startswith(DEV.name)}
    where: dict[Words, set[tuple[str, Words]]] = defaultdict(set)
    for name, texts in sets.items():
        for text in texts:
            for run in runs(text):
                where[run].add((name, text))
    shared = Counter(pair for found in where.values() for pair in combinations(sorted(found), 2))
    for ((first, one), (second, other)), count in shared.items():
        shorter = min(len(one), len(other))
        if first != second and not measured.isdisjoint((first, second)) and shorter >= _COMPARED:
            assert count < _SHARED * (shorter - _RUN + 1), (first, second, one, other)
