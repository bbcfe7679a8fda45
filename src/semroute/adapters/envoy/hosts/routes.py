"""Routes of the Gateway API: by the endpoint header to upstreams, and to the fallback."""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from semroute.adapters.envoy.gateway import Upstream

from .deployment import Deployment
from .resource import Metadata, Resource, shared_out
from .spelling import duration

GATEWAY_API: Final = "gateway.networking.k8s.io"

_MOST_RULES: Final = 16  # of one HTTPRoute


@frozen
class ParentRef:
    """The `Gateway` that a route is for."""

    name: str
    group: str = GATEWAY_API
    kind: str = "Gateway"


@frozen
class TargetRef:
    """The resource in the same namespace that a policy is for."""

    name: str
    group: str = GATEWAY_API
    kind: str = "Gateway"


@frozen
class HeaderMatch:
    """A header and its value."""

    name: str
    value: str
    type: str = "Exact"


@frozen
class RouteMatch:
    """Headers that must all match."""

    headers: tuple[HeaderMatch, ...]


@frozen
class HeaderChange:
    """Headers that are removed."""

    remove: tuple[str, ...]


@frozen
class Rewrite:
    """The host that a server wants to be called."""

    hostname: str


@frozen
class RouteFilter:
    """One change to a request; `type` says which of the others is set."""

    type: str
    request_header_modifier: HeaderChange | None = None
    url_rewrite: Rewrite | None = None


@frozen
class BackendRef:
    """Where requests go."""

    name: str
    group: str | None = None
    kind: str | None = None
    port: int | None = None
    weight: int | None = None


@frozen
class Timeouts:
    """How long a request may take."""

    request: str


@frozen
class RouteRule:
    """Requests that match go to a backend; those that match no other rule, if none are named."""

    matches: tuple[RouteMatch, ...] | None
    filters: tuple[RouteFilter, ...]
    backend_refs: tuple[BackendRef, ...]
    timeouts: Timeouts


@frozen
class HttpRouteSpec:
    """Routes of one gateway."""

    parent_refs: tuple[ParentRef, ...]
    rules: tuple[RouteRule, ...]


def http_routes(
    deployment: Deployment, backend: Callable[[Upstream], BackendRef]
) -> Iterator[Resource]:
    """Returns a rule for every upstream, and one for requests that nobody has routed.

    In several resources if there are many: a rule with more headers counts more, wherever it is.
    """
    gateway, placement = deployment.gateway, deployment.placement
    fallback = next(each for each in gateway.upstreams if each.name == gateway.fallback)
    rules = [
        *(_rule(each, deployment, backend(each), is_chosen=True) for each in gateway.upstreams),
        _rule(fallback, deployment, backend(fallback), is_chosen=False),
    ]
    for name, some in shared_out(rules, _MOST_RULES):
        yield Resource(
            f"{GATEWAY_API}/v1",
            "HTTPRoute",
            Metadata(name, placement.namespace),
            HttpRouteSpec((ParentRef(placement.gateway),), some),
        )


def _rule(
    upstream: Upstream, deployment: Deployment, backend: BackendRef, *, is_chosen: bool
) -> RouteRule:
    header = deployment.gateway.endpoint_header
    match = RouteMatch((HeaderMatch(header, upstream.chosen_by),))
    removal = RouteFilter("RequestHeaderModifier", HeaderChange((header,)))
    # Servers behind a name usually answer to that name only.
    rewrite = RouteFilter("URLRewrite", url_rewrite=Rewrite(upstream.address.host.lower()))
    return RouteRule(
        (match,) if is_chosen else None,
        (removal,) if upstream.address.is_ip else (removal, rewrite),
        (backend,),
        Timeouts(duration(deployment.gateway.request_timeout_seconds)),
    )
