"""Texts with labels, in files as people have them."""

import csv
from pathlib import Path

import pytest

from semroute.app.cli.exits import UsageError
from semroute.app.cli.labelled import read_labelled

TABLE = "text,label\nboil an egg,cooking\nmend a bike,bikes\n"
LINES = '{"text": "boil an egg", "label": "cooking"}\n{"text": "mend a bike", "label": "bikes"}\n'
READ = [("boil an egg", "cooking"), ("mend a bike", "bikes")]


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
        ("rows.jsonl", LINES),
        ("rows.jsonl", "\ufeff" + LINES),
        ("rows.jsonl", "\n" + LINES.replace("\n", "\n\n")),
    ],
)
def test_files_are_read_as_people_have_them(tmp_path: Path, name: str, content: str) -> None:
    assert read_labelled(written(tmp_path / name, content)) == READ


def test_a_field_of_a_table_may_be_long(tmp_path: Path) -> None:
    bound, text = csv.field_size_limit(), "egg " * 50_000
    path = written(tmp_path / "rows.csv", f'text,label\n"{text}",cooking\n')
    assert read_labelled(path) == [(text, "cooking")]
    assert csv.field_size_limit() == bound


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.csv", "a,b\n", "its first line must name the columns text and label"),
        ("rows.csv", "text,label\n", "there are no texts in it"),
        ("rows.csv", TABLE + "peel,\n", "row 3 needs a text and a label"),
        ("rows.jsonl", "\n" + LINES + '\n{"text": "peel"}', "line 5: label must be"),
    ],
)
def test_rows_that_cannot_be_used_are_told(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(UsageError, match=rf"rows\.\w+: {message}"):
        read_labelled(written(tmp_path / name, content))
