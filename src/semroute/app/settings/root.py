"""The file as a whole."""

from typing import Annotated, Literal

from attrs import field, frozen
from msgspec import Meta

from semroute.app.caching import CacheSettings
from semroute.app.decisions import DecisionSettings
from semroute.app.guards import GuardSettings
from semroute.app.leaves import CategoryName, Name
from semroute.app.limits import LimitSettings
from semroute.app.reasoning import ReasoningFamilySettings
from semroute.app.signals import SignalSettings

from .bodies import MeteringSettings, ScreeningSettings
from .classifier import ClassifierSettings
from .envoy import EndpointSettings, EnvoySettings
from .models import ModelSettings
from .routing import CategorySettings, HeaderSettings, RoutingSettings
from .server import LogSettings, ServerSettings


@frozen
class Settings:
    """semroute's configuration."""

    endpoints: dict[Name, EndpointSettings]
    models: dict[Name, ModelSettings]
    routing: RoutingSettings
    categories: dict[CategoryName, CategorySettings] = field(factory=dict)
    signals: dict[Name, SignalSettings] = field(factory=dict)
    decisions: dict[Name, DecisionSettings] = field(factory=dict)
    reasoning: dict[Name, ReasoningFamilySettings] = field(factory=dict)
    version: Annotated[Literal[1], Meta(description="The version of this format.")] = 1
    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()
    envoy: EnvoySettings = EnvoySettings()
    classifier: ClassifierSettings = ClassifierSettings()
    guards: GuardSettings = field(factory=GuardSettings)
    screening: ScreeningSettings = ScreeningSettings()
    cache: CacheSettings = CacheSettings()
    headers: HeaderSettings = HeaderSettings()
    metering: MeteringSettings = MeteringSettings()
    log: LogSettings = LogSettings()
