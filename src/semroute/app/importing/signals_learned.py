"""Rules about what a request means, as signals of ours.

Other models answer here, so every threshold is a new number, even where it is the same one.
"""

from collections.abc import Mapping
from typing import Final

from .document import Plain
from .policies import NOT_SOUGHT, attack_threshold, denied_kinds, thresholds_of
from .source import Source

_COSINES: Final = (
    "another encoder: the threshold is taken over, and may be too high or too low; measure it"
)
_PICTURES: Final = "pictures are not compared with anything here"

# Their levels lie around the middle of two sets of examples; ours are thirds of a learnt scale,
# the upper one somewhat higher, because hard prompts are dear.
_LEVELS: Final[Mapping[str, Mapping[str, float]]] = {
    ":hard": {"at_least": 0.7},
    ":medium": {"at_least": 0.35, "below": 0.7},
    ":easy": {"below": 0.35},
}


def embedding(node: Source) -> Mapping[str, Plain]:
    """Returns which examples a prompt must be like."""
    examples: list[Plain] = list(node.texts("candidates"))
    threshold = node.probability("threshold")
    method = node.get("aggregation_method")
    how = method.as_text() if method is not None else "max"
    if (node.text("query_modality") or "text") != "text" or not examples:
        node.left(_PICTURES if not examples else f"a prompt is text: {_PICTURES}")
        return {}
    signal: dict[str, Plain] = {"examples": examples}
    if threshold is not None:
        signal["at_least"] = threshold
    node.approximated(_COSINES)
    if method is not None and how != "max":
        method.approximated("the likest example counts, instead of all together")
    for key in ("negative_candidates", "image_candidates", "negative_image_candidates"):
        others = node.get(key)
        if others is not None and others.value:
            others.left("only examples in words that a prompt is like can be given")
    return {"": {"similarity": signal}}


def preference(node: Source) -> Mapping[str, Plain]:
    """Returns which examples a prompt must be like, for what a language model was asked there."""
    examples: list[Plain] = list(node.texts("examples"))
    description = node.text("description")
    threshold = node.probability("threshold")
    if not examples and not description:
        node.left("it has neither examples nor a description", "write a similarity signal")
        return {}
    signal: dict[str, Plain] = {"examples": examples or [description or ""]}
    if threshold:
        signal["at_least"] = threshold
    node.approximated(
        "where a language model was asked, prompts are compared with its "
        + ("examples" if examples else "description; better give it examples")
    )
    return {"": {"similarity": signal}}


def complexity(node: Source) -> Mapping[str, Plain]:
    """Returns how hard a prompt must be."""
    least, most = node.probability("min"), node.probability("max")
    if least is not None or most is not None:
        signal: dict[str, Plain] = {} if least is None else {"at_least": least}
        if most is not None and most < 1:
            signal["below"] = most
        node.approximated("other models say how hard a prompt is, on the same scale from 0 to 1")
        return {"": {"complexity": signal or {"at_least": 0}}}
    bounds = ("threshold", "hard_above", "easy_below", "hard_below", "easy_above")
    given = [each for each in bounds if node.number(each) is not None]
    if given:
        node.approximated(
            "its levels are thirds of a scale that was learnt; its thresholds are not on that scale"
        )
    else:
        node.approximated("its levels are thirds of a scale that was learnt")
    for key in ("hard", "easy"):
        examples = node.get(key)
        if examples is not None:
            examples.approximated_whole("its examples are not needed: the scale was learnt")
    composer = node.get("composer")
    if composer is not None:
        composer.left(
            "a level has no conditions of its own", "add them to the decisions that ask for it"
        )
    return {suffix: {"complexity": dict(said)} for suffix, said in _LEVELS.items()}


def jailbreak(node: Source) -> Mapping[str, Plain]:
    """Returns how probable an attack must be."""
    if (node.text("direction") or "request") != "request":
        node.left(
            "a signal is about the request; answers are not looked through for attacks",
            "guards.answers looks for personal data and secrets in them",
        )
        return {}
    threshold = attack_threshold(node)
    node.flag("include_history")  # all of a request is read here
    if (node.text("method") or "classifier") != "classifier":
        node.approximated("a model decides, which was trained; it knows no examples of yours")
    for key in ("jailbreak_patterns", "benign_patterns"):
        patterns = node.get(key)
        if patterns is not None:
            patterns.approximated_whole("not needed: the model that looks for attacks was trained")
    return {"": {"jailbreak": {} if threshold is None else {"at_least": threshold}}}


def pii(node: Source) -> Mapping[str, Plain]:
    """Returns which personal data must be there."""
    kinds: list[str] = denied_kinds(node.texts("pii_types_allowed"))
    threshold = node.probability("threshold")
    node.flag("include_history")  # all of a request is read here
    if not kinds:
        node.left("all kinds that are looked for here are allowed")
        return {}
    node.approximated(NOT_SOUGHT)
    signal: dict[str, Plain] = {"any": [*kinds]}
    if threshold:
        signal["at_least"] = max(thresholds_of(kinds, threshold).values())
    return {"": {"pii": signal}}
