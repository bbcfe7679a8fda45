"""The hot codec against Envoy's own definitions: the same bytes must mean the same.

`envoy-data-plane` is generated from Envoy's protos for betterproto2, which shares no code with
the protobuf runtime that `adapters.extproc` uses.
"""

import math
from typing import Any

import pytest
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.extensions.filters.http.ext_proc import v3 as filter_config
from envoy_data_plane.envoy.service.ext_proc import v3 as envoy
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.extproc._pb import extproc_pb2 as pb
from semroute.adapters.extproc.messages import UnsupportedModeError, event_of, message_of
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
from semroute.domain.http import LocalReply

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-:", min_size=1, max_size=20)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.text(st.characters(max_codepoint=255), max_size=30)
MODES = st.builds(BodyModes, st.sampled_from(BodyMode), st.sampled_from(BodyMode))
HEADERS = st.lists(st.tuples(NAMES, st.binary(max_size=30)), max_size=6).map(
    lambda fields: Headers(tuple(fields))
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        RequestHeaders, HEADERS, st.booleans(), modes=st.none() | MODES, is_observed=st.booleans()
    ),
    st.builds(
        RequestBody,
        st.binary(max_size=200),
        st.booleans(),
        modes=st.none() | MODES,
        is_observed=st.booleans(),
    ),
    st.builds(RequestTrailers, modes=st.none() | MODES, is_observed=st.booleans()),
    st.builds(
        ResponseHeaders, HEADERS, st.booleans(), modes=st.none() | MODES, is_observed=st.booleans()
    ),
    st.builds(
        ResponseBody,
        st.binary(max_size=200),
        st.booleans(),
        modes=st.none() | MODES,
        is_observed=st.booleans(),
    ),
    st.builds(ResponseTrailers, modes=st.none() | MODES, is_observed=st.booleans()),
)
EDITS = st.builds(
    HeaderEdit, st.dictionaries(NAMES, VALUES, max_size=4), st.lists(NAMES, max_size=3).map(tuple)
)
METADATA = st.dictionaries(
    TEXT, TEXT | st.floats(allow_nan=False, allow_infinity=False), max_size=4
)
REPLIES: st.SearchStrategy[Reply] = st.one_of(
    st.builds(HeadersReply, st.sampled_from(Direction), EDITS, st.none() | MODES, METADATA),
    st.builds(
        BodyReply, st.sampled_from(Direction), EDITS, st.none() | st.binary(max_size=200), METADATA
    ),
    st.builds(
        StreamedBodyReply, st.sampled_from(Direction), st.binary(max_size=200), st.booleans()
    ),
    st.builds(TrailersReply, st.sampled_from(Direction)),
    st.builds(
        ImmediateReply,
        st.builds(LocalReply, st.integers(200, 599), HEADERS, st.binary(min_size=1, max_size=200)),
        st.text("abc_", min_size=1, max_size=20),
        METADATA,
    ),
)


def header_map(headers: Headers) -> core.HeaderMap:
    return core.HeaderMap(
        headers=[core.HeaderValue(key=name, raw_value=value) for name, value in headers]
    )


def said_by_envoy(event: Event) -> envoy.ProcessingRequest:
    """Returns the message with which Envoy, by its own definitions, says this."""
    fields: dict[str, Any] = {"observability_mode": event.is_observed}
    if event.modes is not None:
        body_mode = filter_config.ProcessingModeBodySendMode
        fields["protocol_config"] = envoy.ProtocolConfiguration(
            request_body_mode=body_mode(int(event.modes.request)),
            response_body_mode=body_mode(int(event.modes.response)),
        )
    match event:
        case RequestHeaders(headers, is_last):
            part = envoy.HttpHeaders(headers=header_map(headers), end_of_stream=is_last)
            return envoy.ProcessingRequest(request_headers=part, **fields)
        case RequestBody(body, is_last):
            piece = envoy.HttpBody(body=body, end_of_stream=is_last)
            return envoy.ProcessingRequest(request_body=piece, **fields)
        case RequestTrailers():
            return envoy.ProcessingRequest(request_trailers=envoy.HttpTrailers(), **fields)
        case ResponseHeaders(headers, is_last):
            part = envoy.HttpHeaders(headers=header_map(headers), end_of_stream=is_last)
            return envoy.ProcessingRequest(response_headers=part, **fields)
        case ResponseBody(body, is_last):
            piece = envoy.HttpBody(body=body, end_of_stream=is_last)
            return envoy.ProcessingRequest(response_body=piece, **fields)
        case ResponseTrailers():
            return envoy.ProcessingRequest(response_trailers=envoy.HttpTrailers(), **fields)


@given(EVENTS)
@settings(deadline=None)
def test_what_envoy_says_is_what_we_hear(event: Event) -> None:
    message = pb.ProcessingRequest.FromString(bytes(said_by_envoy(event)))
    assert event_of(message) == event


