"""The composition root: which adapter plays which role. Nothing else but the CLI names one."""

from .checkpoints import tool_opinions_of
from .fast import fast_of, fast_plan_of
from .gateway import run_gateway
from .hosts import deployment_of
from .parts import Detectors, classifier_of, detectors_of, gateway_of, route_of, screen_of
from .policies import Policies, policies_of
from .router import Listening, Router, router_of
from .served import roomy, served_of
from .workers import Workers

__all__ = [
    "Detectors",
    "Listening",
    "Policies",
    "Router",
    "Workers",
    "classifier_of",
    "deployment_of",
    "detectors_of",
    "fast_of",
    "fast_plan_of",
    "gateway_of",
    "policies_of",
    "roomy",
    "route_of",
    "router_of",
    "run_gateway",
    "screen_of",
    "served_of",
    "tool_opinions_of",
]
