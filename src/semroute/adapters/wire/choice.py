"""Whether a model may, must or must not call tools, as OpenAI and Anthropic say it."""

from typing import Final

from attrs import frozen

from semroute.domain.chat import ToolChoice

from .offered import name_in, names_in
from .strictjson import Json

_CHOICES: Final = {
    "auto": ToolChoice.AUTO,
    "none": ToolChoice.NONE,
    "required": ToolChoice.REQUIRED,
    "any": ToolChoice.REQUIRED,
}
_ALLOWED: Final = "allowed_tools"


@frozen
class Choice:
    """How free a model is to call tools.

    Args:
        freedom: How free.
        names: The tools that are named, if any have names.
    """

    freedom: ToolChoice = ToolChoice.AUTO
    names: frozenset[str] = frozenset()


def choice_of(value: Json) -> Choice:
    """Returns what a `tool_choice` says. What makes no sense says nothing."""
    if isinstance(value, str):
        return Choice(_CHOICES.get(value, ToolChoice.AUTO))
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kind, str):
        return Choice()
    if kind in _CHOICES:
        return Choice(_CHOICES[kind])
    # Chat completions put the list one level deeper than responses do.
    allowed = value.get(_ALLOWED)
    entries = allowed.get("tools") if isinstance(allowed, dict) else value.get("tools")
    names = {name_in(value), *names_in(entries)}
    return Choice(ToolChoice.NAMED, frozenset(filter(None, names)))


def legacy_choice_of(value: Json) -> Choice:
    """Returns what a `function_call` says, the way in which `tool_choice` was said before."""
    name = name_in(value)
    return Choice(ToolChoice.NAMED, frozenset({name})) if name else choice_of(value)
