"""What a tool says of itself, as text."""

from collections.abc import Iterator, Mapping
from typing import Final

from semroute.domain.chat import SEPARATOR

_VALUES: Final = frozenset({"enum", "const", "default", "examples", "example"})  # no schemas


def described(description: str, schema: object) -> str:
    """Returns what is said of a tool: its description, then its parameters, a line each.

    Args:
        description: What it is for.
        schema: The JSON Schema of its parameters, as decoded. It must not be deep.
    """
    said = (description, *_said_in(schema))
    return SEPARATOR.join(line for line in said if line)


def _said_in(schema: object) -> Iterator[str]:
    """Yields the names, descriptions and possible values of parameters, as they stand."""
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
