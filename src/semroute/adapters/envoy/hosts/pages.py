"""Which host gets which page, and what is to be said to all of them."""

from collections.abc import Iterator
from typing import Final, assert_never

from attrs import evolve

from semroute.domain.naming import PICKER_HEADER

from .agentgateway import agentgateway
from .ai_gateway import ai_gateway
from .deployment import Deployment
from .envoy_gateway import envoy_gateway
from .host import Host
from .istio import istio
from .page import Page

SHADOW_NOTE: Final = (
    "In shadow: requests go on at once as they are, and a copy goes to the router, which counts "
    "it as `observed` and decides nothing."
)


def page_of(host: Host, deployment: Deployment) -> Page:
    """Returns what a host in Kubernetes must be told.

    Raises:
        ValueError: The plain Envoy is no such host.
    """
    match host:
        case Host.ENVOY:
            message = "the plain Envoy is configured by a bootstrap"
            raise ValueError(message)
        case Host.ENVOY_GATEWAY:
            page = envoy_gateway(deployment)
        case Host.AI_GATEWAY:
            page = ai_gateway(deployment)
        case Host.ISTIO:
            page = istio(deployment)
        case Host.AGENTGATEWAY:
            page = agentgateway(deployment)
        case _ as never:
            assert_never(never)
    return evolve(page, notes=(*_notes(host, deployment), *page.notes))


def _notes(host: Host, deployment: Deployment) -> Iterator[str]:
    gateway = deployment.gateway
    yield f"Made by `semroute envoy --for {host.value}`."
    for key, value in deployment.demands.items():
        yield f"The router's configuration must say `{key}: {value}` too."
    if deployment.shares_a_pickers_header:
        yield (
            f"{PICKER_HEADER} is the header of endpoint pickers, and the router's configuration "
            "says to use it. Leave it to them if there is an InferencePool behind this gateway."
        )
    else:
        yield (
            f"Routes match on {gateway.endpoint_header}. {PICKER_HEADER} is left alone, because "
            "endpoint pickers of an InferencePool use it."
        )
    for upstream in gateway.upstreams:
        if upstream.address.is_local:
            yield f"{upstream.name} is at {upstream.address}, which is in the gateway's own pod."
    if gateway.is_shadow:
        yield SHADOW_NOTE
