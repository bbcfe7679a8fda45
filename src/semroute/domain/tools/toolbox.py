"""Tools that are kept by the operator and put into requests."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

from attrs import frozen

from semroute.domain.chat import Tool


class ToolShape(StrEnum):
    """How an API has tools in a request."""

    CHAT = "chat"  # OpenAI's chat completions
    RESPONSES = "responses"  # OpenAI's responses
    MESSAGES = "messages"  # Anthropic's


@frozen
class ToolDefinition:
    """A tool, with all that a model must know to call it.

    Args:
        tool: Its name, and what it is compared with requests by.
        description: What it is for; may be empty.
        parameters: The JSON Schema of its parameters, as JSON.
        is_strict: Whether calls must follow the schema to the letter; None if nothing is said.
        tags: What it belongs to, in the operator's words.
    """

    tool: Tool
    description: str
    parameters: str
    is_strict: bool | None = None
    tags: frozenset[str] = frozenset()

    @property
    def document(self) -> str:
        """The tool as OpenAI's chat completions have it, as JSON."""
        return self.rendered(ToolShape.CHAT)

    def rendered(self, shape: ToolShape) -> str:
        """Returns the tool as an API has it in the list `tools`, as JSON."""
        parameters = json.loads(self.parameters)
        about = {"description": self.description} if self.description else {}
        strict = {} if self.is_strict is None else {"strict": self.is_strict}
        named = {"name": self.tool.name, **about}
        match shape:
            case ToolShape.CHAT:
                function = {**named, "parameters": parameters, **strict}
                return _json({"type": "function", "function": function})
            case ToolShape.RESPONSES:
                # There, calls are strict unless it is said that they are not.
                strictness = {"strict": bool(self.is_strict)}
                return _json({"type": "function", **named, "parameters": parameters, **strictness})
            case ToolShape.MESSAGES:
                return _json({**named, "input_schema": parameters, **strict})
            case _:
                assert_never(shape)


@frozen
class Toolbox:
    """Tools to choose from; each has another name.

    Args:
        definitions: The tools, in the operator's order.
    """

    definitions: tuple[ToolDefinition, ...]

    def __attrs_post_init__(self) -> None:
        if len({each.tool.name for each in self.definitions}) < len(self.definitions):
            message = "two tools have one name"
            raise ValueError(message)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools as they are compared with requests."""
        return tuple(each.tool for each in self.definitions)

    def tagged(self, tags: Iterable[str]) -> "Toolbox":
        """Returns the tools that have at least one of some tags."""
        wanted = frozenset(tags)
        return Toolbox(tuple(each for each in self.definitions if each.tags & wanted))

    def rendered(self, kept: Iterable[int], shape: ToolShape) -> tuple[str, ...]:
        """Returns some tools as an API has them, each as JSON.

        Args:
            kept: Their places in this box.
            shape: How the API has them.
        """
        return tuple(self.definitions[place].rendered(shape) for place in kept)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
