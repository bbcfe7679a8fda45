"""How models are told to reason."""

from collections.abc import Iterator
from typing import Final

from .document import Plain
from .draft import Draft, origin, plain_name
from .places import DEFAULT_EFFORT, FAMILIES, existing
from .source import Source

_LEVELS: Final = ("low", "medium", "high")

# What their levels come to in ours.
_EFFORTS: Final = {
    "none": "off",
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}


def carry_reasoning(root: Source, draft: Draft) -> None:
    """Carries the dialects, and how much is meant where it is only said that a model reasons."""
    for node in existing(root, DEFAULT_EFFORT):
        effort = effort_of(node)
        if effort is not None:
            draft.effort = effort
            node.carried("decisions.*.reasoning")
    for families in existing(root, FAMILIES):
        for name, node in families.entries():
            if node.value is not None:
                _family(name, node, draft)


def effort_of(node: Source) -> str | None:
    """Returns our level for one of theirs."""
    said = node.as_text()
    if said is None:
        return None
    if said not in _EFFORTS:
        node.misread(f"it must be one of {', '.join(_EFFORTS)}")
        return None
    return _EFFORTS[said]


def reasoning_of(node: Source, draft: Draft) -> str | None:
    """Returns how much a reference to a model lets it reason; None if it says nothing."""
    reasons = node.flag("use_reasoning")
    said = node.get("reasoning_effort")
    effort = effort_of(said) if said is not None else None
    if reasons is None:
        return effort
    return (effort or draft.effort) if reasons else "off"


def described_reasoning(node: Source) -> Iterator[str]:
    """Yields what a reference to a model says about its reasoning, for a comment."""
    said = node.text("reasoning_description")
    if said is not None:
        yield f"{origin(node)}: {said}"


def _family(name: str, node: Source, draft: Draft) -> None:
    kind, parameter = node.text("type"), node.text("parameter")
    if kind is None or parameter is None:
        return
    ours = plain_name(name)
    match kind:
        case "chat_template_kwargs":
            chat: dict[str, Plain] = {
                level: {"chat_template_kwargs": {parameter: level != "off"}}
                for level in ("off", *_LEVELS)
            }
        case "reasoning_effort":
            chat = {level: _nested(parameter, level) for level in _LEVELS}
        case _:
            node.left(
                "it is neither chat_template_kwargs nor reasoning_effort",
                f"write what its requests must say under reasoning.{ours}",
            )
            return
    draft.document.put(("reasoning", ours, "chat"), chat)
    draft.document.note(("reasoning", ours), origin(node))
    node.carried(f"reasoning.{ours}")


def _nested(parameter: str, level: str) -> Plain:
    """Returns a field of a request by a dotted name."""
    field: Plain = level
    for key in reversed(parameter.split(".")):
        field = {key: field}
    return field
