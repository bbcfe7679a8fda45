"""Tools in a conversation of messages: those that were called, and what they returned."""

from collections.abc import Iterator
from typing import Final

from semroute.adapters.wire.strictjson import Json
from semroute.domain.chat import Role
from semroute.domain.envelopes import unwrapped

_CALL: Final = "tool_use"  # what the types of calls end in, also of tools that the server runs
_RESULT: Final = "tool_result"


def blocks_in(turn: Json) -> list[dict[str, Json]]:
    """Returns the blocks of a turn; none if it is a text."""
    content = turn.get("content") if isinstance(turn, dict) else None
    return [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []


def called_in(blocks: list[dict[str, Json]]) -> Iterator[str]:
    """Yields the names of tools that were called."""
    for block in blocks:
        kind, name = block.get("type"), block.get("name")
        if isinstance(kind, str) and kind.endswith(_CALL) and isinstance(name, str) and name:
            yield name


def is_result(turn: Json) -> bool:
    """Returns whether a user's turn has only what tools returned.

    Coding assistants put reminders beside that. Those are nobody's words, and change nothing.
    """
    if not isinstance(turn, dict) or turn.get("role") != Role.USER:
        return False
    blocks = blocks_in(turn)
    others = [block for block in blocks if block.get("type") != _RESULT]
    return len(others) < len(blocks) and not any(map(_is_said, others))


def _is_said(block: dict[str, Json]) -> bool:
    text = block.get("text") if block.get("type") == "text" else None
    return not isinstance(text, str) or bool(unwrapped(text).strip())
