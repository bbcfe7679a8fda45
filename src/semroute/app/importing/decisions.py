"""Their decisions as ours."""

from typing import Final, assert_never

from .conditions import condition_of
from .document import Plain
from .draft import Draft, Sayable, Unsayable, origin, plain_name
from .models import place_model
from .places import DECISIONS, STRATEGY, TOOLS, existing
from .plugins import carry_plugins
from .reasoning import described_reasoning, reasoning_of
from .source import Source

# Their first model is the one that answers; the others step in where it cannot.
_STEP: Final = 0.01
_BEST: Final = 1.0

# What their ways to choose a model come to.
_STATIC: Final = "static"


def carry_decisions(root: Source, draft: Draft) -> None:
    """Carries decisions, and how one is found among several."""
    _global_tools(root, draft)
    for place in existing(root, DECISIONS):
        for node in place.items():
            _decision(node, draft)
    for node in existing(root, STRATEGY):
        said = node.as_text()
        if said == "priority":
            node.carried("decisions.*.priority")
        elif said is not None:
            node.left(
                "decisions are taken by priority, not by how sure their signals are",
                "give the decision that is to win the higher priority",
            )


def _decision(node: Source, draft: Draft) -> None:
    name = node.text("name")
    rules = node.get("rules")
    if name is None:
        node.misread("a decision must have a name")
        return
    if rules is None:
        node.left("it has no rules", "say when it is meant to be taken")
        return
    condition = condition_of(rules, draft)
    match condition:
        case Unsayable(why):
            node.left(
                f"nothing here can decide its condition: {'; '.join(why) or 'no signal'}",
                "write a signal that comes close, as similarity with examples, and the decision",
            )
        case Sayable(tree):
            _write(node, name, tree, draft)
        case _ as never:
            assert_never(never)


def _write(node: Source, name: str, tree: Plain, draft: Draft) -> None:
    ours = plain_name(name)
    if ours in draft.document.section("decisions"):
        ours = plain_name(f"{ours}-{node.path[-1]}")
    decision: dict[str, Plain] = {}
    priority = node.integer("priority")
    if priority is not None:
        decision["priority"] = priority
    decision["when"] = tree
    _models(node, ours, decision, draft)
    carry_plugins(node, decision)
    if draft.tools is not None and "tools" not in decision:
        decision["tools"] = {"keep": draft.tools}
    described = node.text("description")
    notes = (origin(node), *((described,) if described else ()))
    draft.document.put(("decisions", ours), decision, *notes)
    if node.path not in node.ledger.findings:
        node.carried(f"decisions.{ours}")


def _models(node: Source, ours: str, decision: dict[str, Plain], draft: Draft) -> None:
    references = [each for key in ("modelRefs", "model_refs") for each in node.list(key)]
    models: dict[str, Plain] = {}
    efforts: list[tuple[Source, str]] = []
    for index, each in enumerate(references):
        name, adapter = each.text("model"), each.text("lora_name")
        weight = each.amount("weight")
        effort = reasoning_of(each, draft)
        draft.document.note(("decisions", ours), *described_reasoning(each))
        if name is None:
            each.misread("it must name a model")
            continue
        model = place_model(adapter or name, draft)
        models[model] = weight or round(max(_BEST - index * _STEP, _STEP), 2)
        if effort is not None and model in draft.reasoners:
            efforts.append((each, effort))
        each.carried(f"decisions.{ours}.models.{model}")
    if models:
        decision["models"] = models
    if len(models) > 1:
        _how_chosen(node, ours)
    _reasoning(efforts, ours, decision)
    _algorithm(node)


def _how_chosen(node: Source, ours: str) -> None:
    node.approximated(
        f"decisions.{ours}: its models are scored by weight, or else in their order; the best "
        "that can answer is chosen"
    )


def _reasoning(efforts: list[tuple[Source, str]], ours: str, decision: dict[str, Plain]) -> None:
    if not efforts:
        return
    chosen = efforts[0][1]
    decision["reasoning"] = chosen
    for node, effort in efforts:
        if effort != chosen:
            node.approximated(
                f"decisions.{ours} lets every model reason alike, as its first one: {chosen}"
            )


def _algorithm(node: Source) -> None:
    algorithm = node.get("algorithm")
    if algorithm is None:
        return
    kind = algorithm.text("type")
    if kind == _STATIC:
        algorithm.carried("models")
    elif kind is not None:
        algorithm.left(
            f"models are not chosen by {kind}, nor asked one after another",
            "scores, prices and routing.quality weigh them against each other",
        )


def _global_tools(root: Source, draft: Draft) -> None:
    for node in existing(root, TOOLS):
        is_on, keep = node.flag("enabled"), node.integer("top_k")
        if is_on is not True:
            node.carried_whole()
        elif keep is not None and keep > 0:
            draft.tools = keep
            cosine = node.get("similarity_threshold")
            if cosine is not None:
                cosine.approximated_whole("the best so many stay, however alike they are")
            node.approximated(
                "decisions.*.tools.keep: of the tools that a request brings, so many stay; none "
                "are added to it from a database"
            )
