"""What senses signals, shapes requests and knows conversations, made from settings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import trio
from attrs import frozen

from semroute.adapters.envoy import EnvoyHealth
from semroute.adapters.lexical.signals import keyword_sensor, language_sensor, pattern_sensor
from semroute.adapters.settings import load_toolbox
from semroute.adapters.torch import Exemplars, TorchToolRanker
from semroute.app.conversations import Conversations
from semroute.app.rank_tools import ToolOpinion
from semroute.app.select_tools import ToolSelector
from semroute.app.senses import Senses
from semroute.app.settings import Settings
from semroute.app.shape import Shape
from semroute.app.zones import local_time
from semroute.domain.address import Address
from semroute.domain.errors import ClassifierError
from semroute.domain.policy import Policy
from semroute.domain.ports import Embedder, TextSensor
from semroute.domain.reasoning import Family
from semroute.domain.signals.definitions import (
    KeywordSignal,
    LanguageSignal,
    PatternSignal,
    Signal,
    SimilaritySignal,
)
from semroute.domain.tools.toolbox import Toolbox

_MILLISECONDS: Final = 1000


@frozen
class Policies:
    """What an operator's decisions need to be carried out.

    Args:
        senses: Finds out what became of signals.
        shape: Says what becomes of bodies.
        conversations: Knows where conversations are.
        exemplars: What compares prompts with examples, and has to encode those first.
        health: Says which endpoints are in order; None if nobody does.
    """

    senses: Senses
    shape: Shape
    conversations: Conversations
    exemplars: tuple[Exemplars, ...] = ()
    health: EnvoyHealth | None = None

    def unhealthy(self) -> frozenset[str]:
        """Returns the endpoints that are known to be out of order."""
        return frozenset() if self.health is None else self.health.health.unhealthy

    async def warm(self) -> None:
        """Encodes what prompts are compared with; what fails is tried again when it is needed.

        Cancellation: What is not encoded yet will be then, too.
        """
        await self.shape.warm()
        for each in self.exemplars:
            try:
                await each.warm()
            except ClassifierError:
                return

    async def run(self) -> None:
        """Keeps what is known of endpoints up to date, until it is cancelled."""
        if self.health is not None:
            await self.health.run()
        await trio.sleep_forever()


def policies_of(
    settings: Settings,
    policy: Policy,
    embedder: Embedder | None = None,
    families: Mapping[str, Family] | None = None,
    tool_opinions: Sequence[ToolOpinion] = (),
) -> Policies:
    """Returns what an operator's decisions need.

    Args:
        settings: What was configured.
        policy: What it means.
        embedder: Says what texts mean; None if nobody can.
        families: How models are told to reason.
        tool_opinions: Who says, beside the embedder, which tools serve best.

    Raises:
        OSError: A file of tools cannot be read; the operator's fault.
        SettingsError: A file of tools is wrong; the operator's fault.
    """
    exemplars = {
        name: Exemplars(signal, embedder)
        for name, signal in policy.signals.items()
        if isinstance(signal, SimilaritySignal) and embedder is not None
    }
    routing = settings.routing
    selector = (
        None
        if embedder is None
        else ToolSelector(TorchToolRanker(embedder), routing.budget_seconds, tool_opinions)
    )
    return Policies(
        senses_of(settings, policy, exemplars),
        Shape(
            policy,
            families or {},
            selector,
            toolboxes_of(settings),
        ),
        Conversations(routing.conversation_headers, routing.pin_seconds),
        tuple(exemplars.values()),
        _health_of(settings),
    )


def senses_of(
    settings: Settings, policy: Policy, exemplars: Mapping[str, Exemplars] | None = None
) -> Senses:
    """Returns what finds out what became of signals.

    Args:
        settings: What was configured.
        policy: What it means.
        exemplars: What compares prompts with examples, by the signal's name; None if nobody does.
    """
    letters = ((name, _reads_letters(signal)) for name, signal in policy.signals.items())
    return Senses(
        policy.signals,
        policy.decisions,
        {name: sensor for name, sensor in letters if sensor is not None},
        exemplars or {},
        {
            name: settings.routing.budget_seconds
            if each.similarity is not None
            else each.budget_ms / _MILLISECONDS
            for name, each in settings.signals.items()
        },
        _now,
    )


def toolboxes_of(settings: Settings) -> dict[str, Toolbox]:
    """Returns the operator's tools, by the name of the decision that puts them into requests.

    Raises:
        OSError: A file of tools cannot be read; the operator's fault.
        SettingsError: A file of tools is wrong; the operator's fault.
    """
    return {
        name: load_toolbox(Path(each.tools.database))
        for name, each in settings.decisions.items()
        if each.tools is not None and each.tools.database is not None
    }


def _reads_letters(signal: Signal) -> TextSensor | None:
    match signal:
        case KeywordSignal():
            return keyword_sensor(signal)
        case PatternSignal():
            return pattern_sensor(signal)
        case LanguageSignal():
            return language_sensor(signal)
        case _:
            return None


def _health_of(settings: Settings) -> EnvoyHealth | None:
    if settings.routing.health == "none":
        return None
    return EnvoyHealth(Address.parse(settings.envoy.admin), frozenset(settings.endpoints))


def _now(zone: str) -> datetime:
    return local_time(zone, datetime.now(UTC))
