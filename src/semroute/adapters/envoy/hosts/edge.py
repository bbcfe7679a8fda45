"""What Envoy Gateway and Envoy AI Gateway have in common: the listener's edge, and backends."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from semroute.adapters.envoy.gateway import Upstream

from .deployment import Deployment
from .resource import Metadata, Resource, called
from .routes import HeaderChange, TargetRef
from .spelling import object_name, quantity

ENVOY_GATEWAY: Final = "gateway.envoyproxy.io"
VERSION: Final = f"{ENVOY_GATEWAY}/v1alpha1"
BACKEND: Final = "Backend"


@frozen
class Fqdn:
    """A host by its name."""

    hostname: str
    port: int


@frozen
class Ip:
    """A host by its address."""

    address: str
    port: int


@frozen
class BackendEndpoint:
    """One of the two."""

    fqdn: Fqdn | None = None
    ip: Ip | None = None


@frozen
class BackendTls:
    """Whose certificates are believed."""

    well_known: str | None = called("wellKnownCACertificates")


@frozen
class BackendSpec:
    """A place where models are served."""

    endpoints: tuple[BackendEndpoint, ...]
    tls: BackendTls | None = None


@frozen
class EarlyHeaders:
    """Changes before the first route lookup."""

    early_request_headers: HeaderChange


@frozen
class Connection:
    """How much of a request is buffered."""

    buffer_limit: str


@frozen
class ClientTrafficSpec:
    """How clients' connections are treated."""

    target_refs: tuple[TargetRef, ...]
    headers: EarlyHeaders
    connection: Connection


def client_traffic(deployment: Deployment) -> Resource:
    """Returns the policy for clients' connections.

    Clients' copies of the endpoint header go before the first route lookup: anything later is
    too late. Those of the others choose no route, and the router removes them.
    """
    gateway, placement = deployment.gateway, deployment.placement
    return Resource(
        VERSION,
        "ClientTrafficPolicy",
        Metadata("semroute", placement.namespace),
        ClientTrafficSpec(
            (TargetRef(placement.gateway),),
            EarlyHeaders(HeaderChange((gateway.endpoint_header,))),
            Connection(quantity(gateway.max_body_bytes)),
        ),
    )


def backends(deployment: Deployment) -> Iterator[Resource]:
    """Returns a `Backend` for every upstream."""
    for upstream in deployment.gateway.upstreams:
        yield Resource(
            VERSION,
            BACKEND,
            Metadata(object_name(upstream.name), deployment.placement.namespace),
            BackendSpec((_endpoint(upstream),), BackendTls("System") if upstream.tls else None),
        )


def _endpoint(upstream: Upstream) -> BackendEndpoint:
    address = upstream.address
    if address.is_ip:
        return BackendEndpoint(ip=Ip(address.host, address.port))
    return BackendEndpoint(fqdn=Fqdn(address.host.lower(), address.port))
