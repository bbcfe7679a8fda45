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
from semroute.domain.naming import SEALED_PATH
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
                assert isinstance(event, RequestTrailers | ResponseHeaders)
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


CHAT = Headers.of({":method": "POST", ":path": "/v1/chat/completions"})
HEADS = st.just(CHAT) | st.integers(0, 20).map(
    lambda length: Headers((*CHAT, ("content-length", str(length).encode())))
)


@given(
    HEADS,
    st.sampled_from(BodyMode),
    st.sampled_from(BodyMode),
    st.lists(st.binary(max_size=10), max_size=4),
    st.booleans(),
    st.sampled_from([200, 404]),
)
def test_what_was_not_ruled_on_is_never_served(  # noqa: PLR0913, PLR0917 - one for every thing that varies
    headers: Headers,
    mode: BodyMode,
    response_mode: BodyMode,
    pieces: list[bytes],
    has_trailers: bool,  # noqa: FBT001
    code: int,
) -> None:
    """However Envoy shows a request, or does not: only with a ruling does it get anywhere.

    Anywhere is a path that a model server knows, and an answer that comes from a model.
    """
    exchange = Exchange(OWNED, MAX_BODY)
    modes = BodyModes(mode, response_mode)
    events: list[Event] = [RequestHeaders(headers, modes=modes)]
    if mode is not BodyMode.NONE:
        events += [RequestBody(piece) for piece in pieces]
        events.append(RequestTrailers() if has_trailers else RequestBody(b"", is_last=True))
    events.append(ResponseHeaders(Headers.of({":status": str(code)})))
    path, passed = "/v1/chat/completions", b""
    for event in events:
        step = exchange.receive(event)
        if isinstance(step, NeedsRouting):
            is_readable = step.request.fault is None and step.request.body
            step = exchange.decide(ROUTED if is_readable else LISTED)
        for reply in step:
            if isinstance(reply, ImmediateReply):
                return
            if isinstance(reply, HeadersReply | BodyReply):
                path = reply.edit.set.get(":path", path)
            if isinstance(reply, BodyReply):
                passed += event.body if reply.body is None else reply.body  # type: ignore[union-attr]
            if isinstance(reply, StreamedBodyReply):
                passed += reply.body
    if exchange.is_ruled:
        assert isinstance(ROUTED.action, RequestEdit)
        assert (path, passed) == ("/v1/chat/completions", ROUTED.action.body)
    else:
        assert code == 404
        assert passed == b""
        assert mode is BodyMode.BUFFERED or path == SEALED_PATH


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
