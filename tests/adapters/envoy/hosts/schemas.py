"""What the hosts' published schemas say about the fields that we print.

Facts in words of our own: the fields of each kind that we use, with their types, and not the
schemas themselves. A name with an exclamation mark must be there. Each table says where and at
which version it was read; whoever prints another field adds it here from the same source.
"""

import re
from collections.abc import Iterator
from typing import Any

ANYTHING: Any = object()

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1123
HOST = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
DURATION = re.compile(r"([0-9]{1,5}(h|m|s|ms)){1,4}")  # GEP-2257
PORT = range(1, 65536)

# gateway-api, apis/v1/shared_types.go and httproute_types.go.
PARENT = {"name!": LABEL, "group": str, "kind": str}
TARGET = {"name!": LABEL, "group!": str, "kind!": str}
HEADER = {"name!": str, "value!": str, "type": {"Exact", "RegularExpression"}}
BACKEND_REF = {"name!": HOST, "group": str, "kind": str, "port": PORT, "weight": range(1_000_001)}
TIMEOUTS = {"request": DURATION, "backendRequest": DURATION}
HTTP_ROUTE = {
    "parentRefs": [PARENT],
    "rules!": [
        {
            "matches": [{"headers": [HEADER]}],
            "filters": [
                {
                    "type!": {"RequestHeaderModifier", "URLRewrite"},
                    "requestHeaderModifier": {"remove": [str]},
                    "urlRewrite": {"hostname": HOST},
                }
            ],
            "backendRefs": [BACKEND_REF],
            "timeouts": TIMEOUTS,
        }
    ],
}

# envoyproxy/gateway, api/v1alpha1: ext_proc_types.go at c78106ac, with `shadowMode` of pull
# request 8536; envoyextensionypolicy_types.go, policy_helpers.go (`targetRefs`).
EXTENSION_POLICY = {
    "targetRefs!": [TARGET],
    "extProc": [
        {
            "backendRefs!": [BACKEND_REF],
            "messageTimeout": DURATION,
            "failOpen": bool,
            "shadowMode": bool,
            "processingMode": {
                "request": {
                    "body": {"Streamed", "Buffered", "BufferedPartial", "FullDuplexStreamed"}
                },
                "response": {
                    "body": {"Streamed", "Buffered", "BufferedPartial", "FullDuplexStreamed"}
                },
                "allowModeOverride": bool,
            },
            "metadata": {"accessibleNamespaces": [str], "writableNamespaces": [str]},
        }
    ],
}

# envoyproxy/gateway, api/v1alpha1: clienttrafficpolicy_types.go and connection_types.go.
CLIENT_TRAFFIC_POLICY = {
    "targetRefs!": [TARGET],
    "headers": {"earlyRequestHeaders": {"remove": [str]}},
    "connection": {"bufferLimit": re.compile(r"[1-9]+[0-9]*([EPTGMK]i|[EPTGMk])?")},
}

# envoyproxy/gateway, api/v1alpha1/backend_types.go at 05055919.
BACKEND = {
    "endpoints": [
        {
            "fqdn": {"hostname!": HOST, "port!": PORT},
            "ip": {"address!": str, "port!": PORT},
        }
    ],
    "tls": {"wellKnownCACertificates": {"System"}},
}

