"""Texts with labels, in files as people have them."""

import csv
from pathlib import Path

import pytest

from semroute.app.cli.exits import UsageError
from semroute.app.cli.labelled import attack_of, category_of, read_labelled
from semroute.app.cli.rows import Mistake

TABLE = "text,label\nboil an egg,cooking\nmend a bike,bikes\n"
LINES = '{"text": "boil an egg", "label": "cooking"}\n{"text": "mend a bike", "label": "bikes"}\n'
READ = [("boil an egg", "cooking"), ("mend a bike", "bikes")]
TORN = "texts with more than one label: 1; the first is in {} {} and {}, as 'cooking' and 'food'"


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", TABLE),
        ("rows.csv", "\ufeff" + TABLE),
        ("rows.CSV", TABLE.replace("\n", "\r\n")),
        ("rows.csv", TABLE.replace("\n", "\n\n")),
        ("rows.csv", TABLE.replace("text,label", "text , label")),
        ("rows.csv", 'label, text\n cooking ,"boil an egg"\nbikes, "mend a bike"\n'),
        ("rows.jsonl", LINES),
        ("rows.jsonl", "\ufeff" + LINES),
        ("rows.jsonl", "\n" + LINES.replace("\n", "\n\n")),
    ],
)
def test_files_are_read_as_people_have_them(tmp_path: Path, name: str, content: str) -> None:
    assert read_labelled(written(tmp_path / name, content), category_of) == READ


def test_a_field_of_a_table_may_be_long(tmp_path: Path) -> None:
    bound, text = csv.field_size_limit(), "egg " * 50_000
    path = written(tmp_path / "rows.csv", f'text,label\n"{text}",cooking\n')
    assert read_labelled(path, category_of) == [(text, "cooking")]
    assert csv.field_size_limit() == bound


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.csv", "a,b\n", "its first line must name the columns text and label"),
        ("rows.csv", "text,label\n", "there are no texts in it"),
        ("rows.csv", TABLE + "peel,\n", "row 3: label must be the name of a category"),
        ("rows.csv", TABLE + ",bikes\n", "row 3: text must not be empty"),
        ("rows.csv", TABLE + "peel, boil,cooking\n", "row 3: it has more cells than columns"),
        ("rows.csv", TABLE + "send it back,Refunds & returns!\n", "row 3: no category .*; 'Refund"),
        ("rows.jsonl", "\n" + LINES + '\n{"text": "peel"}', "line 5: label must be the name"),
        ("rows.jsonl", LINES + '{"text": "peel", "label": 1}', "line 3: label must be the name"),
        ("rows.csv", TABLE + " boil an egg,food\n" + TABLE[11:], TORN.format("rows", 1, 3)),
        ("rows.jsonl", "\n" + LINES + LINES.replace("cooking", "food"), TORN.format("lines", 2, 4)),
    ],
)
def test_rows_that_cannot_be_used_are_told(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(UsageError, match=rf"rows\.\w+: {message}"):
        read_labelled(written(tmp_path / name, content), category_of)


def test_labels_of_categories_are_names_that_the_configuration_takes() -> None:
    assert category_of(" computer science ") == "computer science"
    assert category_of("Refunds & returns!") == Mistake(
        "no category can have the name 'Refunds & returns!'; 'Refunds returns' could be one"
    )
    told = category_of("what? " * 1_000)
    assert isinstance(told, Mistake)
    assert len(told.what) < 300


def test_labels_of_attacks_are_one_and_nought() -> None:
    assert [attack_of(each) for each in (1, True, "1", " 1 ")] == ["1"] * 4
    assert [attack_of(each) for each in (0, False, "0")] == ["0"] * 3
    mistake = Mistake("label must be 1 for an attack or 0 for none")
    others: list[object] = [2, None, "", "yes", 1.5, []]
    assert [attack_of(each) for each in others] == [mistake] * len(others)
