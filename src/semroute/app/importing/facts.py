"""What is known of a model: its price, how much it reads, what it can, how it reasons."""

from typing import TYPE_CHECKING, Final

from .draft import Draft, plain_name
from .source import Source

if TYPE_CHECKING:
    from .document import Plain

# What their labels mean in `can`. Labels that are missing here say what a model is good at.
_CAN: Final = {
    "tools": "tools",
    "tool_use": "tools",
    "tool_calling": "tools",
    "function_calling": "tools",
    "vision": "images",
    "image": "images",
    "audio": "audio",
    "video": "video",
    "files": "files",
    "json_schema": "json_schema",
    "structured_output": "json_schema",
    "structured_outputs": "json_schema",
}
_DOLLARS: Final = "USD"


def facts(node: Source, ours: str, draft: Draft) -> None:
    """Carries what a description of a model says about it."""
    where = ("models", ours)
    _price(node, where, draft)
    for key in ("context_window_size", "context_size"):
        size = node.integer(key)
        if size is not None and size > 0:
            draft.document.put((*where, "context"), size)
    _abilities(node, where, draft)
    for family in (node.get("reasoning_family"), node.at("reasoning", "family")):
        name = family.as_text() if family is not None else None
        if name is not None:
            draft.document.put((*where, "family"), plain_name(name))
            draft.reasoners.add(ours)
    said = [node.text(key) for key in ("description", "param_size")]
    draft.document.note(where, *(each for each in said if each))
    tags = node.texts("tags")
    if tags:
        draft.document.note(where, f"tags: {', '.join(tags)}")
    _api_format(node)


def _price(node: Source, where: tuple[str, ...], draft: Draft) -> None:
    pricing = node.get("pricing")
    if pricing is None:
        return
    price: dict[str, Plain] = {}
    for theirs, ours in (("prompt_per_1m", "input"), ("completion_per_1m", "output")):
        each = pricing.amount(theirs)
        if each is not None:
            price[ours] = each
    cached = pricing.get("cached_input_per_1m")
    each = pricing.amount("cached_input_per_1m")
    whole = price.get("input")
    if cached is not None and each is not None:
        if isinstance(whole, int | float) and whole > 0 and each <= whole:
            price["cached"] = round(each / whole, 4)
        else:
            cached.left("it is a share of the price of input here, at most all of it")
    if price:
        draft.document.put((*where, "price"), {"input": 0, "output": 0} | price)
        pricing.carried(f"{'.'.join(where)}.price")
    currency = pricing.get("currency")
    said = currency.as_text() if currency is not None else None
    if currency is not None and said not in (None, _DOLLARS):
        currency.approximated("prices have no currency here; all must be in the same")


def _abilities(node: Source, where: tuple[str, ...], draft: Draft) -> None:
    labels = node.get("capabilities")
    if labels is None:
        return
    said = node.texts("capabilities")
    can: list[Plain] = list(dict.fromkeys(_CAN[each] for each in said if each in _CAN))
    if "tools" in can:
        draft.document.put((*where, "can"), can)
        labels.carried(f"{'.'.join(where)}.can")
    elif can:
        words = ", ".join(map(str, can))
        labels.left(
            "the list does not speak of tools, and `can` would rule out all that it leaves out",
            f"if it is complete, write `can: [{words}]` in {'.'.join(where)}",
        )
    if said:
        draft.document.note(where, f"capabilities: {', '.join(said)}")


def _api_format(node: Source) -> None:
    said = node.get("api_format")
    if said is not None and said.as_text() == "anthropic":
        said.left(
            "requests are not translated from one API to another",
            "it can answer clients that speak Anthropic's own, at /v1/messages",
        )