# envoyproxy/gateway, api/v1alpha1/envoypatchpolicy_types.go at 01a90afb.
PATCH_POLICY = {
    "type!": {"JSONPatch"},
    "targetRef!": TARGET,
    "jsonPatches": [
        {
            "type!": {
                "type.googleapis.com/envoy.config.listener.v3.Listener",
                "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            },
            "name!": str,
            "operation!": {"op!": {"add"}, "path!": str, "value!": ANYTHING},
        }
    ],
}

# envoyproxy/ai-gateway, api/v1beta1: ai_gateway_route.go at 06c04836, ai_service_backend.go at
# 11d02680.
AI_GATEWAY_ROUTE = {
    "parentRefs": [PARENT],
    "rules!": [
        {
            "matches": [{"headers": [HEADER]}],
            "backendRefs": [{"name!": LABEL, "weight": range(1 << 31)}],
            "timeouts": TIMEOUTS,
        }
    ],
}
AI_SERVICE_BACKEND = {
    "schema!": {"name!": {"OpenAI"}},
    "backendRef!": {"name!": LABEL, "kind!": {"Backend"}, "group!": {"gateway.envoyproxy.io"}},
}

# istio/api, networking/v1alpha3: envoy_filter.proto at 00636152; service_entry.proto,
# workload_entry.proto and destination_rule.proto. In JSON their names are in camel case.
ENVOY_FILTER = {
    "workloadSelector": {"labels": ANYTHING},
    "configPatches!": [
        {
            "applyTo": {"LISTENER", "NETWORK_FILTER", "HTTP_FILTER", "CLUSTER"},
            "match": {
                "context": {"GATEWAY"},
                "listener": {"filterChain": {"filter": {"name": str}}},
            },
            "patch": {"operation": {"MERGE", "ADD", "INSERT_FIRST"}, "value": ANYTHING},
        }
    ],
}
SERVICE_ENTRY = {
    "hosts!": [HOST],
    "ports": [{"number!": PORT, "name!": str, "protocol": {"HTTP"}}],
    "location": {"MESH_EXTERNAL", "MESH_INTERNAL"},
    "resolution": {"STATIC", "DNS"},
    "endpoints": [{"address": str}],
}
DESTINATION_RULE = {
    "host!": HOST,
    "trafficPolicy": {"tls": {"mode": {"SIMPLE"}, "sni": str, "subjectAltNames": [str]}},
}

# agentgateway/agentgateway, controller/api/v1alpha1/agentgateway: agentgateway_policy_types.go
# (`phase`, `extProc`, body modes) and agentgateway_backend_types.go, both of 2026; its example
# examples/llm-semantic-routing/response-cache/kubernetes at 76e635f4 uses the same fields.
AGENTGATEWAY_POLICY = {
    "targetRefs!": [TARGET],
    "traffic": {
        "phase": {"PreRouting", "PostRouting"},
        "extProc": {
            "backendRef!": BACKEND_REF,
            "failureMode": {"FailClosed", "FailOpen"},
            "processingOptions": {
                "requestHeaderMode": {"Send", "Skip"},
                "requestBodyMode": {"None", "Buffered", "BufferedPartial", "FullDuplexStreamed"},
                "requestTrailerMode": {"Send", "Skip"},
                "responseHeaderMode": {"Send", "Skip"},
                "responseBodyMode": {"None", "Buffered", "BufferedPartial", "FullDuplexStreamed"},
                "responseTrailerMode": {"Send", "Skip"},
            },
        },
    },
}
AGENTGATEWAY_BACKEND: dict[str, Any] = {
    "static": {"host!": str, "port!": PORT},
    "policies": {"tls": {}},
}

KINDS: dict[tuple[str, str], dict[str, Any]] = {
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): HTTP_ROUTE,
    ("gateway.envoyproxy.io/v1alpha1", "EnvoyExtensionPolicy"): EXTENSION_POLICY,
    ("gateway.envoyproxy.io/v1alpha1", "ClientTrafficPolicy"): CLIENT_TRAFFIC_POLICY,
    ("gateway.envoyproxy.io/v1alpha1", "Backend"): BACKEND,
    ("gateway.envoyproxy.io/v1alpha1", "EnvoyPatchPolicy"): PATCH_POLICY,
    ("aigateway.envoyproxy.io/v1beta1", "AIGatewayRoute"): AI_GATEWAY_ROUTE,
    ("aigateway.envoyproxy.io/v1beta1", "AIServiceBackend"): AI_SERVICE_BACKEND,
    ("networking.istio.io/v1alpha3", "EnvoyFilter"): ENVOY_FILTER,
    ("networking.istio.io/v1", "ServiceEntry"): SERVICE_ENTRY,
    ("networking.istio.io/v1", "DestinationRule"): DESTINATION_RULE,
    ("agentgateway.dev/v1alpha1", "AgentgatewayPolicy"): AGENTGATEWAY_POLICY,
    ("agentgateway.dev/v1alpha1", "AgentgatewayBackend"): AGENTGATEWAY_BACKEND,
}


def faults(resource: dict[str, Any]) -> list[str]:
    """Returns what the schema of its kind does not allow."""
    kind = KINDS[resource["apiVersion"], resource["kind"]]
    metadata = {"name!": LABEL, "namespace!": LABEL}
    shape = {"apiVersion!": str, "kind!": str, "metadata!": metadata, "spec!": kind}
    return list(_faults(resource, shape, resource["kind"]))


def _faults(value: Any, shape: Any, path: str) -> Iterator[str]:
    if isinstance(shape, dict) and isinstance(value, dict):
        yield from _faults_of_object(value, shape, path)
    elif isinstance(shape, list) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, shape[0], f"{path}[{index}]")
    elif not _fits(value, shape):
        yield f"{path}: {value!r}"


def _faults_of_object(value: dict[str, Any], shape: dict[str, Any], path: str) -> Iterator[str]:
    known = {name.removesuffix("!"): inner for name, inner in shape.items()}
    for name in {each[:-1] for each in shape if each.endswith("!")} - value.keys():
        yield f"{path}.{name}: missing"
    for name, inner in value.items():
        if name in known:
            yield from _faults(inner, known[name], f"{path}.{name}")
        else:
            yield f"{path}.{name}: unknown"


def _fits(value: Any, shape: Any) -> bool:
    match shape:
        case type():
            return type(value) is shape
        case re.Pattern():
            return isinstance(value, str) and shape.fullmatch(value) is not None
        case range():
            return type(value) is int and value in shape
        case set():
            return value in shape
        case _:  # an object or a list that the value is not
            return shape is ANYTHING
