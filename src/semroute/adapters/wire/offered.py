"""The tools that a request offers to the model, in the forms that OpenAI and Anthropic have.

Nothing here refuses a request: what is odd is for the model server to judge, and until then it is
a tool without a name.
"""

from collections.abc import Iterator
from typing import Final

from semroute.domain.chat import Tool
from semroute.domain.tools.describing import described

from .raw import Fields, is_list, items_of, written
from .strictjson import Json

# The first few hundred words of a definition tell what it is for, and an encoder reads no more.
_MOST_CHARS: Final = 2000

_INNER: Final = ("function", "custom")  # where chat completions put the definition itself
_PARAMETERS: Final = ("parameters", "input_schema")
_TOOLS: Final = "tools"
_ABOUT_TOOLS: Final = (_TOOLS, "tool_choice", "parallel_tool_calls")


def tools_in(value: Json) -> tuple[Tool, ...]:
    """Returns the tools in a list of them, one for each of its items; none if it is no list."""
    return tuple(map(_tool, value)) if isinstance(value, list) else ()


def name_in(entry: Json) -> str:
    """Returns the name in a tool, in the choice or the call of one; empty if it has none."""
    name = _definition(entry).get("name")
    return name if isinstance(name, str) else ""


def names_in(entries: Json) -> Iterator[str]:
    """Yields the names in a list of tools, or of calls of them."""
    if isinstance(entries, list):
        yield from filter(None, map(name_in, entries))


def keep_tools(fields: Fields, kept: tuple[int, ...]) -> None:
    """Leaves only some tools in a request, or nothing about tools if none of them stays.

    Args:
        fields: Those of the request.
        kept: The positions of the tools that stay. One after the last is no tool of this list.
    """
    given = fields.get(_TOOLS)
    if not is_list(given):
        return
    positions = frozenset(kept)
    tools = items_of(given)
    stay = [tool for position, tool in enumerate(tools) if position in positions]
    if not stay:
        for name in _ABOUT_TOOLS:
            fields.pop(name, None)
    elif len(stay) < len(tools):
        fields[_TOOLS] = written(stay)


def _tool(entry: Json) -> Tool:
    name = name_in(entry)
    return Tool(name, _text_in(_definition(entry))) if name else Tool("")


def _definition(entry: Json) -> dict[str, Json]:
    if not isinstance(entry, dict):
        return {}
    for name in _INNER:
        inner = entry.get(name)
        if isinstance(inner, dict):
            return inner
    return entry


def _text_in(definition: dict[str, Json]) -> str:
    description = definition.get("description")
    said = description if isinstance(description, str) else ""
    return described(said, *map(definition.get, _PARAMETERS), most=_MOST_CHARS)
