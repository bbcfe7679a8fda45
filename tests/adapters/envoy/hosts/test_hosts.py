"""What is printed for gateways in Kubernetes, held against their published schemas."""

import json
import re
from typing import Any

import pytest
import yaml
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.envoy import Gateway, Upstream, validate
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.adapters.envoy.hosts import Deployment, Host, Placement, Serving
from semroute.adapters.envoy.hosts.page import as_list, as_yaml
from semroute.adapters.envoy.hosts.pages import page_of
from semroute.adapters.envoy.hosts.spelling import duration, object_name, quantity
from semroute.domain.address import Address
from tests.adapters.envoy.test_bootstrap import GATEWAY
from tests.integration.gateway import found

from .schemas import DURATION, LABEL, faults

KUBERNETES = [host for host in Host if host is not Host.ENVOY]
PLACEMENT = Placement("models", "edge", "web", "router")
UPSTREAMS = (
    Upstream("gpu_1", Address("10.0.0.7", 8000)),
    Upstream("cloud", Address("API.example.com", 443), tls=True),
    Upstream("six", Address("fd00::7", 8000)),
)
INSIDE = evolve(
    GATEWAY,
    routers=(Address(PLACEMENT.service_host, 50051),),
    upstreams=UPSTREAMS,
    fallback="cloud",
    endpoint_header="x-semroute-endpoint",
)


def deployment(gateway: Gateway = INSIDE, **changes: Any) -> Deployment:
    fields: dict[str, Any] = {
        "placement": PLACEMENT,
        "servings": (
            Serving("small", {"gpu_1": 1}),
            Serving("large", {"cloud": 2.5, "six": 0.001}),
        ),
        "patience_seconds": 2.5,
    }
    return Deployment(gateway=gateway, **fields | changes)


def printed(host: Host, what: Deployment) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = as_list(page_of(host, what))["items"]
    return items


def of_kind(items: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each["spec"] for each in items if each["kind"] == kind]


@pytest.mark.parametrize("host", KUBERNETES)
@pytest.mark.parametrize("mode", ["closed", "open"])
@pytest.mark.parametrize("shadow", [False, True])
def test_the_published_schemas_know_every_field(host: Host, mode: Any, *, shadow: bool) -> None:
    gateway = evolve(INSIDE, failure_mode=mode, is_shadow=shadow and host.has_shadow)
    items = printed(host, deployment(gateway))
    assert [fault for each in items for fault in faults(each)] == []
    assert {each["metadata"]["namespace"] for each in items} == {"models"}


def test_a_field_that_no_schema_knows_is_found() -> None:
    (item, *_) = printed(Host.AGENTGATEWAY, deployment())
    item["spec"]["traffic"]["extProc"]["failureMod"] = "FailOpen"
    del item["spec"]["targetRefs"]
    item["spec"]["traffic"]["phase"] = "Routing"
    assert sorted(faults(item)) == [
        "AgentgatewayPolicy.spec.targetRefs: missing",
        "AgentgatewayPolicy.spec.traffic.extProc.failureMod: unknown",
        "AgentgatewayPolicy.spec.traffic.phase: 'Routing'",
    ]


@pytest.mark.parametrize("host", KUBERNETES)
def test_yaml_and_json_say_the_same(host: Host) -> None:
    page = page_of(host, deployment())
    assert list(yaml.safe_load_all(as_yaml(page))) == json.loads(json.dumps(as_list(page)))["items"]


@pytest.mark.parametrize("host", [Host.ENVOY_GATEWAY, Host.ISTIO, Host.AGENTGATEWAY])
def test_routes_go_by_the_endpoint_header_and_else_to_the_fallback(host: Host) -> None:
    (route,) = of_kind(printed(host, deployment()), "HTTPRoute")
    assert route["parentRefs"][0]["name"] == "edge"
    chosen = [found(rule.get("matches", []), "value") for rule in route["rules"]]
    assert chosen == [["gpu_1"], ["cloud"], ["six"], []]
    backends = [rule["backendRefs"] for rule in route["rules"]]
    assert backends[3] == backends[1] != backends[0]
    hosts = [found(rule, "hostname") for rule in route["rules"]]
    assert hosts == [[], ["api.example.com"], [], ["api.example.com"]]
    assert found(route, "remove") == [["x-semroute-endpoint"]] * 4


