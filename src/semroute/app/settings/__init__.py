"""What can be configured. The YAML file has exactly this shape.

Every type here is frozen, every default is the one the file may leave out, and the
`Meta(description=…)` texts are the documentation: `semroute schema` and
`docs/configuration.md` are made from them. What has rules of its own beside its shape has them in
one module: `guards.py`, `caching.py`, `decisions.py` and their neighbours in `app`.
"""

from .bodies import MeteringSettings, ScreeningSettings
from .classifier import ClassifierSettings, FastSettings
from .envoy import BUDGET_SHARE, EndpointSettings, EnvoySettings
from .models import ModelSettings, PriceSettings
from .root import Settings
from .routing import CategorySettings, HeaderSettings, RoutingSettings
from .server import LogSettings, ServerSettings

__all__ = [
    "BUDGET_SHARE",
    "CategorySettings",
    "ClassifierSettings",
    "EndpointSettings",
    "EnvoySettings",
    "FastSettings",
    "HeaderSettings",
    "LogSettings",
    "MeteringSettings",
    "ModelSettings",
    "PriceSettings",
    "RoutingSettings",
    "ScreeningSettings",
    "ServerSettings",
    "Settings",
]
