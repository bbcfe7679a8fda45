"""Texts with labels, in a file of an operator's: CSV, or one JSON object a line."""

import csv
import io
from pathlib import Path
from typing import Final

from semroute.app.json_lines import MARK

from .configuration import read_text
from .exits import UsageError
from .rows import Mistake, Row, numbered_rows, text_of

_TABLE: Final = ".csv"


def read_labelled(path: Path) -> list[tuple[str, str]]:
    """Returns the texts of a file with their labels, in order of their text.

    Raises:
        UsageError: The file cannot be read, or a row cannot be used.
    """
    is_table = path.suffix.lower() == _TABLE
    rows = _table_rows(path) if is_table else numbered_rows(path, "texts", _labelled)
    return sorted({row for _, row in rows})


def _table_rows(path: Path) -> list[tuple[int, tuple[str, str]]]:
    """Reads the rows of a table, each with its number below the line that names the columns."""
    content = read_text(path).removeprefix(MARK)
    # A field may be as long as the file: the csv module's own bound is for whoever reads streams.
    bound = csv.field_size_limit(max(len(content), 1))
    try:
        table = csv.DictReader(io.StringIO(content))
        if not {"text", "label"} <= set(table.fieldnames or ()):
            message = f"{path}: its first line must name the columns text and label"
            raise UsageError(message)
        rows = [(row["text"] or "", row["label"] or "") for row in table]
    finally:
        csv.field_size_limit(bound)
    for number, (text, label) in enumerate(rows, start=1):
        if not text.strip() or not label.strip():
            message = f"{path}: row {number} needs a text and a label"
            raise UsageError(message)
    if not rows:
        message = f"{path}: there are no texts in it"
        raise UsageError(message)
    return list(enumerate(rows, start=1))


def _labelled(row: Row) -> tuple[str, str] | Mistake:
    text, label = text_of(row), row.get("label")
    if isinstance(text, Mistake):
        return text
    if isinstance(label, bool | int):
        label = str(int(label))
    if not isinstance(label, str) or not label:
        return Mistake("label must be a category, or 1 or 0")
    return (text, label) if text.strip() else Mistake("text must not be empty")
