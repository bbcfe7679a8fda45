"""Whatever order events come in: one reply of the same kind each, or a clean protocol error."""

from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.errors import MisusedExchangeError, UnexpectedEventError
from semroute.domain.exchange.events import (
    BodyMode,
    BodyModes,
    Direction,
    Event,
    Part,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from semroute.domain.exchange.machine import Exchange
from semroute.domain.exchange.order import TRANSITIONS, Half
from semroute.domain.exchange.replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    NeedsRouting,
    Reply,
    StreamedBodyReply,
    TrailersReply,
)
from semroute.domain.headers import Headers
from semroute.domain.ruling import RequestEdit

from .playbook import LISTED, MAX_BODY, OWNED, ROUTED, UNTOUCHED

MODES = st.none() | st.builds(
    BodyModes, st.sampled_from([*BodyMode][:4]), st.sampled_from([*BodyMode][:4])
)
FIELDS = st.dictionaries(
    st.sampled_from([":method", ":path", ":status", "x-model", "content-length", "x-other"]),
    st.sampled_from(["POST", "GET", "/v1/chat/completions", "/v1/models", "/x", "200", "5", "²"]),
)
HEADERS = FIELDS.map(Headers.of)
BODIES = st.binary(max_size=700)
EVENTS = st.one_of(
    st.builds(RequestHeaders, HEADERS, st.booleans(), modes=MODES),
    st.builds(RequestBody, BODIES, st.booleans(), modes=MODES),
    st.builds(RequestTrailers, modes=MODES),
    st.builds(ResponseHeaders, HEADERS, st.booleans(), modes=MODES),
    st.builds(ResponseBody, BODIES, st.booleans(), modes=MODES),
    st.builds(ResponseTrailers, modes=MODES),
)


def kind_of(reply: Reply) -> Part:
    match reply:
        case HeadersReply():
            return Part.HEADERS
        case BodyReply():
            return Part.BODY
        case TrailersReply():
            return Part.TRAILERS
        case StreamedBodyReply() | ImmediateReply():
            raise AssertionError


@given(
    st.lists(EVENTS, max_size=8), st.lists(st.sampled_from([ROUTED, UNTOUCHED, LISTED]), max_size=8)
)
def test_every_event_gets_exactly_one_fitting_reply_or_a_protocol_error(
    events: list[Event], rulings: list[object]
) -> None:
    exchange = Exchange(OWNED, MAX_BODY)
    halves = dict.fromkeys(Direction, Half.IDLE)
    for index, event in enumerate(events):
        following = TRANSITIONS.get((halves[event.direction], event.part))
        try:
            step = exchange.receive(event)
        except UnexpectedEventError:
            assert following is None
            break
        assert following is not None
        halves[event.direction] = Half.CLOSED if event.is_last else following
        if isinstance(step, NeedsRouting):
            assert not exchange.is_ruled
            ruling = (rulings[index:] or [LISTED])[0]
            try:
                step = exchange.decide(ruling)  # type: ignore[arg-type]
            except MisusedExchangeError:
                # The only ruling that cannot be carried out: a change to a request that is
                # over. `app.route` refuses such requests.
                assert isinstance(event, RequestTrailers)
                assert isinstance(ruling.action, RequestEdit)  # type: ignore[attr-defined]
                break
        (reply,) = step
        if isinstance(reply, ImmediateReply):
            assert exchange.is_over
            break
        assert kind_of(reply) is event.part
        assert reply.direction is event.direction
        if exchange.is_over:
            break
    record = exchange.close()
    assert record.response_bytes <= sum(len(e.body) for e in events if isinstance(e, ResponseBody))


@given(st.lists(st.binary(max_size=300), max_size=6), st.booleans())
def test_no_piece_of_an_unruled_body_ever_passes(pieces: list[bytes], announces: bool) -> None:  # noqa: FBT001
    """What Envoy sends on, put together, is either the ruling's body or nothing."""
    exchange = Exchange(OWNED, MAX_BODY)
    fields = {":method": "POST", ":path": "/v1/chat/completions"}
    if announces:
        fields["content-length"] = str(sum(map(len, pieces)))
    modes = BodyModes(BodyMode.STREAMED, BodyMode.NONE)
    exchange.receive(RequestHeaders(Headers.of(fields), modes=modes))
    passed = b""
    for index, piece in enumerate([*pieces, b""]):
        step = exchange.receive(RequestBody(piece, is_last=index == len(pieces)))
        if isinstance(step, NeedsRouting):
            if step.request.fault:
                return
            step = exchange.decide(ROUTED)
        (reply,) = step
        assert isinstance(reply, BodyReply)
        passed += piece if reply.body is None else reply.body
    assert isinstance(ROUTED.action, RequestEdit)
    assert passed == ROUTED.action.body


DUPLEX = BodyModes(BodyMode.FULL_DUPLEX_STREAMED, BodyMode.FULL_DUPLEX_STREAMED)


@given(
    st.lists(st.binary(max_size=300), max_size=6),
    st.sampled_from(["/v1/chat/completions", "/v1/files"]),
    st.booleans(),
)
def test_in_full_duplex_everything_is_sent_on_once_and_in_order(
    pieces: list[bytes],
    path: str,
    has_trailers: bool,  # noqa: FBT001
) -> None:
    """Headers, then body, then the end: of the request as ruled on, of the answer as it came."""
    for direction in Direction:
        exchange = Exchange(OWNED, 10_000)
        is_request = direction is Direction.REQUEST
        if is_request:
            head: Event = RequestHeaders(
                Headers.of({":method": "POST", ":path": path}), modes=DUPLEX
            )
        else:
            head = ResponseHeaders(Headers.of({":status": "200"}), modes=DUPLEX)
        body, trailers = (
            (RequestBody, RequestTrailers) if is_request else (ResponseBody, ResponseTrailers)
        )
        events: list[Event] = [head, *(body(piece) for piece in pieces)]
        events.append(trailers() if has_trailers else body(b"", is_last=True))
        replies: list[Reply] = []
        for event in events:
            step = exchange.receive(event)
            replies += exchange.decide(ROUTED) if isinstance(step, NeedsRouting) else step
        first, *rest = replies
        assert isinstance(first, HeadersReply)
        if has_trailers:
            assert isinstance(rest.pop(), TrailersReply)
        sent = b""
        for index, reply in enumerate(rest):
            assert isinstance(reply, StreamedBodyReply)
            assert reply.is_last is (not has_trailers and index == len(rest) - 1)
            sent += reply.body
        assert isinstance(ROUTED.action, RequestEdit)
        is_ruled_on = is_request and path == "/v1/chat/completions"
        assert sent == (ROUTED.action.body if is_ruled_on else b"".join(pieces))
