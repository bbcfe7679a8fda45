"""Whom Envoy talks to: the router, and the servers of models."""

from typing import Final

from envoy_data_plane.envoy.config.cluster import v3 as cluster
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.endpoint import v3 as endpoint
from envoy_data_plane.envoy.extensions.transport_sockets.tls import v3 as tls
from envoy_data_plane.envoy.extensions.upstreams.http import v3 as http
from envoy_data_plane.envoy.type import v3 as envoy_type

from semroute.domain.address import Address

from .gateway import ROUTER_CLUSTER, Gateway, Upstream
from .messages import envoy_address, packed, seconds

_HTTP_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNBOUNDED: Final = 1_000_000
_OK: Final = envoy_type.Int64Range(start=200, end=300)  # the end is exclusive


def router_cluster(gateway: Gateway) -> cluster.Cluster:
    """Returns the cluster of the router's processes."""
    http2 = core.Http2ProtocolOptions(
        max_concurrent_streams=gateway.max_streams,
        connection_keepalive=core.KeepaliveSettings(interval=seconds(30), timeout=seconds(5)),
    )
    options = http.HttpProtocolOptions(
        explicit_http_config=http.HttpProtocolOptionsExplicitHttpConfig(
            http2_protocol_options=http2
        )
    )
    probe = core.HealthCheckGrpcHealthCheck(service_name=gateway.service)
    kinds = cluster.ClusterDiscoveryType
    is_static = all(each.path is not None or each.is_ip for each in gateway.routers)
    return cluster.Cluster(
        name=ROUTER_CLUSTER,
        type=kinds.STATIC if is_static else kinds.STRICT_DNS,
        connect_timeout=seconds(1),
        lb_policy=cluster.ClusterLbPolicy.LEAST_REQUEST,
        common_lb_config=_no_panic(),
        circuit_breakers=_no_breakers(),
        typed_extension_protocol_options={_HTTP_OPTIONS: packed(options)},
        load_assignment=_load(ROUTER_CLUSTER, *gateway.routers),
        health_checks=[
            core.HealthCheck(
                # A router that stops waits for two of these: `server.notice_seconds`.
                timeout=seconds(1),
                interval=seconds(1),
                no_traffic_interval=seconds(1),
                unhealthy_threshold=2,
                healthy_threshold=1,
                grpc_health_check=probe,
            )
        ],
    )


def upstream_cluster(upstream: Upstream, ca_file: str) -> cluster.Cluster:
    """Returns the cluster of one place where models are served."""
    kinds = cluster.ClusterDiscoveryType
    return cluster.Cluster(
        name=upstream.name,
        type=kinds.STATIC if upstream.address.is_ip else kinds.STRICT_DNS,
        connect_timeout=seconds(5),
        common_lb_config=_no_panic(),
        load_assignment=_load(upstream.name, upstream.address),
        health_checks=_health_checks(upstream),
        transport_socket=_tls(upstream.address.host, ca_file) if upstream.tls else None,
    )


def _health_checks(upstream: Upstream) -> list[core.HealthCheck]:
    if upstream.health_path is None:
        return []
    probe = core.HealthCheckHttpHealthCheck(
        path=upstream.health_path, host=upstream.address.host, expected_statuses=[_OK]
    )
    return [
        core.HealthCheck(
            timeout=seconds(5),
            interval=seconds(10),
            no_traffic_interval=seconds(10),
            unhealthy_threshold=3,
            healthy_threshold=2,
            http_health_check=probe,
        )
    ]


def _tls(host: str, ca_file: str) -> core.TransportSocket:
    context = tls.UpstreamTlsContext(
        sni=host,
        auto_sni_san_validation=True,
        common_tls_context=tls.CommonTlsContext(
            validation_context=tls.CertificateValidationContext(
                trusted_ca=core.DataSource(filename=ca_file)
            )
        ),
    )
    return core.TransportSocket(name="envoy.transport_sockets.tls", typed_config=packed(context))


def _no_breakers() -> cluster.CircuitBreakers:
    """Envoy would refuse calls beyond 1,024, and more than 3 retries at once; the router sheds."""
    return cluster.CircuitBreakers(
        thresholds=[
            cluster.CircuitBreakersThresholds(
                max_connections=_UNBOUNDED,
                max_pending_requests=_UNBOUNDED,
                max_requests=_UNBOUNDED,
                max_retries=_UNBOUNDED,
            )
        ]
    )


def _no_panic() -> cluster.ClusterCommonLbConfig:
    """Without this, Envoy sends traffic to hosts it knows are dead when most of them are."""
    return cluster.ClusterCommonLbConfig(healthy_panic_threshold=envoy_type.Percent(value=0))


def _load(name: str, *addresses: Address) -> endpoint.ClusterLoadAssignment:
    hosts = [
        endpoint.LbEndpoint(endpoint=endpoint.Endpoint(address=envoy_address(address)))
        for address in addresses
    ]
    locality = endpoint.LocalityLbEndpoints(lb_endpoints=hosts)
    return endpoint.ClusterLoadAssignment(cluster_name=name, endpoints=[locality])