def test_many_upstreams_need_more_routes_than_one() -> None:
    many = tuple(Upstream(f"gpu-{at}", Address("10.0.0.7", 8000 + at)) for at in range(40))
    gateway = evolve(INSIDE, upstreams=many, fallback="gpu-0")
    servings = tuple(Serving(f"model-{at}", {f"gpu-{at}": 1}) for at in range(20))
    items = printed(Host.ENVOY_GATEWAY, deployment(gateway))
    assert [len(each["rules"]) for each in of_kind(items, "HTTPRoute")] == [16, 16, 9]
    items = printed(Host.AI_GATEWAY, deployment(gateway, servings=servings))
    assert [len(each["rules"]) for each in of_kind(items, "AIGatewayRoute")] == [15, 15, 10]
    names = [each["metadata"]["name"] for each in items if each["kind"] == "AIGatewayRoute"]
    assert names == ["semroute", "semroute-2", "semroute-3"]


def test_envoy_gateway_consults_the_router_for_the_whole_gateway() -> None:
    items = printed(Host.ENVOY_GATEWAY, deployment())
    (policy,) = of_kind(items, "EnvoyExtensionPolicy")
    assert policy == {
        "targetRefs": [
            {"name": "edge", "group": "gateway.networking.k8s.io", "kind": "Gateway"},
        ],
        "extProc": [
            {
                "backendRefs": [{"name": "router", "port": 50051}],
                "messageTimeout": "2s500ms",
                "failOpen": False,
                "processingMode": {
                    "request": {"body": "Buffered"},
                    "response": {},
                    "allowModeOverride": True,
                },
                "metadata": {"writableNamespaces": ["semroute"]},
            }
        ],
    }
    (clients,) = of_kind(items, "ClientTrafficPolicy")
    assert found(clients, "remove") == [["x-semroute-endpoint"]]
    assert found(clients, "bufferLimit") == ["16Mi"]
    backends = of_kind(items, "Backend")
    assert [found(each, "tls") for each in backends] == [
        [],
        [{"wellKnownCACertificates": "System"}],
        [],
    ]


def test_the_ai_gateway_routes_by_model_and_endpoint_so_that_the_router_s_choice_counts() -> None:
    (route,) = of_kind(printed(Host.AI_GATEWAY, deployment()), "AIGatewayRoute")
    matches = [
        {header["name"]: header["value"] for header in rule["matches"][0]["headers"]}
        for rule in route["rules"]
    ]
    assert matches == [
        {"x-ai-eg-model": "small", "x-semroute-endpoint": "gpu_1"},
        {"x-ai-eg-model": "large", "x-semroute-endpoint": "cloud"},
        {"x-ai-eg-model": "large", "x-semroute-endpoint": "six"},
        {"x-ai-eg-model": "small"},
        {"x-ai-eg-model": "large"},
    ]
    assert [ref["weight"] for ref in route["rules"][4]["backendRefs"]] == [1000, 1]


def test_the_ai_gateway_s_own_filter_comes_after_ours() -> None:
    (policy,) = of_kind(printed(Host.AI_GATEWAY, deployment()), "EnvoyPatchPolicy")
    first, second = policy["jsonPatches"]
    assert first["name"] == "models/edge/web"
    assert first["operation"]["path"].endswith("/http_filters/0")
    assert first["operation"]["value"]["name"] == "envoy.filters.http.ext_proc"
    assert second["operation"]["value"]["name"] == second["name"] == "semroute"


def inserted(host: Host, gateway: Gateway) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the filter and the cluster that a host's patches bring."""
    items = printed(host, deployment(gateway))
    if host is Host.AI_GATEWAY:
        (policy,) = of_kind(items, "EnvoyPatchPolicy")
        filter_, cluster = (each["operation"]["value"] for each in policy["jsonPatches"])
    else:
        (policy,) = of_kind(items, "EnvoyFilter")
        patches = {each["applyTo"]: each["patch"]["value"] for each in policy["configPatches"]}
        filter_, cluster = patches["HTTP_FILTER"], patches["CLUSTER"]
    return filter_, cluster


@pytest.mark.envoy
@pytest.mark.parametrize("shadow", [False, True])
def test_envoy_itself_accepts_what_the_patches_bring(*, shadow: bool) -> None:
    for host in (Host.AI_GATEWAY, Host.ISTIO):
        filter_, cluster = inserted(host, evolve(INSIDE, is_shadow=shadow))
        document = bootstrap_of(evolve(GATEWAY, is_shadow=not shadow))
        (filters,) = found(document, "http_filters")
        filters[0] = filter_
        document["static_resources"]["clusters"][0] = cluster
        validate(document)


def test_istio_removes_forgeries_before_the_first_route_lookup() -> None:
    (policy,) = of_kind(printed(Host.ISTIO, deployment()), "EnvoyFilter")
    labels = policy["workloadSelector"]["labels"]
    assert labels == {"gateway.networking.k8s.io/gateway-name": "edge"}
    (early,) = found(policy, "early_header_mutation_extensions")
    assert found(early, "remove") == list(GATEWAY.owned_headers)


