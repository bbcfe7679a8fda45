"""How Envoy treats a request on its way: whom it asks, what it logs, how it words errors."""

from typing import Final

from envoy_data_plane.envoy.config.accesslog import v3 as accesslog
from envoy_data_plane.envoy.config.common.mutation_rules import v3 as mutation_rules
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.extensions.access_loggers.filters.cel import v3 as cel
from envoy_data_plane.envoy.extensions.access_loggers.stream import v3 as stream
from envoy_data_plane.envoy.extensions.filters.http.ext_proc import v3 as ext_proc
from envoy_data_plane.envoy.extensions.filters.http.router import v3 as router
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.extensions.http.early_header_mutation.header_mutation import (
    v3 as early_mutation,
)
from envoy_data_plane.envoy.extensions.retry.host.previous_hosts import v3 as previous_hosts
from envoy_data_plane.envoy.type import v3 as envoy_type

from .gateway import ROUTER_CLUSTER, Gateway
from .messages import packed, seconds, struct

_ROUTERS_TRIED: Final = 3

_UNAVAILABLE: Final = envoy_type.StatusCode.ServiceUnavailable

# The router's own answers pass through Envoy's local-reply machinery too, and must keep their
# bodies. Its details say which are its own.
_NOT_OURS: Final = "!response.code_details.startsWith('semroute_')"


def ext_proc_filter(gateway: Gateway) -> hcm.HttpFilter:
    """Returns the filter that consults the router.

    Bodies: requests are buffered, because a decision needs the whole prompt. Answers are not
    sent at all unless the router asks for them, answer by answer, in its reply to their headers.
    In shadow they pass while a copy is sent, because Envoy buffers nothing it does not wait for.
    """
    header, body = ext_proc.ProcessingModeHeaderSendMode, ext_proc.ProcessingModeBodySendMode
    processor = ext_proc.ExternalProcessor(
        grpc_service=core.GrpcService(
            envoy_grpc=core.GrpcServiceEnvoyGrpc(cluster_name=ROUTER_CLUSTER),
            retry_policy=_another_router(),
        ),
        processing_mode=ext_proc.ProcessingMode(
            request_header_mode=header.SEND,
            response_header_mode=header.SEND,
            request_body_mode=body.STREAMED if gateway.is_shadow else body.BUFFERED,
            response_body_mode=body.NONE,
            # A buffered body with trailers to come is not marked as the end of the stream, and
            # a request may have trailers but no body. Both must be seen.
            request_trailer_mode=header.SEND,
            response_trailer_mode=header.SEND,
        ),
        failure_mode_allow=gateway.fails_open,
        status_on_error=envoy_type.HttpStatus(code=_UNAVAILABLE),
        message_timeout=seconds(gateway.message_timeout_seconds),
        max_message_timeout=seconds(gateway.longest_wait_seconds),
        allow_mode_override=True,
        observability_mode=gateway.is_shadow,
        metadata_options=ext_proc.MetadataOptions(
            receiving_namespaces=ext_proc.MetadataOptionsMetadataNamespaces(
                untyped=[gateway.metadata_namespace]
            )
        ),
    )
    return hcm.HttpFilter(name="envoy.filters.http.ext_proc", typed_config=packed(processor))


def _another_router() -> core.RetryPolicy:
    """Tries another process where one has not begun to answer.

    One that is stopping is gone before the next health check says so.
    """
    return core.RetryPolicy(
        retry_on="connect-failure,refused-stream",
        num_retries=_ROUTERS_TRIED - 1,
        retry_host_predicate=[
            core.RetryPolicyRetryHostPredicate(
                name="envoy.retry_host_predicates.previous_hosts",
                typed_config=packed(previous_hosts.PreviousHostsPredicate()),
            )
        ],
        # The one that is gone has the fewest requests, so the balancer likes it best.
        host_selection_retry_max_attempts=10,
    )


def router_filter() -> hcm.HttpFilter:
    """Returns the filter that sends a request on its route."""
    settings = router.Router(suppress_envoy_headers=True)
    return hcm.HttpFilter(name="envoy.filters.http.router", typed_config=packed(settings))


def forgery_removal(gateway: Gateway) -> core.TypedExtensionConfig:
    """Returns what removes clients' copies of our headers before the first route lookup.

    Anything later is too late: the route has been chosen, and it stays chosen when the router
    fails.
    """
    mutation = early_mutation.HeaderMutation(
        mutations=[mutation_rules.HeaderMutation(remove=header) for header in gateway.owned_headers]
    )
    return core.TypedExtensionConfig(
        name="envoy.http.early_header_mutation.header_mutation", typed_config=packed(mutation)
    )


def access_log(gateway: Gateway) -> accesslog.AccessLog:
    """Returns a JSON log line per request, on standard output."""
    namespace = gateway.metadata_namespace
    fields = {
        "time": "%START_TIME%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "method": "%REQ(:METHOD)%",
        "path": "%REQ(:PATH)%",
        "response_code": "%RESPONSE_CODE%",
        "response_code_details": "%RESPONSE_CODE_DETAILS%",
        "response_flags": "%RESPONSE_FLAGS%",
        "duration": "%DURATION%",
        "upstream_cluster": "%UPSTREAM_CLUSTER%",
        "decision_id": f"%DYNAMIC_METADATA({namespace}:decision_id)%",
        "selected_model": f"%DYNAMIC_METADATA({namespace}:model)%",
        "selected_endpoint": f"%DYNAMIC_METADATA({namespace}:endpoint)%",
        "routing_confidence": f"%DYNAMIC_METADATA({namespace}:confidence)%",
        "routing_category": f"%DYNAMIC_METADATA({namespace}:category)%",
        "routing_reason": f"%DYNAMIC_METADATA({namespace}:reason)%",
        "ext_proc": "%FILTER_STATE(envoy.filters.http.ext_proc:PLAIN)%",
    }
    log = stream.StdoutAccessLog(
        log_format=core.SubstitutionFormatString(json_format=struct(fields))
    )
    return accesslog.AccessLog(name="envoy.access_loggers.stdout", typed_config=packed(log))


def openai_shaped_errors() -> hcm.LocalReplyConfig:
    """Returns what gives Envoy's own errors the body that OpenAI's clients understand."""
    error = {
        "message": "%RESPONSE_CODE_DETAILS%",
        "type": "gateway_error",
        "code": "%RESPONSE_CODE%",
    }
    only_envoys = accesslog.AccessLogFilter(
        extension_filter=accesslog.ExtensionFilter(
            name="envoy.access_loggers.extension_filters.cel",
            typed_config=packed(cel.ExpressionFilter(expression=_NOT_OURS)),
        )
    )
    return hcm.LocalReplyConfig(
        mappers=[
            hcm.ResponseMapper(
                filter=only_envoys,
                body_format_override=core.SubstitutionFormatString(
                    json_format=struct({"error": error})
                ),
            )
        ]
    )
