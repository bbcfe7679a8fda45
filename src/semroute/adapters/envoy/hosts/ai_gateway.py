"""Envoy AI Gateway: our filter before its own, and an `AIGatewayRoute` by model and endpoint."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from semroute.adapters.envoy.clusters import router_cluster
from semroute.adapters.envoy.filters import ext_proc_filter
from semroute.adapters.envoy.gateway import ROUTER_CLUSTER
from semroute.adapters.envoy.messages import document_of

from .deployment import Deployment, Serving
from .edge import BACKEND, ENVOY_GATEWAY, VERSION, backends, client_traffic
from .page import Page
from .resource import Metadata, Resource, shared_out
from .routes import HeaderMatch, ParentRef, RouteMatch, TargetRef, Timeouts
from .spelling import duration, object_name

# The model's name, which the AI Gateway's own filter reads from the body, and routes by.
MODEL_HEADER: Final = "x-ai-eg-model"

_AI_GATEWAY: Final = "aigateway.envoyproxy.io/v1beta1"
_MOST_RULES: Final = 15  # of one AIGatewayRoute; the sixteenth is its controller's
_FINEST_SHARE: Final = 1000
_FIRST_FILTER: Final = "/default_filter_chain/filters/0/typed_config/http_filters/0"
_XDS: Final = "type.googleapis.com/envoy.config"

_NOTES: Final = (
    (
        "An EnvoyExtensionPolicy would put the router behind the AI Gateway's own filter, which "
        "has read the model's name by then. So an EnvoyPatchPolicy puts it first; Envoy Gateway "
        "must allow those (`extensionApis: {enableEnvoyPatchPolicy: true, enableBackend: true}`)."
    ),
    (
        "The listener is patched under the name NAMESPACE/GATEWAY/LISTENER. An Envoy Gateway that "
        "names its listeners otherwise says so in the policy's status."
    ),
    "The router's Service must be headless, so that Envoy sees every router behind it.",
)


@frozen
class SchemaName:
    """The API that a backend speaks."""

    name: str


@frozen
class ObjectRef:
    """The `Backend` that a service is at."""

    name: str
    group: str = ENVOY_GATEWAY
    kind: str = BACKEND


@frozen
class ServiceBackendSpec:
    """A place where models are served, and the API that it speaks."""

    schema: SchemaName
    backend_ref: ObjectRef


@frozen
class WeightedRef:
    """An `AIServiceBackend` and its share."""

    name: str
    weight: int | None = None


@frozen
class ModelRule:
    """Requests whose headers match go to these backends."""

    matches: tuple[RouteMatch, ...]
    backend_refs: tuple[WeightedRef, ...]
    timeouts: Timeouts


@frozen
class ModelRouteSpec:
    """Routes of one gateway."""

    parent_refs: tuple[ParentRef, ...]
    rules: tuple[ModelRule, ...]


@frozen
class Operation:
    """One operation of a JSON patch."""

    op: str
    path: str
    value: Mapping[str, Any]


@frozen
class JsonPatch:
    """A change to one of Envoy's resources."""

    type: str
    name: str
    operation: Operation


@frozen
class PatchSpec:
    """Changes to what Envoy Gateway tells Envoy."""

    type: str
    target_ref: TargetRef
    json_patches: tuple[JsonPatch, ...]


def ai_gateway(deployment: Deployment) -> Page:
    """Returns what Envoy AI Gateway must be told."""
    return Page(
        (
            client_traffic(deployment),
            _patches(deployment),
            *_routes(deployment),
            *_services(deployment),
            *backends(deployment),
        ),
        _NOTES,
    )


def _patches(deployment: Deployment) -> Resource:
    gateway, placement = deployment.gateway, deployment.placement
    listener = f"{placement.namespace}/{placement.gateway}/{placement.listener}"
    first = Operation("add", _FIRST_FILTER, document_of(ext_proc_filter(gateway)))
    cluster = Operation("add", "", document_of(router_cluster(gateway)))
    return Resource(
        VERSION,
        "EnvoyPatchPolicy",
        Metadata("semroute", placement.namespace),
        PatchSpec(
            "JSONPatch",
            TargetRef(placement.gateway),
            (
                JsonPatch(f"{_XDS}.listener.v3.Listener", listener, first),
                JsonPatch(f"{_XDS}.cluster.v3.Cluster", ROUTER_CLUSTER, cluster),
            ),
        ),
    )


def _routes(deployment: Deployment) -> Iterator[Resource]:
    """Yields rules by model and endpoint, so that the router's choice of an endpoint counts.

    What the router lets pass unrouted has no endpoint; for that there is a rule by model alone.
    """
    placement = deployment.placement
    rules = [
        *(rule for each in deployment.servings for rule in _chosen(each, deployment)),
        *(_unrouted(each, deployment) for each in deployment.servings),
    ]
    for name, some in shared_out(rules, _MOST_RULES):
        yield Resource(
            _AI_GATEWAY,
            "AIGatewayRoute",
            Metadata(name, placement.namespace),
            ModelRouteSpec((ParentRef(placement.gateway),), some),
        )


def _chosen(serving: Serving, deployment: Deployment) -> Iterator[ModelRule]:
    gateway = deployment.gateway
    for upstream in gateway.upstreams:
        if upstream.name in serving.shares:
            headers = (
                HeaderMatch(MODEL_HEADER, serving.model),
                HeaderMatch(gateway.endpoint_header, upstream.chosen_by),
            )
            ref = WeightedRef(object_name(upstream.name))
            yield ModelRule((RouteMatch(headers),), (ref,), _timeouts(deployment))


def _unrouted(serving: Serving, deployment: Deployment) -> ModelRule:
    refs = tuple(
        WeightedRef(object_name(name), weight) for name, weight in _weights(serving.shares)
    )
    match = RouteMatch((HeaderMatch(MODEL_HEADER, serving.model),))
    return ModelRule((match,), refs, _timeouts(deployment))


def _weights(shares: Mapping[str, float]) -> Iterator[tuple[str, int]]:
    """Yields shares as the whole numbers that Kubernetes wants."""
    total = sum(shares.values())
    for name, share in shares.items():
        yield name, max(round(share / total * _FINEST_SHARE), 1)


def _services(deployment: Deployment) -> Iterator[Resource]:
    for upstream in deployment.gateway.upstreams:
        name = object_name(upstream.name)
        yield Resource(
            _AI_GATEWAY,
            "AIServiceBackend",
            Metadata(name, deployment.placement.namespace),
            ServiceBackendSpec(SchemaName("OpenAI"), ObjectRef(name)),
        )


def _timeouts(deployment: Deployment) -> Timeouts:
    return Timeouts(duration(deployment.gateway.request_timeout_seconds))
