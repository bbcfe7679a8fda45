"""Envoy's messages: in any order, of any content, and as no protobuf library would write them."""

import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.extproc import ExtProcService
from semroute.adapters.extproc._pb.extproc_pb2 import ProcessingRequest, ProcessingResponse
from semroute.adapters.grpc import Server
from semroute.adapters.memory import MemoryObserver, WordClassifier
from semroute.app.converse import Converse
from semroute.domain.budget import ByteBudget
from tests.adapters.grpc.peer import Peer, framed, request_headers
from tests.app.conftest import DEFINITIONS, route_with

from .harness import fuzz, idle_clock, no_bugs_logged

PROCESS = "/envoy.service.ext_proc.v3.ExternalProcessor/Process"

NAMES = st.sampled_from(
    [":path", ":method", ":status", "content-length", "content-encoding", "x-semroute-model", "a"]
)
VALUES = st.one_of(
    st.sampled_from([
        b"POST", b"GET", b"/v1/chat/completions", b"/v1/models", b"/v1/models/small", b"200",
        b"404", b"2", b"999999", b"gzip",
    ]),
    st.binary(max_size=12),
)  # fmt: skip
CHAT = [
    {"key": ":method", "raw_value": b"POST"},
    {"key": ":path", "raw_value": b"/v1/chat/completions"},
]
HEADERS = st.builds(
    lambda usual, pairs: {
        "headers": [*usual, *({"key": name, "raw_value": value} for name, value in pairs)]
    },
    st.sampled_from([CHAT, []]),
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
)
BODIES = st.one_of(
    st.sampled_from([
        b'{"model": "auto", "messages": [{"role": "user", "content": "landlords"}]}',
        b'{"model": "small", "messages": [{"role": "user", "content": "x"}], "stream": true}',
        b"{}",
        b"",
    ]),
    st.binary(max_size=30),
)  # fmt: skip
EVENTS = st.one_of(
    st.builds(
        lambda way, headers, end: {f"{way}_headers": {"headers": headers, "end_of_stream": end}},
        st.sampled_from(["request", "response"]),
        HEADERS,
        st.booleans(),
    ),
    st.builds(
        lambda way, body, end: {f"{way}_body": {"body": body, "end_of_stream": end}},
        st.sampled_from(["request", "response"]),
        BODIES,
        st.booleans(),
    ),
    st.builds(
        lambda way, headers: {f"{way}_trailers": {"trailers": headers}},
        st.sampled_from(["request", "response"]),
        HEADERS,
    ),
)
MODES = st.builds(
    lambda request, response: {"request_body_mode": request, "response_body_mode": response},
    st.integers(0, 5),
    st.integers(0, 5),
)
EXTRAS = st.fixed_dictionaries(
    {}, optional={"observability_mode": st.sampled_from([False, True]), "protocol_config": MODES}
)
MESSAGES = st.builds(
    lambda event, extra: ProcessingRequest(**event, **extra).SerializeToString(), EVENTS, EXTRAS
)
SPOILT = st.builds(
    lambda message, at, byte: message[:at] + byte + message[at + 1 :],
    MESSAGES,
    st.integers(0, 60),
    st.binary(max_size=1),
)


@fuzz
@given(st.lists(st.one_of(MESSAGES, MESSAGES, SPOILT, st.binary(max_size=30)), max_size=8))
def test_no_messages_get_past_us_unanswered(messages: list[bytes]) -> None:
    with no_bugs_logged():
        trio.run(converse, messages, clock=idle_clock())


async def converse(messages: list[bytes]) -> None:
    observer = MemoryObserver()
    route = route_with(WordClassifier(DEFINITIONS))
    talk = Converse(
        route=route,
        observer=observer,
        remember=(),
        owned_headers=route.rulings.names.owned,
        max_body_bytes=1000,
        budget=ByteBudget(100_000),
    )
    server = Server([ExtProcService(talk)])
    ours, theirs = trio.testing.memory_stream_pair()
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve_stream, theirs)
            peer = Peer(ours)
            await peer.connect()
            call = await peer.open(headers=[*request_headers(PROCESS).items()])
            await peer.send(call, b"".join(map(framed, messages)), end=True)
            status = await peer.status(call)
            nursery.cancel_scope.cancel()
    assert status in {"0", "3", "8", "12", "13"}
    assert talk.open_streams == 0
    assert len(observer.records) == 1
    if status == "0":
        assert_answered(messages, replies_in(peer.data(call)))


def assert_answered(messages: list[bytes], replies: list[ProcessingResponse]) -> None:
    """Asserts that a stream that ended well had a reply for every message that wants one."""
    assert all(each.WhichOneof("response") for each in replies)
    if any(each.HasField("immediate_response") for each in replies):
        return  # whatever came after that was not read
    read: list[ProcessingRequest] = []
    for message in messages:
        read.append(ProcessingRequest.FromString(message))
        if _ends_the_answer(read[-1]):
            break
    owed = [each for each in read if not each.observability_mode]
    if not any(each.HasField("protocol_config") for each in owed):
        assert len(replies) == len(owed)


def _ends_the_answer(message: ProcessingRequest) -> bool:
    is_last = message.response_headers.end_of_stream or message.response_body.end_of_stream
    is_trailers = message.HasField("response_trailers")
    return (is_last or is_trailers) and not message.observability_mode


def replies_in(data: bytes) -> list[ProcessingResponse]:
    replies: list[ProcessingResponse] = []
    while data:
        size = int.from_bytes(data[1:5])
        replies.append(ProcessingResponse.FromString(data[5 : 5 + size]))
        data = data[5 + size :]
    return replies
