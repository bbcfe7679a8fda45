"""Envoy itself: its configuration, generated from typed messages, and its process.

Envoy's types take most of a second to import, so `bootstrap` is imported where it is needed.
"""

from .gateway import ROUTER_CLUSTER, Gateway, Upstream
from .health import EnvoyHealth
from .process import (
    EnvoyError,
    EnvoyProcess,
    RefusedByEnvoyError,
    find_envoy,
    running_envoy,
    validate,
)

__all__ = [
    "ROUTER_CLUSTER",
    "EnvoyError",
    "EnvoyHealth",
    "EnvoyProcess",
    "Gateway",
    "RefusedByEnvoyError",
    "Upstream",
    "find_envoy",
    "running_envoy",
    "validate",
]
