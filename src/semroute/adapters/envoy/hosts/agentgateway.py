"""agentgateway: an `AgentgatewayPolicy` before routing, and routes by the endpoint header."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from semroute.adapters.envoy.gateway import Upstream

from .deployment import Deployment
from .page import Page
from .resource import Metadata, Resource
from .routes import BackendRef, TargetRef, http_routes
from .spelling import object_name

_GROUP: Final = "agentgateway.dev"
_VERSION: Final = f"{_GROUP}/v1alpha1"
_BACKEND: Final = "AgentgatewayBackend"

_NOTES: Final = (
    (
        "Bodies go both ways in full duplex: agentgateway buffers 8 KiB at most, and the router "
        "answers for a whole request all the same."
    ),
    (
        "agentgateway waits 10 seconds for the router's first answer; a policy of its own for the "
        "router's Service changes that (`backend.http.requestTimeout`)."
    ),
)


@frozen
class ProcessingOptions:
    """What the router is sent."""

    request_header_mode: str = "Send"
    request_body_mode: str = "FullDuplexStreamed"
    request_trailer_mode: str = "Send"
    response_header_mode: str = "Send"
    response_body_mode: str = "FullDuplexStreamed"
    response_trailer_mode: str = "Send"


@frozen
class ExtProc:
    """The router as an external processor."""

    backend_ref: BackendRef
    failure_mode: str
    processing_options: ProcessingOptions


@frozen
class Traffic:
    """What happens to requests, and when."""

    phase: str
    ext_proc: ExtProc


@frozen
class PolicySpec:
    """A policy for one gateway."""

    target_refs: tuple[TargetRef, ...]
    traffic: Traffic


@frozen
class StaticBackend:
    """A host."""

    host: str
    port: int


@frozen
class BackendTls:
    """TLS as agentgateway does it unasked: the system's certificates, and the host's name."""


@frozen
class BackendPolicies:
    """How a backend is spoken to."""

    tls: BackendTls


@frozen
class BackendSpec:
    """A place where models are served."""

    static: StaticBackend
    policies: BackendPolicies | None = None


def agentgateway(deployment: Deployment) -> Page:
    """Returns what agentgateway must be told.

    The policy runs before routing; after it, the router's answer would choose nothing.
    """
    return Page(
        (
            _policy(deployment),
            *http_routes(deployment, _backend),
            *_backends(deployment),
        ),
        _NOTES,
    )


def _policy(deployment: Deployment) -> Resource:
    placement = deployment.placement
    processor = ExtProc(
        BackendRef(placement.service, port=deployment.port),
        "FailOpen" if deployment.gateway.fails_open else "FailClosed",
        ProcessingOptions(),
    )
    return Resource(
        _VERSION,
        "AgentgatewayPolicy",
        Metadata("semroute", placement.namespace),
        PolicySpec((TargetRef(placement.gateway),), Traffic("PreRouting", processor)),
    )


def _backend(upstream: Upstream) -> BackendRef:
    return BackendRef(object_name(upstream.name), _GROUP, _BACKEND)


def _backends(deployment: Deployment) -> Iterator[Resource]:
    for upstream in deployment.gateway.upstreams:
        address = upstream.address
        tls = BackendPolicies(BackendTls()) if upstream.tls else None
        yield Resource(
            _VERSION,
            _BACKEND,
            Metadata(object_name(upstream.name), deployment.placement.namespace),
            BackendSpec(StaticBackend(address.host, address.port), tls),
        )