def test_istio_knows_upstreams_by_names_that_are_nobody_else_s() -> None:
    items = printed(Host.ISTIO, deployment())
    entries = of_kind(items, "ServiceEntry")
    assert [entry["resolution"] for entry in entries] == ["STATIC", "DNS", "STATIC"]
    (route,) = of_kind(items, "HTTPRoute")
    targets = [ref["name"] for rule in route["rules"][:3] for ref in rule["backendRefs"]]
    assert targets == [entry["hosts"][0] for entry in entries]
    assert all(name.endswith(".semroute.internal") for name in targets)
    (rule,) = of_kind(items, "DestinationRule")
    assert rule["host"] == targets[1]
    assert rule["trafficPolicy"]["tls"]["sni"] == "API.example.com"


def test_agentgateway_consults_the_router_before_it_routes() -> None:
    (policy,) = of_kind(printed(Host.AGENTGATEWAY, deployment()), "AgentgatewayPolicy")
    assert policy["traffic"]["phase"] == "PreRouting"
    assert set(found(policy, "requestBodyMode")) == {"FullDuplexStreamed"}
    assert found(policy, "failureMode") == ["FailClosed"]
    opened = printed(Host.AGENTGATEWAY, deployment(evolve(INSIDE, failure_mode="open")))
    assert found(opened, "failureMode") == ["FailOpen"]


def test_a_shadow_is_sent_pieces_because_envoy_buffers_nothing_for_it() -> None:
    shadow = evolve(INSIDE, is_shadow=True)
    (policy,) = of_kind(printed(Host.ENVOY_GATEWAY, deployment(shadow)), "EnvoyExtensionPolicy")
    assert found(policy, "shadowMode") == [True]
    assert found(policy, "body") == ["Streamed"]
    assert found(policy, "failOpen") == [True]
    for document in (
        bootstrap_of(shadow),
        printed(Host.AI_GATEWAY, deployment(shadow)),
        printed(Host.ISTIO, deployment(shadow)),
    ):
        assert found(document, "observability_mode") == [True]
        assert found(document, "request_body_mode") == ["STREAMED"]
    assert "decides nothing" in notes(Host.ISTIO, deployment(shadow))


def notes(host: Host, what: Deployment) -> str:
    """Returns the comments as one line."""
    lines = [line for line in as_yaml(page_of(host, what)).splitlines() if line.startswith("#")]
    return " ".join(re.sub(r"^# *", "", line) for line in lines)


@pytest.mark.parametrize("host", KUBERNETES)
def test_the_reader_is_told_what_else_must_be_done(host: Host) -> None:
    local = evolve(INSIDE, upstreams=(Upstream("cloud", Address("127.0.0.1", 1)),))
    demands = {"headers.endpoint": "x-semroute-endpoint"}
    told = notes(host, deployment(local, demands=demands, servings=()))
    assert f"`semroute envoy --for {host.value}`" in told
    assert "must say `headers.endpoint: x-semroute-endpoint` too" in told
    assert "x-gateway-destination-endpoint is left alone" in told
    assert "cloud is at 127.0.0.1:1, which is in the gateway's own pod" in told


def test_a_picker_s_header_is_warned_of_where_it_was_asked_for() -> None:
    gateway = evolve(INSIDE, endpoint_header="x-gateway-destination-endpoint")
    told = notes(Host.ENVOY_GATEWAY, deployment(gateway, shares_a_pickers_header=True))
    assert "is the header of endpoint pickers" in told
    assert "left alone" not in told


def test_the_plain_envoy_has_no_page() -> None:
    with pytest.raises(ValueError, match="bootstrap"):
        page_of(Host.ENVOY, deployment())


@given(st.lists(st.from_regex(r"[A-Za-z0-9._:/@+-]{1,128}", fullmatch=True), unique=True))
def test_every_endpoint_has_an_object_of_its_own(names: list[str]) -> None:
    objects = [object_name(name) for name in names]
    assert all(LABEL.fullmatch(each) for each in objects)
    assert len(set(objects)) == len(names)


def test_plain_names_stay_as_they_are() -> None:
    assert object_name("gpu-1") == "gpu-1"
    assert object_name("GPU_1").startswith("gpu-1-")


@given(st.floats(min_value=0, max_value=86400, exclude_min=True))
def test_every_duration_can_be_written(seconds: float) -> None:
    text = duration(seconds)
    assert DURATION.fullmatch(text)
    parts = re.findall(r"([0-9]+)(ms|s)", text)
    total = sum(int(number) * {"s": 1.0, "ms": 0.001}[unit] for number, unit in parts)
    assert abs(total - seconds) <= 0.001


def test_sizes_are_whole_mebibytes_if_they_can_be() -> None:
    assert (quantity(16 << 20), quantity(1500)) == ("16Mi", "1500")
