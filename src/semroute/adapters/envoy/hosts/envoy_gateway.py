"""Envoy Gateway: an `EnvoyExtensionPolicy`, and routes by the endpoint header."""

from typing import Final

from attrs import frozen

from semroute.adapters.envoy.gateway import Upstream

from .deployment import Deployment
from .edge import BACKEND, ENVOY_GATEWAY, VERSION, backends, client_traffic
from .page import Page
from .resource import Metadata, Resource
from .routes import BackendRef, TargetRef, http_routes
from .spelling import duration, object_name

_ENABLED: Final = (
    "`Backend` resources must be allowed: `extensionApis: {enableBackend: true}` in Envoy "
    "Gateway's own configuration."
)
_RECENT: Final = "`shadowMode` needs an Envoy Gateway that has it (pull request 8536, 2026)."


@frozen
class BodyMode:
    """How bodies are sent; headers always are if there is one of these."""

    body: str | None = None


@frozen
class ProcessingMode:
    """What the router is sent."""

    request: BodyMode
    response: BodyMode
    allow_mode_override: bool


@frozen
class ProcessorMetadata:
    """Whose dynamic metadata the router may write."""

    writable_namespaces: tuple[str, ...]


@frozen
class ExtProc:
    """The router as an external processor."""

    backend_refs: tuple[BackendRef, ...]
    message_timeout: str
    fail_open: bool
    processing_mode: ProcessingMode
    metadata: ProcessorMetadata
    shadow_mode: bool | None = None


@frozen
class ExtensionSpec:
    """The external processors of one gateway."""

    target_refs: tuple[TargetRef, ...]
    ext_proc: tuple[ExtProc, ...]


def envoy_gateway(deployment: Deployment) -> Page:
    """Returns what Envoy Gateway must be told.

    The policy is for the whole gateway and not for routes: Envoy builds the filter chain of a
    request for the route it has at first, and the router changes that.
    """
    notes = (_ENABLED, _RECENT) if deployment.gateway.is_shadow else (_ENABLED,)
    return Page(
        (
            client_traffic(deployment),
            _extension(deployment),
            *http_routes(deployment, _backend),
            *backends(deployment),
        ),
        notes,
    )


def _backend(upstream: Upstream) -> BackendRef:
    return BackendRef(object_name(upstream.name), ENVOY_GATEWAY, BACKEND)


def _extension(deployment: Deployment) -> Resource:
    gateway, placement = deployment.gateway, deployment.placement
    processor = ExtProc(
        backend_refs=(BackendRef(placement.service, port=deployment.port),),
        message_timeout=duration(deployment.patience_seconds),
        fail_open=gateway.fails_open,
        processing_mode=ProcessingMode(
            BodyMode("Streamed" if gateway.is_shadow else "Buffered"),
            BodyMode(),
            allow_mode_override=True,
        ),
        metadata=ProcessorMetadata((gateway.metadata_namespace,)),
        shadow_mode=True if gateway.is_shadow else None,
    )
    return Resource(
        VERSION,
        "EnvoyExtensionPolicy",
        Metadata("semroute", placement.namespace),
        ExtensionSpec((TargetRef(placement.gateway),), (processor,)),
    )
