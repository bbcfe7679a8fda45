"""Istio: an `EnvoyFilter` for the gateway, and routes by the endpoint header."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm

from semroute.adapters.envoy.clusters import router_cluster
from semroute.adapters.envoy.filters import ext_proc_filter, forgery_removal
from semroute.adapters.envoy.gateway import Upstream
from semroute.adapters.envoy.messages import document_of, packed

from .deployment import Deployment
from .page import Page
from .resource import Metadata, Resource
from .routes import BackendRef, http_routes
from .spelling import object_name

_GROUP: Final = "networking.istio.io"
_MANAGER: Final = "envoy.filters.network.http_connection_manager"
_GATEWAY_LABEL: Final = "gateway.networking.k8s.io/gateway-name"
_CONTEXT: Final = "GATEWAY"

_NOTES: Final = (
    "The patches are for the pods of the Gateway of this name alone, and for all its listeners.",
    "The router's Service must be headless, so that Envoy sees every router behind it.",
)


@frozen
class WorkloadSelector:
    """Which pods."""

    labels: Mapping[str, str]


@frozen
class FilterMatch:
    """A network filter by its name."""

    name: str


@frozen
class FilterChainMatch:
    """The filter chains that have a filter."""

    filter: FilterMatch


@frozen
class ListenerMatch:
    """The listeners that have such a chain; all if none is named."""

    filter_chain: FilterChainMatch | None = None


@frozen
class ConfigMatch:
    """What is patched."""

    context: str
    listener: ListenerMatch | None = None


@frozen
class Patch:
    """How it is patched."""

    operation: str
    value: Mapping[str, Any]


@frozen
class ConfigPatch:
    """One change to Envoy's configuration."""

    apply_to: str
    match: ConfigMatch
    patch: Patch


@frozen
class EnvoyFilterSpec:
    """Changes to the configuration of some pods."""

    workload_selector: WorkloadSelector
    config_patches: tuple[ConfigPatch, ...]


@frozen
class ServicePort:
    """A port of a service."""

    number: int
    name: str
    protocol: str


@frozen
class WorkloadEntry:
    """Where a service is."""

    address: str


@frozen
class ServiceEntrySpec:
    """A service by a name of ours."""

    hosts: tuple[str, ...]
    ports: tuple[ServicePort, ...]
    location: str
    resolution: str
    endpoints: tuple[WorkloadEntry, ...]


@frozen
class ClientTls:
    """How TLS is spoken to it. Whose certificates are believed is the mesh's to say."""

    mode: str
    sni: str
    subject_alt_names: tuple[str, ...]


@frozen
class TrafficPolicy:
    """How it is spoken to."""

    tls: ClientTls


@frozen
class DestinationRuleSpec:
    """How a service is spoken to."""

    host: str
    traffic_policy: TrafficPolicy


def istio(deployment: Deployment) -> Page:
    """Returns what Istio must be told."""
    return Page(
        (
            _filter(deployment),
            *http_routes(deployment, _backend),
            *_services(deployment),
        ),
        _NOTES,
    )


def _filter(deployment: Deployment) -> Resource:
    gateway, placement = deployment.gateway, deployment.placement
    manager = ListenerMatch(FilterChainMatch(FilterMatch(_MANAGER)))
    early = hcm.HttpConnectionManager(early_header_mutation_extensions=[forgery_removal(gateway)])
    guarded = {"name": _MANAGER, "typed_config": document_of(packed(early))}
    buffer = {"per_connection_buffer_limit_bytes": gateway.max_body_bytes}
    consulted = document_of(ext_proc_filter(gateway))
    patches = (
        _patch("CLUSTER", None, "ADD", document_of(router_cluster(gateway))),
        _patch("LISTENER", ListenerMatch(), "MERGE", buffer),
        _patch("NETWORK_FILTER", manager, "MERGE", guarded),
        _patch("HTTP_FILTER", manager, "INSERT_FIRST", consulted),
    )
    return Resource(
        f"{_GROUP}/v1alpha3",
        "EnvoyFilter",
        Metadata("semroute", placement.namespace),
        EnvoyFilterSpec(WorkloadSelector({_GATEWAY_LABEL: placement.gateway}), patches),
    )


def _patch(
    target: str, listener: ListenerMatch | None, operation: str, value: Mapping[str, Any]
) -> ConfigPatch:
    return ConfigPatch(target, ConfigMatch(_CONTEXT, listener), Patch(operation, value))


def _host(upstream: Upstream) -> str:
    """Returns a name that no other service has; the upstream's own may be in the mesh already."""
    return f"{object_name(upstream.name)}.semroute.internal"


def _backend(upstream: Upstream) -> BackendRef:
    return BackendRef(_host(upstream), _GROUP, "Hostname", upstream.address.port)


def _services(deployment: Deployment) -> Iterator[Resource]:
    for upstream in deployment.gateway.upstreams:
        address = upstream.address
        metadata = Metadata(object_name(upstream.name), deployment.placement.namespace)
        entry = ServiceEntrySpec(
            hosts=(_host(upstream),),
            ports=(ServicePort(address.port, "http", "HTTP"),),
            location="MESH_EXTERNAL",
            resolution="STATIC" if address.is_ip else "DNS",
            endpoints=(WorkloadEntry(address.host),),
        )
        yield Resource(f"{_GROUP}/v1", "ServiceEntry", metadata, entry)
        if upstream.tls:
            policy = TrafficPolicy(ClientTls("SIMPLE", address.host, (address.host,)))
            rule = DestinationRuleSpec(_host(upstream), policy)
            yield Resource(f"{_GROUP}/v1", "DestinationRule", metadata, rule)
