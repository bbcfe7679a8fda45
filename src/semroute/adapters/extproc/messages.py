"""Envoy's messages as the domain's events and replies, and back. Total both ways."""

from collections.abc import Mapping
from typing import Final, assert_never

from google.protobuf.struct_pb2 import Struct

from semroute.domain.errors import UnexpectedEventError
from semroute.domain.exchange.events import (
    BodyMode,
    BodyModes,
    Direction,
    Event,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from semroute.domain.exchange.replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    Reply,
    StreamedBodyReply,
    TrailersReply,
)
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.naming import METADATA_NAMESPACE

from ._pb import extproc_pb2 as pb

_OVERWRITE_OR_ADD: Final = 2


class UnsupportedModeError(UnexpectedEventError):
    """Envoy is configured with a body mode that we do not speak."""


def event_of(message: pb.ProcessingRequest) -> Event:
    """Reads what Envoy says.

    Raises:
        UnexpectedEventError: The message says nothing, or nothing we know.
        UnsupportedModeError: Envoy is configured with a body mode that we do not speak.
    """
    modes = _modes_of(message) if message.HasField("protocol_config") else None
    observed = message.observability_mode
    match message.WhichOneof("request"):
        case "request_headers":
            part = message.request_headers
            return RequestHeaders(
                _headers_of(part.headers), part.end_of_stream, modes=modes, is_observed=observed
            )
        case "request_body":
            piece = message.request_body
            return RequestBody(piece.body, piece.end_of_stream, modes=modes, is_observed=observed)
        case "request_trailers":
            return RequestTrailers(modes=modes, is_observed=observed)
        case "response_headers":
            part = message.response_headers
            return ResponseHeaders(
                _headers_of(part.headers), part.end_of_stream, modes=modes, is_observed=observed
            )
        case "response_body":
            piece = message.response_body
            return ResponseBody(piece.body, piece.end_of_stream, modes=modes, is_observed=observed)
        case "response_trailers":
            return ResponseTrailers(modes=modes, is_observed=observed)
        case _:
            error = "the message says nothing we know"
            raise UnexpectedEventError(error)


def extension_of(seconds: float) -> pb.ProcessingResponse:
    """Writes that Envoy should wait longer. It reads nothing else of such a message."""
    message = pb.ProcessingResponse()
    message.override_message_timeout.FromMilliseconds(round(seconds * 1000))
    return message


def message_of(reply: Reply) -> pb.ProcessingResponse:
    """Writes what we answer."""
    message = pb.ProcessingResponse()
    match reply:
        case HeadersReply():
            is_request = reply.direction is Direction.REQUEST
            headers = message.request_headers if is_request else message.response_headers
            headers.SetInParent()
            _write_edit(reply.edit, headers.response, is_request=is_request)
            if reply.modes is not None:
                # An unset body mode would mean NONE, so both are always said.
                message.mode_override.request_body_mode = reply.modes.request
                message.mode_override.response_body_mode = reply.modes.response
            _write_metadata(reply.metadata, message)
        case BodyReply():
            is_request = reply.direction is Direction.REQUEST
            body = message.request_body if is_request else message.response_body
            body.SetInParent()
            _write_edit(reply.edit, body.response, is_request=is_request)
            if reply.body is not None:
                _write_body(reply.body, body.response.body_mutation)
            _write_metadata(reply.metadata, message)
        case StreamedBodyReply():
            is_request = reply.direction is Direction.REQUEST
            body = message.request_body if is_request else message.response_body
            piece = body.response.body_mutation.streamed_response
            piece.body, piece.end_of_stream = reply.body, reply.is_last
        case TrailersReply():
            is_request = reply.direction is Direction.REQUEST
            (message.request_trailers if is_request else message.response_trailers).SetInParent()
        case ImmediateReply():
            immediate = message.immediate_response
            immediate.status.code = reply.reply.status
            for name, value in reply.reply.headers:
                _set_header(immediate.headers, name, value)
            immediate.body = reply.reply.body
            immediate.details = reply.details
            _write_metadata(reply.metadata, message)
        case _ as never:
            assert_never(never)
    return message


def _headers_of(headers: pb.HeaderMap) -> Headers:
    return Headers(tuple((header.key, header.raw_value) for header in headers.headers))


def _modes_of(message: pb.ProcessingRequest) -> BodyModes:
    configuration = message.protocol_config
    try:
        return BodyModes(
            BodyMode(configuration.request_body_mode), BodyMode(configuration.response_body_mode)
        )
    except ValueError as unknown:
        error = "Envoy is configured with an unknown body mode"
        raise UnsupportedModeError(error) from unknown


def _write_edit(edit: HeaderEdit, response: pb.CommonResponse, *, is_request: bool) -> None:
    if not edit:
        return
    for name, value in edit.set.items():
        _set_header(response.header_mutation, name, value.encode("latin-1"))
    response.header_mutation.remove_headers.extend(edit.remove)
    if is_request:
        # Envoy has chosen a route already; without this the edit would not move it.
        response.clear_route_cache = True


def _set_header(mutation: pb.HeaderMutation, name: str, value: bytes) -> None:
    option = mutation.set_headers.add()
    option.header.key = name
    option.header.raw_value = value
    option.append_action = _OVERWRITE_OR_ADD


def _write_body(body: bytes, mutation: pb.BodyMutation) -> None:
    if body:
        mutation.body = body
    else:
        mutation.clear_body = True


def _write_metadata(metadata: Mapping[str, str | float], message: pb.ProcessingResponse) -> None:
    if metadata:
        values = Struct()
        values.update(metadata)
        message.dynamic_metadata.fields[METADATA_NAMESPACE].struct_value.CopyFrom(values)
