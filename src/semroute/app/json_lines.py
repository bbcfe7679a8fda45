"""JSON lines, as people have them: one object a line."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

MARK: Final = "\ufeff"
"""What spreadsheets put in front of UTF-8. It is no part of what is written."""

Row: TypeAlias = Mapping[str, Any]


@frozen
class Mistake:
    """What is wrong with a row, without quoting its text."""

    what: str


def objects_in(content: str) -> Iterator[tuple[int, Row | Mistake]]:
    """Yields the objects with the numbers of their lines; lines with nothing in them are none."""
    # Not splitlines: JSON may have the separators of Unicode in a string as they are.
    for number, line in enumerate(content.removeprefix(MARK).split("\n"), start=1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> Row | Mistake:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return Mistake(f"not JSON: {error.msg}")
    except ValueError:  # Python reads no integers of thousands of digits
        return Mistake("not JSON that anybody could read: a number in it is too long")
    except RecursionError:
        return Mistake("not JSON that anybody could read: it is nested too deeply")
    return row if isinstance(row, dict) else Mistake("it must be an object")
