"""Texts with labels, in a file of an operator's: CSV, or one JSON object a line."""

import csv
import io
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from semroute.app.importing.draft import category_name
from semroute.app.json_lines import MARK, objects_in
from semroute.app.leaves import CategoryName

from .configuration import read_text
from .exits import UsageError
from .rows import Mistake, Row, text_of

LabelOf: TypeAlias = Callable[[object], str | Mistake]

Hint: TypeAlias = Callable[[Collection[str]], str]
"""Takes the names of columns; returns what more to say if some are missing."""

_TABLE: Final = ".csv"
_SHOWN: Final = 80  # characters of a label; longer ones are texts in the wrong column


def read_labelled(path: Path, label_of: LabelOf) -> list[tuple[str, str]]:
    """Returns the texts of a file with their labels, in order of their text.

    Args:
        path: The file.
        label_of: Makes a label of what stands there.

    Raises:
        UsageError: The file cannot be read, a row cannot be used, there is none, or a text has
            two labels.
    """
    place, given = rows_of(path, hint=_meant_for)
    rows: list[tuple[int, tuple[str, str]]] = []
    for number, row in given:
        labelled = row if isinstance(row, Mistake) else _labelled(row, label_of)
        if isinstance(labelled, Mistake):
            message = f"{path}: {place} {number}: {labelled.what}"
            raise UsageError(message)
        rows.append((number, labelled))
    if not rows:
        message = f"{path}: there are no texts in it"
        raise UsageError(message)
    if mistake := _torn_between_labels(rows, place):
        message = f"{path}: {mistake.what}"
        raise UsageError(message)
    return sorted({row for _, row in rows})


def rows_of(
    path: Path, columns: tuple[str, str] = ("text", "label"), hint: Hint = lambda _names: ""
) -> tuple[str, list[tuple[int, Row | Mistake]]]:
    """Returns what a row of a file is called, and the rows with their numbers.

    Args:
        path: The file.
        columns: What a table must have; of a table, nothing else is read.
        hint: What more to say of a table that has others.

    Raises:
        UsageError: The file cannot be read, or is a table without the columns.
    """
    content = read_text(path)
    if path.suffix.lower() == _TABLE:
        return "row", _table_rows(path, content, columns, hint)
    return "line", list(objects_in(content))


def category_of(label: object) -> str | Mistake:
    """Returns a label that the configuration may have as the name of a category."""
    if not isinstance(label, str) or not label.strip():
        return Mistake("label must be the name of a category")
    label = label.strip()
    try:
        return msgspec.convert(label, CategoryName)
    except msgspec.ValidationError:
        name = category_name(label)
        shown = label if len(label) <= _SHOWN else f"{label[:_SHOWN]}..."
        return Mistake(f"no category can have the name {shown!r}; {name[:_SHOWN]!r} could be one")


def attack_of(label: object) -> str | Mistake:
    """Returns `1` for an attack and `0` for none."""
    if isinstance(label, bool | int):
        label = str(int(label))
    if isinstance(label, str) and label.strip() in {"0", "1"}:
        return label.strip()
    return Mistake("label must be 1 for an attack or 0 for none")


def _table_rows(
    path: Path, content: str, columns: tuple[str, str], hint: Hint
) -> list[tuple[int, Row | Mistake]]:
    """Returns the rows of a table, each with its number below the line that names the columns."""
    content = content.removeprefix(MARK)
    # A field may be as long as the file: the csv module's own bound is for whoever reads streams.
    bound = csv.field_size_limit(max(len(content), 1))
    try:
        # Blanks after a comma are no part of a field, or quotes after them would be.
        table = csv.DictReader(io.StringIO(content), skipinitialspace=True)
        table.fieldnames = [name.strip() for name in table.fieldnames or ()]
        if not set(columns) <= set(table.fieldnames):
            wanted = f"its first line must name the columns {' and '.join(columns)}"
            message = f"{path}: {wanted}{hint(table.fieldnames)}"
            raise UsageError(message)
        rows = [
            Mistake("it has more cells than columns; a text with a comma in it needs quotes")
            if table.restkey in row
            else {key: row[key] or "" for key in columns}
            for row in table
        ]
    finally:
        csv.field_size_limit(bound)
    return list(enumerate(rows, start=1))


def _labelled(row: Row, label_of: LabelOf) -> tuple[str, str] | Mistake:
    text = text_of(row)
    if isinstance(text, Mistake):
        return text
    if not text.strip():
        return Mistake("text must not be empty")
    label = label_of(row.get("label"))
    if isinstance(label, Mistake):
        return Mistake(f"{label.what}{_meant_for(row.keys())}")
    return text, label


def _meant_for(names: Collection[str]) -> str:
    """Returns what a file with some columns is meant for, if not for this."""
    if "spans" in names and "label" not in names:
        return "; texts with spans are given as --entities"
    return ""


def _torn_between_labels(rows: Sequence[tuple[int, tuple[str, str]]], place: str) -> Mistake | None:
    """Says which texts have more than one label: nothing can be learnt of those."""
    first: dict[str, tuple[int, str]] = {}
    torn: dict[str, str] = {}
    for number, (text, label) in rows:
        before, known = first.setdefault(text.strip(), (number, label))
        if label != known:
            where = f"{place}s {before} and {number}, as {known!r} and {label!r}"
            torn.setdefault(text.strip(), where)
    if not torn:
        return None
    where = next(iter(torn.values()))
    return Mistake(f"texts with more than one label: {len(torn)}; the first is in {where}")
