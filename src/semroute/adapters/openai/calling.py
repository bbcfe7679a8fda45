"""Tools in a chat request: those that were called, and those that must be."""

from collections.abc import Iterator

from semroute.adapters.wire.choice import Choice, choice_of, legacy_choice_of
from semroute.adapters.wire.offered import name_in, names_in
from semroute.adapters.wire.strictjson import Json


def choice_in(document: dict[str, Json]) -> Choice:
    """Returns how free the model is, by `tool_choice`, or by `function_call` as it was before."""
    choice = document.get("tool_choice")
    return legacy_choice_of(document.get("function_call")) if choice is None else choice_of(choice)


def called_in(messages: list[Json]) -> Iterator[str]:
    """Yields the names of what was called in a conversation."""
    for turn in messages:
        if isinstance(turn, dict):
            yield from names_in(turn.get("tool_calls"))
            yield from filter(None, [name_in(turn.get("function_call"))])
