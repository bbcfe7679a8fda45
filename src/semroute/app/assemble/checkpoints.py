"""Checkpoints, put beside the embedded model."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

from semroute.adapters.torch import (
    Capacity,
    CheckpointClassifier,
    CheckpointReader,
    Source,
    TorchClassifier,
    TorchReranker,
)
from semroute.app.checkpoints import CheckpointSettings, Task, is_replaced
from semroute.app.opinions import (
    AttackOpinion,
    CategoryOpinion,
    ComposedClassifier,
    ComposedReader,
    EntityOpinion,
)
from semroute.app.rank_tools import ToolOpinion
from semroute.app.settings import Settings
from semroute.domain.attack import AttackKind
from semroute.domain.guards import ATTACK_CHECKS, ENCODER_KINDS, Check
from semroute.domain.opinions import Add, Average
from semroute.domain.policy import Policy

from .ensemble import Ensemble, Loadable
from .labels import labels_of

_CHECKED_BY: Final = {Check.JAILBREAK: AttackKind.JAILBREAK, Check.INJECTION: AttackKind.INJECTION}


def wanted_heads(settings: Settings, policy: Policy) -> tuple[bool, bool]:
    """Returns whether the embedded model is to look for attacks, and for people and addresses."""
    return (
        bool(policy.checks & ATTACK_CHECKS) and may_read_attacks(settings),
        policy.wants_entities and not is_replaced(settings.classifier.checkpoints, "entities"),
    )


def may_read_attacks(settings: Settings) -> bool:
    """Whether the embedded model is who judges attacks by meaning, if anybody does."""
    options = settings.classifier
    return options.directory is None and not is_replaced(options.checkpoints, "attacks")


def reads_by_meaning(settings: Settings) -> bool:
    """Whether there is anybody who reads texts for the checks."""
    options = settings.classifier
    readers: tuple[Task, ...] = ("attacks", "entities")
    return options.directory is None or any(each.task in readers for each in options.checkpoints)


def finds_more(settings: Settings, policy: Policy) -> bool:
    """Whether a checkpoint looks for personal data, and so has to see every text."""
    has_any = any(each.task == "entities" for each in settings.classifier.checkpoints)
    return has_any and bool(policy.kinds_in_requests)


def tool_opinions_of(model: TorchClassifier | Ensemble) -> Sequence[ToolOpinion]:
    """Returns which of an operator's checkpoints say which tools serve best."""
    return model.tool_opinions if isinstance(model, Ensemble) else ()


def ensemble_of(settings: Settings, policy: Policy, embedded: TorchClassifier) -> Ensemble:
    """Returns the embedded model and the checkpoints that are wanted; none is loaded yet.

    Raises:
        OSError: A file of labels cannot be read; the operator's fault.
        SettingsError: A file of labels is wrong; the operator's fault.
    """
    loadable: list[Loadable] = []
    categories: list[CategoryOpinion] = []
    attacks: list[AttackOpinion] = []
    entities: list[EntityOpinion] = []
    tools: list[ToolOpinion] = []
    for each in settings.classifier.checkpoints:
        match each.task:
            case "category":
                classifier = _classifier(each, settings)
                loadable.append(classifier)
                categories.append(CategoryOpinion(classifier, each.deciding))
            case "attacks" if policy.checks & ATTACK_CHECKS:
                reader = _attack_reader(each, settings, policy)
                loadable.append(reader)
                attacks.append(AttackOpinion(reader, each.deciding))
            case "entities" if policy.kinds_in_requests:
                reader = _entity_reader(each, settings, policy)
                loadable.append(reader)
                entities.append(EntityOpinion(reader, each.finding))
            case "tools":
                reranker = TorchReranker(_source(each), _capacity(settings))
                loadable.append(reranker)
                tools.append(ToolOpinion(reranker, each.ordering, each.most_tools))
            case "attacks" | "entities":
                """Nothing is checked for, so it is not even loaded."""
            case _:
                assert_never(each.task)
    return Ensemble(
        embedded,
        loadable,
        ComposedClassifier(embedded, categories),
        ComposedReader(
            embedded if any(wanted_heads(settings, policy)) else None, attacks, entities
        ),
        tools,
    )


def _classifier(each: CheckpointSettings, settings: Settings) -> CheckpointClassifier:
    return CheckpointClassifier(
        _source(each),
        tuple(settings.categories),
        _capacity(settings),
        must_know_all=not isinstance(each.deciding, Average),
    )


def _attack_reader(
    each: CheckpointSettings, settings: Settings, policy: Policy
) -> CheckpointReader:
    checked = {_CHECKED_BY[check] for check in policy.checks & ATTACK_CHECKS}
    needed = () if isinstance(each.deciding, Average) else checked
    return CheckpointReader.of_attacks(_source(each), needed, _capacity(settings))


def _entity_reader(
    each: CheckpointSettings, settings: Settings, policy: Policy
) -> CheckpointReader:
    # All other kinds are found by their letters too.
    needed = () if isinstance(each.finding, Add) else policy.kinds_in_requests & ENCODER_KINDS
    return CheckpointReader.of_entities(
        _source(each), policy.kinds_in_requests, needed, _capacity(settings)
    )


def _source(each: CheckpointSettings) -> Source:
    return Source(Path(each.directory), labels_of(each), each.max_tokens, each.temperature)


def _capacity(settings: Settings) -> Capacity:
    options = settings.classifier
    return Capacity(
        options.workers or len(os.sched_getaffinity(0)),
        options.max_waiting,
        options.max_windows,
        settings.screening.remembered,
    )
