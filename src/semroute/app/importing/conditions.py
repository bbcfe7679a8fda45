"""Their trees of conditions as ours.

What nothing here can decide is never true: a decision is rather left out than made too often.
"""

from typing import TYPE_CHECKING, Final, assert_never

from .categories import domain
from .draft import Condition, Draft, Sayable, Unsayable
from .findings import place_of
from .source import Source

if TYPE_CHECKING:
    from .document import Plain

_ALWAYS: Final = "always"


def condition_of(node: Source, draft: Draft) -> Condition:
    """Returns a condition in our words."""
    kind = node.text("type")
    if kind is not None:
        return _leaf(node, kind, draft)
    operator = node.get("operator")
    said = operator.as_text() if operator is not None else "AND"
    parts = [condition_of(each, draft) for each in node.list("conditions")]
    match (said or "").upper():
        case "AND":
            return _all(parts, draft)
        case "OR":
            return _any(parts, node)
        case "NOT" | "NOR":
            return _none(parts)
        case _:
            (operator or node).misread("it must be AND, OR or NOT")
            return Unsayable(())


def _leaf(node: Source, kind: str, draft: Draft) -> Condition:
    name = node.text("name")
    label = node.text("label")
    if name is None:
        node.misread("a condition must name a signal")
        return Unsayable(())
    known = draft.signals.get((kind, name))
    if known is None and kind == "domain":
        known = domain(name, draft)
    if known is not None and label is None:
        return known
    if known is None and any(each.startswith(f"{name}:") for _, each in draft.signals):
        why = f"{kind} {name!r}, without a level"
    else:
        why = f"{kind} {name!r}"
    where = place_of(node.path)
    return Unsayable((f"{why} of {where}" if known is None else f"{why} ({label}) of {where}",))


def _all(parts: list[Condition], draft: Draft) -> Condition:
    lost = _reasons(parts)
    if lost is not None:
        return lost
    trees = [each.tree for each in parts if isinstance(each, Sayable)]
    if not trees:
        return Sayable(_always(draft))
    if len(trees) == 1:
        return Sayable(trees[0])
    denied: list[Plain] = []
    wanted: list[Plain] = []
    for tree in trees:
        match tree:
            case {"none": list(some), **others} if not others:
                denied += some
            case _:
                wanted.append(tree)
    whole: dict[str, Plain] = {"all": wanted} if wanted else {}
    return Sayable(whole | ({"none": denied} if denied else {}))


def _any(parts: list[Condition], node: Source) -> Condition:
    trees: list[Plain] = []
    for part, source in zip(parts, node.list("conditions"), strict=True):
        match part:
            case Sayable(tree):
                trees.append(tree)
            case Unsayable(why):
                reasons = f" ({'; '.join(why)})" if why else ""
                source.left(f"nothing here can decide it{reasons}; the others still can")
            case _ as never:
                assert_never(never)
    if not trees:
        return Unsayable(
            tuple(why for part in parts if isinstance(part, Unsayable) for why in part.why)
        )
    return Sayable(trees[0] if len(trees) == 1 else {"any": trees})


def _none(parts: list[Condition]) -> Condition:
    lost = _reasons(parts)
    if lost is not None:
        return lost
    trees: list[Plain] = [each.tree for each in parts if isinstance(each, Sayable)]
    return Sayable({"none": trees})


def _reasons(parts: list[Condition]) -> Unsayable | None:
    lost = [each for each in parts if isinstance(each, Unsayable)]
    return Unsayable(tuple(why for each in lost for why in each.why)) if lost else None


def _always(draft: Draft) -> str:
    """Returns the name of a signal that every request has."""
    known = draft.signals.get(("", _ALWAYS))
    if isinstance(known, Sayable):
        return str(known.tree)
    ours = draft.signal(
        "always", _ALWAYS, {"context": {"at_least": 0}}, "Every request is so long."
    )
    draft.signals["", _ALWAYS] = Sayable(ours)
    return ours
