"""Their domains as categories, and what hangs on a domain as decisions."""

from typing import Final

from attrs import frozen

from .caching import cache_override
from .document import Plain
from .draft import Condition, Draft, Sayable, category_name, origin
from .models import place_model
from .places import CLASSIFIER, SIGNALS, existing
from .policies import pii_guard, thresholds_of
from .reasoning import described_reasoning, reasoning_of
from .source import Source

_OTHER: Final = "other"


@frozen
class _Scored:
    model: str
    score: float
    reasoning: str | None
    node: Source


def carry_categories(root: Source, draft: Draft) -> None:
    """Carries domains, and how sure it must be what a prompt is about."""
    threshold = _threshold(root, draft)
    for place in existing(root, SIGNALS):
        for key in ("categories", "domains"):
            for node in place.list(key):
                _category(node, threshold, draft)


def ensure_categories(draft: Draft) -> None:
    """Makes sure that there is a category: without any, nothing can be told apart."""
    if not draft.document.section("categories"):
        draft.document.put(
            ("categories", _OTHER), {}, "The source has none; one is needed, and this one ships."
        )


def domain(name: str, draft: Draft) -> Condition:
    """Returns the condition that a prompt is about a domain that is only named."""
    return _ask(name, (category_name(name),), None, draft)


def _threshold(root: Source, draft: Draft) -> float | None:
    threshold = None
    keys = ("category_model", "domain")
    for model in (each.get(key) for each in existing(root, CLASSIFIER) for key in keys):
        number = model.probability("threshold") if model is not None else None
        if model is not None and number is not None:
            threshold = number
            draft.document.put(("routing", "min_confidence"), number)
            model.approximated(
                "routing.min_confidence and the signals' at_least: another model, whose confidence "
                "is calibrated; `semroute calibrate` finds the right number"
            )
            fallback = model.text("fallback_category")
            if fallback not in (None, _OTHER) and fallback is not None:
                draft.document.note(("routing",), f"theirs fell back to {fallback}")
    return threshold


def _category(node: Source, threshold: float | None, draft: Draft) -> None:
    name = node.text("name")
    if name is None:
        node.misread("a category must have a name")
        return
    labels = node.texts("mmlu_categories")
    if labels and set(labels) <= draft.shipped and name not in draft.shipped:
        ours: tuple[str, ...] = labels
    else:
        ours = (category_name(name),)
    _describe(node, name, ours, labels, draft)
    condition = _ask(name, ours, threshold, draft)
    scored = list(_scores(node, draft))
    for each in ours:
        where = ("categories", each)
        if scored and "candidates" in draft.document.section(*where):
            node.approximated(f"categories.{each} keeps the scores of the domain before")
        elif scored:
            draft.document.put((*where, "candidates"), {one.model: one.score for one in scored})
        _overrides(node, each, draft)
    _decision(node, condition, scored, draft)
    if node.path not in node.ledger.findings:
        node.carried(", ".join(f"categories.{each}" for each in ours))


def _ask(name: str, ours: tuple[str, ...], threshold: float | None, draft: Draft) -> Condition:
    """Makes sure that there are categories, and a signal that asks for them."""
    for each in ours:
        if each not in draft.document.section("categories"):
            draft.document.put(("categories", each), {})
            if each not in draft.shipped:
                draft.document.put(("categories", each, "description"), name)
    names: list[Plain] = list(ours)
    said: dict[str, Plain] = {"any": names}
    if threshold is not None:
        said["at_least"] = threshold
    known = draft.signals.get(("domain", name))
    if known is not None:
        return known
    condition = Sayable(draft.signal("domain", name, {"category": said}))
    draft.signals["domain", name] = condition
    return condition


def _describe(
    node: Source, name: str, ours: tuple[str, ...], labels: tuple[str, ...], draft: Draft
) -> None:
    described = node.get("description")
    said = described.as_text() if described is not None else None
    for each in ours:
        draft.document.put(("categories", each), draft.document.section("categories", each))
        draft.document.note(("categories", each), origin(node))
        if each not in draft.shipped:
            draft.document.put(("categories", each, "description"), said or name)
    if set(ours) <= draft.shipped:
        if described is not None:
            described.approximated(
                "left out: a category that ships was trained, and is known better"
            )
    elif labels:
        node.approximated(
            f"categories.{ours[0]}: compared with its description by meaning; its labels are not "
            "all among the categories that ship"
        )


