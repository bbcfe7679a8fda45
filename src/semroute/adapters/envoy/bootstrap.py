"""Envoy's whole configuration."""

from typing import Any, Final

from envoy_data_plane.envoy.config.bootstrap import v3 as bootstrap
from envoy_data_plane.envoy.config.listener import v3 as listener
from envoy_data_plane.envoy.config.overload import v3 as overload
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.extensions.resource_monitors.downstream_connections import (
    v3 as downstream_connections,
)
from envoy_data_plane.envoy.type.matcher import v3 as matcher

from .clusters import router_cluster, upstream_cluster
from .filters import (
    access_log,
    ext_proc_filter,
    forgery_removal,
    openai_shaped_errors,
    router_filter,
)
from .gateway import Gateway, Upstream
from .messages import document_of, envoy_address, packed, seconds

_MAX_CONNECTIONS: Final = 20_000  # clients at once; Envoy warns when there is no bound at all


def bootstrap_of(gateway: Gateway) -> dict[str, Any]:
    """Returns the configuration as the JSON object that `envoy -c` reads."""
    message = bootstrap.Bootstrap(
        admin=bootstrap.Admin(address=envoy_address(gateway.admin)),
        overload_manager=_overload_manager(),
        static_resources=bootstrap.BootstrapStaticResources(
            listeners=[_listener(gateway)],
            clusters=[
                router_cluster(gateway),
                *(upstream_cluster(each, gateway.ca_file) for each in gateway.upstreams),
            ],
        ),
    )
    return document_of(message)


def _overload_manager() -> overload.OverloadManager:
    connections = downstream_connections.DownstreamConnectionsConfig(
        max_active_downstream_connections=_MAX_CONNECTIONS
    )
    monitor = overload.ResourceMonitor(
        name="envoy.resource_monitors.global_downstream_max_connections",
        typed_config=packed(connections),
    )
    return overload.OverloadManager(resource_monitors=[monitor])


def _listener(gateway: Gateway) -> listener.Listener:
    manager = hcm.HttpConnectionManager(
        stat_prefix="gateway",
        generate_request_id=True,
        normalize_path=True,
        merge_slashes=True,
        early_header_mutation_extensions=[forgery_removal(gateway)],
        access_log=[access_log(gateway)],
        local_reply_config=openai_shaped_errors(),
        route_config=_routes(gateway),
        http_filters=[ext_proc_filter(gateway), router_filter()],
    )
    chain = listener.FilterChain(
        filters=[
            listener.Filter(
                name="envoy.filters.network.http_connection_manager", typed_config=packed(manager)
            )
        ]
    )
    return listener.Listener(
        name="gateway",
        address=envoy_address(gateway.listen),
        # Envoy's default of 1 MiB would refuse longer prompts, and fail longer answers.
        per_connection_buffer_limit_bytes=gateway.max_body_bytes,
        filter_chains=[chain],
    )


def _routes(gateway: Gateway) -> route.RouteConfiguration:
    fallback = next(each for each in gateway.upstreams if each.name == gateway.fallback)
    chosen = [_route(upstream, gateway, is_chosen=True) for upstream in gateway.upstreams]
    host = route.VirtualHost(
        name="gateway",
        domains=["*"],
        routes=[*chosen, _route(fallback, gateway, is_chosen=False)],
        request_headers_to_remove=[gateway.endpoint_header],  # nothing a model server needs
    )
    return route.RouteConfiguration(name="gateway", virtual_hosts=[host])


def _route(upstream: Upstream, gateway: Gateway, *, is_chosen: bool) -> route.Route:
    names_it = route.HeaderMatcher(
        name=gateway.endpoint_header, string_match=matcher.StringMatcher(exact=upstream.chosen_by)
    )
    return route.Route(
        name=upstream.name if is_chosen else "fallback",
        match=route.RouteMatch(prefix="/", headers=[names_it] if is_chosen else []),
        route=route.RouteAction(
            cluster=upstream.name,
            timeout=seconds(gateway.request_timeout_seconds),
            # Servers behind a name usually answer to that name only.
            auto_host_rewrite=True if not upstream.address.is_ip else None,
        ),
    )