def heard_by_envoy(edit: Any) -> HeaderEdit:
    if edit is None:
        return HeaderEdit()
    for option in edit.set_headers:
        assert option.append_action.name == "OVERWRITE_IF_EXISTS_OR_ADD"
        assert option.header.value == ""
    values = {
        option.header.key: option.header.raw_value.decode("latin-1") for option in edit.set_headers
    }
    return HeaderEdit(values, tuple(edit.remove_headers))


def check_common(common: Any, edit: HeaderEdit, *, is_request: bool) -> None:
    mutation = common.header_mutation if common is not None else None
    assert heard_by_envoy(mutation) == edit
    clears = common.clear_route_cache if common is not None else False
    # Envoy ignores the flag without a mutation, and must not have it on responses.
    assert clears is (bool(edit) and is_request)


def check_modes(override: Any, modes: BodyModes | None) -> None:
    if modes is None:
        assert override is None
    else:
        assert override.request_body_mode.value == modes.request
        assert override.response_body_mode.value == modes.response
        assert override.request_header_mode.name == "DEFAULT"


def check_metadata(struct: Any, metadata: Any) -> None:
    if not metadata:
        assert struct is None
        return
    (values,) = (value.struct_value.fields for value in struct.fields.values())
    assert list(struct.fields) == ["semroute"]
    heard = {
        name: value.number_value if value.string_value is None else value.string_value
        for name, value in values.items()
    }
    assert heard == metadata


@given(REPLIES)
@settings(deadline=None)
def test_what_we_say_is_what_envoy_hears(reply: Reply) -> None:
    message = envoy.ProcessingResponse.parse(message_of(reply).SerializeToString())
    match reply:
        case HeadersReply():
            is_request = reply.direction is Direction.REQUEST
            headers = message.request_headers if is_request else message.response_headers
            assert headers is not None
            check_common(headers.response, reply.edit, is_request=is_request)
            check_modes(message.mode_override, reply.modes)
            check_metadata(message.dynamic_metadata, reply.metadata)
        case BodyReply():
            is_request = reply.direction is Direction.REQUEST
            body = message.request_body if is_request else message.response_body
            assert body is not None
            check_common(body.response, reply.edit, is_request=is_request)
            mutation = body.response.body_mutation if body.response is not None else None
            if reply.body is None:
                assert mutation is None
            elif reply.body:
                assert mutation is not None
                assert mutation.body == reply.body
            else:
                assert mutation is not None
                assert mutation.clear_body
            check_metadata(message.dynamic_metadata, reply.metadata)
        case StreamedBodyReply():
            is_request = reply.direction is Direction.REQUEST
            body = message.request_body if is_request else message.response_body
            assert body is not None
            assert body.response is not None
            assert body.response.body_mutation is not None
            piece = body.response.body_mutation.streamed_response
            assert piece is not None
            assert (piece.body, piece.end_of_stream) == (reply.body, reply.is_last)
        case TrailersReply():
            is_request = reply.direction is Direction.REQUEST
            assert (
                message.request_trailers if is_request else message.response_trailers
            ) is not None
        case ImmediateReply():
            immediate = message.immediate_response
            assert immediate is not None
            assert immediate.status is not None
            assert immediate.status.code == reply.reply.status
            assert immediate.body == reply.reply.body
            assert immediate.details == reply.details
            told = immediate.headers.set_headers if immediate.headers is not None else []
            told_headers = [option.header for option in told if option.header is not None]
            fields = [(header.key, header.raw_value) for header in told_headers]
            assert fields == list(reply.reply.headers)
            check_metadata(message.dynamic_metadata, reply.metadata)
    said = [
        name
        for name in (
            "request_headers",
            "request_body",
            "request_trailers",
            "response_headers",
            "response_body",
            "response_trailers",
            "immediate_response",
        )
        if getattr(message, name) is not None
    ]
    assert len(said) == 1


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_are_refused(data: bytes) -> None:
    try:
        message = pb.ProcessingRequest.FromString(data)
    except Exception:  # noqa: BLE001 - protobuf's DecodeError, which the transport answers
        return
    try:
        event_of(message)
    except UnexpectedEventError:
        return


def test_an_empty_message_says_nothing() -> None:
    with pytest.raises(UnexpectedEventError, match="nothing we know"):
        event_of(pb.ProcessingRequest())


@pytest.mark.parametrize("mode", [5, 99, -1])
def test_a_mode_we_do_not_speak_is_named_as_such(mode: int) -> None:
    message = pb.ProcessingRequest()
    message.request_trailers.SetInParent()
    message.protocol_config.request_body_mode = mode
    with pytest.raises(UnsupportedModeError):
        event_of(message)


def test_numbers_in_metadata_stay_numbers() -> None:
    reply = HeadersReply(Direction.REQUEST, metadata={"confidence": 0.123})
    value = message_of(reply).dynamic_metadata.fields["semroute"].struct_value.fields["confidence"]
    assert math.isclose(value.number_value, 0.123)