def _scores(node: Source, draft: Draft) -> list[_Scored]:
    given = node.get("model_scores")
    if given is None:
        return []
    found = []
    if isinstance(given.value, dict):  # the oldest form: scores by model
        for name, _ in given.entries():
            score = given.amount(name)
            if score is not None:
                found.append(_Scored(place_model(name, draft), score, None, given))
        return found
    for each in given.items():
        model, adapter = each.text("model"), each.text("lora_name")
        score = each.amount("score")
        if model is None:
            each.misread("a score must name its model")
            continue
        reasoning = reasoning_of(each, draft)
        draft.document.note(("routing",), *described_reasoning(each))
        ours = place_model(adapter or model, draft)
        found.append(_Scored(ours, score or 0.0, reasoning, each))
    return found


def _decision(node: Source, condition: Condition, scored: list[_Scored], draft: Draft) -> None:
    """Carries what a category here has no place for: reasoning and system prompts."""
    general = reasoning_of(node, draft)
    draft.document.note(("routing",), *described_reasoning(node))
    prompt = system_prompt(node, "system_prompt", "system_prompt_enabled", "system_prompt_mode")
    best = max(scored, key=lambda each: each.score, default=None)
    reasoning = best.reasoning if best is not None and best.reasoning is not None else general
    if not any(each.model in draft.reasoners for each in scored):
        reasoning = None  # theirs says nothing either to models without a family
    if (reasoning is None and prompt is None) or not isinstance(condition, Sayable):
        return
    ours = str(condition.tree)
    decision: dict[str, Plain] = {"when": condition.tree}
    if scored:
        decision["models"] = {one.model: one.score for one in scored}
    if reasoning is not None:
        decision["reasoning"] = reasoning
    if prompt is not None:
        decision["system_prompt"] = prompt
    draft.document.put(("decisions", ours), decision, origin(node))
    for each in scored:
        if each.reasoning is not None and reasoning is not None and each.reasoning != reasoning:
            each.node.approximated(
                f"decisions.{ours} lets every model reason alike, as the best one: {reasoning}"
            )


def system_prompt(node: Source, text: str, enabled: str, mode: str) -> dict[str, Plain] | None:
    """Returns the system prompt that some keys ask for; None if they ask for none."""
    said, is_on = node.text(text), node.flag(enabled)
    how = node.get(mode)
    way = how.as_text() if how is not None else "replace"
    if way not in ("insert", "replace") and how is not None:
        how.misread("it must be insert or replace")
    if not said or is_on is False:
        return None
    return {"mode": way or "replace", "text": said}


def _overrides(node: Source, name: str, draft: Draft) -> None:
    where = ("categories", name)
    cache = cache_override(
        node, "semantic_cache_enabled", "semantic_cache_similarity_threshold", "semantic_cache_ttl"
    )
    if cache:
        draft.document.put((*where, "cache"), cache)
    guards: dict[str, Plain] = {}
    is_on, threshold = node.flag("jailbreak_enabled"), node.probability("jailbreak_threshold")
    jailbreak: dict[str, Plain] = {} if is_on is None else {"mode": "enforce" if is_on else "off"}
    if threshold:
        jailbreak["threshold"] = threshold
    if jailbreak:
        guards["jailbreak"] = jailbreak
    pii_on = node.flag("pii_enabled")
    if pii_on is not None:
        guards["pii"] = pii_guard(node, ()) if pii_on else {"mode": "off"}
    limit = node.probability("pii_threshold")
    if limit and pii_on:
        denied = pii_guard(node, ())["actions"]
        assert isinstance(denied, dict)
        guards["pii"] = pii_guard(node, ()) | {"thresholds": thresholds_of(denied, limit)}
    if guards:
        draft.document.put((*where, "guards"), guards)
