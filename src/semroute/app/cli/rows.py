"""Labelled data, one JSON object a line."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from attrs import frozen

from .configuration import read_text
from .exits import UsageError

T = TypeVar("T")

Row: TypeAlias = Mapping[str, Any]


@frozen
class Mistake:
    """What is wrong with a row, without quoting its text."""

    what: str


def read_rows(path: Path, what: str, parse: Callable[[Row], T | Mistake]) -> list[T]:
    """Reads a file of rows.

    Args:
        path: The file.
        what: What a row is, in the plural.
        parse: Makes it of an object.

    Raises:
        UsageError: The file cannot be read, a line is wrong, or there is none.
    """
    rows: list[T] = []
    content = read_text(path).removesuffix("\n")
    if not content:
        message = f"{path}: there are no {what} in it"
        raise UsageError(message)
    # Not splitlines: JSON may have the separators of Unicode in a string as they are.
    for number, line in enumerate(content.split("\n"), start=1):
        row = _object(line)
        parsed = row if isinstance(row, Mistake) else parse(row)
        if isinstance(parsed, Mistake):
            message = f"{path}: line {number}: {parsed.what}"
            raise UsageError(message)
        rows.append(parsed)
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


def _object(line: str) -> Row | Mistake:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return Mistake(f"not JSON: {error.msg}")
    except RecursionError:
        return Mistake("not JSON that anybody could read: it is nested too deeply")
    return row if isinstance(row, dict) else Mistake("it must be an object")
