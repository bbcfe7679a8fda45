"""The shape that an imported configuration must have, as far as it goes beyond single values."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

SECTIONS: Final = {
    "version", "endpoints", "models", "signals", "decisions", "categories", "routing", "reasoning",
    "guards", "cache", "envoy",
}  # fmt: skip

SIGNALS: Final = {
    "keywords": {"any", "all", "none", "typos", "case_sensitive"},
    "regex": {"pattern"},
    "complexity": {"at_least", "below"},
    "category": {"any", "at_least"},
    "jailbreak": {"at_least"},
    "pii": {"any", "at_least"},
    "similarity": {"examples", "at_least"},
    "language": {"any", "at_least"},
    "context": {"at_least", "below"},
    "modality": {"any"},
    "tools": {"at_least"},
    "header": {"name", "any"},
}

DECISION: Final = {
    "priority", "when", "models", "reasoning", "system_prompt", "tools", "cache", "guards",
    "headers",
}  # fmt: skip

MODEL: Final = {"endpoints", "price", "context", "can", "family", "guards"}


def check_shape(tree: Mapping[str, Any]) -> None:
    """Fails if a configuration has keys that are none, or names what is not there."""
    assert tree.keys() <= SECTIONS
    models, signals = tree["models"], tree.get("signals", {})
    for model in models.values():
        assert model.keys() <= MODEL
        assert model["endpoints"].keys() <= tree["endpoints"].keys()
    for signal in signals.values():
        ((kind, said),) = signal.items()
        assert said.keys() <= SIGNALS[kind]
        if kind == "category":
            assert set(said["any"]) <= tree["categories"].keys()
    for decision in tree.get("decisions", {}).values():
        assert decision.keys() <= DECISION
        assert set(_names(decision["when"])) <= signals.keys()
        assert decision.get("models", {}).keys() <= models.keys()
        assert decision.get("reasoning", "off") in {"off", "low", "medium", "high"}
    for category in tree["categories"].values():
        assert category.get("candidates", {}).keys() <= models.keys()
    assert tree["routing"]["default_model"] in models
    assert not set(tree["routing"]["aliases"]) & models.keys()


def _names(when: Any) -> Iterator[str]:
    if isinstance(when, str):
        yield when
        return
    assert when
    assert when.keys() <= {"all", "any", "none"}
    for parts in when.values():
        assert parts
        for part in parts:
            yield from _names(part)
