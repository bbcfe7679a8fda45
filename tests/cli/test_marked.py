"""Texts with marks, in files as people have them."""

import json
from pathlib import Path
from typing import Any

import pytest

from semroute.adapters.torch.training import EntityText
from semroute.app.cli.exits import UsageError
from semroute.app.cli.labelled import category_of, read_labelled
from semroute.app.cli.marked import read_marked

TEXT = "tell Ann Miller to go"
ANN = {"kind": "PERSON", "start": 5, "end": 15, "value": "Ann Miller"}
READ = [EntityText("no one", ()), EntityText(TEXT, ((5, 15, "PERSON"),))]
LINES = json.dumps({"text": TEXT, "spans": [ANN]}) + '\n{"text": "no one", "spans": []}\n'
TABLE = f'text,spans\n{TEXT},"[{{""kind"": ""PERSON"", ""start"": 5, ""end"": 15}}]"\nno one,\n'


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def line(text: str = TEXT, **changed: Any) -> str:
    return json.dumps({"text": text, "spans": [ANN | changed]})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.jsonl", LINES),
        ("rows.jsonl", "\ufeff\n" + LINES + LINES),
        ("rows.jsonl", LINES.replace("PERSON", "person")),
        ("rows.jsonl", LINES.replace("[]", '[], "template": 3')),
        ("rows.csv", TABLE),
        ("rows.CSV", "\ufeff" + TABLE.replace("text,spans", "text , spans")),
        ("rows.csv", TABLE.replace("no one,", "no one,[]")),
    ],
)
def test_files_are_read_as_people_have_them(tmp_path: Path, name: str, content: str) -> None:
    assert read_marked(written(tmp_path / name, content)) == READ


def test_kinds_are_what_teaches_the_head_calls_them(tmp_path: Path) -> None:
    kinds = ("address", "STREET_ADDRESS", "ORGANIZATION", "LOCATION", "DATE_TIME", "PHONE_NUMBER")
    content = "".join(f"{line(f'{at} {TEXT[2:]}', kind=kind)}\n" for at, kind in enumerate(kinds))
    read = read_marked(written(tmp_path / "rows.jsonl", content))
    known = [span[2] for each in read for span in each.spans or ()]
    assert known[:2] == ["STREET_ADDRESS", "STREET_ADDRESS"]
    assert known[2:] == ["ORGANIZATION", "GPE", "DATE_TIME", "PHONE_NUMBER"]


KNOWN = "people are PERSON, and addresses STREET_ADDRESS; others need no mark"
FORM = "it must have a kind, and a start and an end in characters"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (line(kind="PERSN"), "span 1: 'PERSN' is no kind that is known; did you mean 'PERSON'?"),
        (line(kind="adress"), "'adress' is no kind that is known; did you mean 'STREET_ADDRESS'?"),
        (line(kind="Zebra"), f"'Zebra' is no kind that is known; {KNOWN}"),
        (line(kind="x" * 9000), f"'{'x' * 40}...' is no kind that is known; {KNOWN}"),
        (line(end=99), "5 to 99 is not a part of a text of 21 characters; its value stands from 5"),
        (line(start=-3, value=None), "-3 to 15 is not a part of a text of 21 characters; places"),
        (line(start=15, value=None), "15 to 15 is not a part"),
        (
            line(start=6, end=16),
            "value is not what stands from 6 to 16; its value stands from 5 to",
        ),
        (line(value="Bob"), "value is not what stands from 5 to 15; nowhere in the text does its"),
        (line(value=7), "value is not what stands from 5 to 15; nowhere"),
        (line(value=""), "value is not what stands from 5 to 15; nowhere"),
        (line(start=True), f"span 1: {FORM}"),
        (line(start="5"), f"span 1: {FORM}"),
        (line(kind=None), f"span 1: {FORM}"),
        ('{"text": "x", "spans": [[0, 1]]}', f"span 1: {FORM}"),
        ('{"text": "x"}', "spans must be a list; where there is nothing to mark, an empty one"),
        ('{"text": "x", "spans": null}', "spans must be a list"),
        ('{"text": "x", "label": "y"}', "an empty one; texts with a label are given as --categ"),
        ('{"text": " ", "spans": []}', "text must not be empty"),
        ('{"text": 1, "spans": []}', "text must be a string"),
        ("[]", "it must be an object"),
        (
            json.dumps({"text": TEXT, "spans": [ANN, ANN | {"kind": "address"}]}),
            "spans 1 and 2 overlap, and one is a person, the other an address: mark either",
        ),
    ],
)
def test_marks_that_cannot_be_used_are_told(tmp_path: Path, content: str, message: str) -> None:
    path = written(tmp_path / "rows.jsonl", LINES + "\n" + content)
    with pytest.raises(UsageError) as raised:
        read_marked(path)
    assert str(raised.value).startswith(f"{path}: line 4: ")
    assert message in str(raised.value)
    assert "Ann" not in str(raised.value), "a text is somebody's"


def test_of_several_places_the_nearest_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", line("Ann, Ann, Ann", start=6, end=9, value="Ann"))
    with pytest.raises(UsageError, match="its value stands from 5 to 8"):
        read_marked(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n", "its first line must name the columns text and spans$"),
        (
            "text,label\nx,y\n",
            "columns text and spans; texts with a label are given as --categories or --attacks",
        ),
        ("text,spans\n", "there are no texts in it"),
        ('text,spans\nx,"[{""kind"": ""P"', 'row 1: spans must be a list in JSON, such as "'),
        ("text,spans\nx,Ann\n", "row 1: spans must be a list in JSON"),
        ("text,spans\nx,{}\n", "row 1: spans must be a list in JSON"),
        (f"text,spans\nx,{'[' * 100_000}\n", "row 1: spans must be a list in JSON"),
        ("text,spans\nx, y,[]\n", "row 1: it has more cells than columns"),
        (TABLE + f"{TEXT},[]\n", "rows 1 and 3 mark the same text in two ways"),
    ],
)
def test_tables_that_cannot_be_used_are_told(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_marked(written(tmp_path / "rows.csv", content))


@pytest.mark.parametrize(("name", "content"), [("a.csv", TABLE), ("a.jsonl", LINES)])
def test_files_with_marks_are_not_read_as_those_with_labels(
    tmp_path: Path, name: str, content: str
) -> None:
    with pytest.raises(UsageError, match=r"; texts with spans are given as --entities$"):
        read_labelled(written(tmp_path / name, content), category_of)
