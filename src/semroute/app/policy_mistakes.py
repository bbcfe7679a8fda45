"""What contradicts itself in an operator's policy, or cannot work."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from semroute.domain.suggestions import did_you_mean

from .checkpoints import is_replaced
from .config import Library
from .decisions import DecisionSettings, decision_mistakes
from .reasoning import family_mistake, reasoning_mistakes
from .sensing import signal_mistakes
from .settings import ModelSettings, Settings

Mistake: TypeAlias = tuple[tuple[str | int, ...], str]


def policy_mistakes(settings: Settings, library: Library) -> Iterator[Mistake]:
    """Finds what cannot work in signals, decisions and the choice of models."""
    routing, models = settings.routing, settings.models
    has_checkpoint = any(each.task == "entities" for each in settings.classifier.checkpoints)
    for name, signal in settings.signals.items():
        for path, message in signal_mistakes(
            name, signal, settings.categories, has_checkpoint=has_checkpoint
        ):
            yield ("signals", *path), message
        if signal.complexity is not None and (unknown := _why_nobody_knows_complexity(settings)):
            yield ("signals", name, "complexity"), unknown
    for name, decision in settings.decisions.items():
        for path, message in decision_mistakes(decision, settings.signals, models):
            yield ("decisions", name, *path), message
        for model in _unequipped(decision, models):
            message = f"{model} cannot call the tools that this puts into requests"
            yield ("decisions", name, "tools", "database"), message
    yield from _unusable_families(settings, library)
    if routing.abstain_to is not None and routing.abstain_to not in models:
        yield (
            ("routing", "abstain_to"),
            f"no model is called {routing.abstain_to}{did_you_mean(routing.abstain_to, models)}",
        )
    if routing.health == "envoy" and settings.envoy.admin.endswith(":0"):
        yield ("envoy", "admin"), "with any port nobody knows where to ask, as routing.health wants"
    if not routing.min_quality <= routing.quality <= routing.max_quality:
        message = f"it must lie from {routing.min_quality:g} to {routing.max_quality:g}"
        yield ("routing", "quality"), message


def _why_nobody_knows_complexity(settings: Settings) -> str | None:
    """Returns why nobody tells how complex prompts are; None if somebody does."""
    if settings.classifier.directory is not None:
        return "only the encoder that ships tells complexity; with another nobody knows it"
    if is_replaced(settings.classifier.checkpoints, "category"):
        return (
            "the embedded encoder tells complexity, and classifier.checkpoints has one that "
            "replaces it for categories; nobody knows it then. `average` and `escalate` keep it"
        )
    return None


def _unequipped(decision: DecisionSettings, models: Mapping[str, ModelSettings]) -> Iterator[str]:
    """Yields the models of a decision that cannot call the tools that it brings along."""
    if decision.tools is None or decision.tools.database is None:
        return
    for name in (*decision.models, *decision.canary):
        can = models[name].can if name in models else None
        if can is not None and "tools" not in can:
            yield name


def _unusable_families(settings: Settings, library: Library) -> Iterator[Mistake]:
    for path, message in reasoning_mistakes(settings.reasoning):
        yield ("reasoning", *path), message
    for name, model in settings.models.items():
        if model.family is not None:
            problem = family_mistake(model.family, settings.reasoning, library.families)
            if problem is not None:
                yield ("models", name, "family"), problem
