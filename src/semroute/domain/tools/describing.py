"""What a tool says of itself, as text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from semroute.domain.chat import SEPARATOR

_VALUES: Final = frozenset({"enum", "const", "default", "examples", "example"})  # no schemas


def described(description: str, *schemas: object, most: int | None = None) -> str:
    """Returns what is said of a tool: its description, then its parameters, a line each.

    Args:
        description: What it is for.
        schemas: JSON Schemas of its parameters, as decoded. They must not be deep.
        most: How many characters are enough; the rest is not looked at. None for all.
    """
    lines: list[str] = []
    room = most
    for line in filter(None, _said(description, schemas)):
        lines.append(line if room is None else line[:room])
        if room is not None:
            room -= len(line) + len(SEPARATOR)
            if room <= 0:
                break
    return SEPARATOR.join(lines)


def _said(description: str, schemas: Iterable[object]) -> Iterator[str]:
    yield description
    for schema in schemas:
        yield from _said_in(schema)


def _said_in(schema: object) -> Iterator[str]:
    """Yields the names, descriptions and possible values of parameters, as they stand.

    A schema that was read strictly is not deep, so this may go down as it does.
    """
    if isinstance(schema, list):
        for each in schema:
            yield from _said_in(each)
    if not isinstance(schema, Mapping):
        return
    description, values = schema.get("description"), schema.get("enum")
    if isinstance(description, str):
        yield description
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, str))
    for key, child in schema.items():
        if key == "properties" and isinstance(child, Mapping):
            for name, parameter in child.items():
                yield name
                yield from _said_in(parameter)
        elif key not in _VALUES:
            yield from _said_in(child)
