"""Labelled data, one JSON object a line."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from semroute.app.json_lines import Mistake, Row, objects_in

from .configuration import read_text
from .exits import UsageError

__all__ = ["Mistake", "Row", "read_numbered_rows", "read_rows", "text_of"]

T = TypeVar("T")


def read_rows(path: Path, what: str, parse: Callable[[Row], T | Mistake]) -> list[T]:
    """Reads a file of rows.

    Args:
        path: The file.
        what: What a row is, in the plural.
        parse: Makes it of an object.

    Raises:
        UsageError: The file cannot be read, a line is wrong, or there is none.
    """
    return [row for _, row in read_numbered_rows(path, what, parse)]


def read_numbered_rows(
    path: Path, what: str, parse: Callable[[Row], T | Mistake]
) -> list[tuple[int, T]]:
    """Reads a file of rows, each with the number of its line, as `read_rows` does."""
    rows: list[tuple[int, T]] = []
    for number, row in objects_in(read_text(path)):
        parsed = row if isinstance(row, Mistake) else parse(row)
        if isinstance(parsed, Mistake):
            message = f"{path}: line {number}: {parsed.what}"
            raise UsageError(message)
        rows.append((number, parsed))
    if not rows:
        message = f"{path}: there are no {what} in it"
        raise UsageError(message)
    return rows


def text_of(row: Row, key: str = "text") -> str | Mistake:
    """Returns a text of a row."""
    text = row.get(key)
    if not isinstance(text, str):
        return Mistake(f"{key} must be a string")
    try:
        text.encode()
    except UnicodeEncodeError:
        return Mistake(f"{key} has half of a surrogate pair in it")
    return text
