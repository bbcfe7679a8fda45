"""Clients' requests: any path, any header, any body."""

import json
from typing import Any

import trio
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.memory import WordClassifier
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest, LocalReply
from semroute.domain.ruling import PASSED_THROUGH, RequestEdit
from semroute.domain.verdict import PassedThrough, Routed
from tests.app.conftest import DEFINITIONS, POLICY, route_with

from .harness import fuzz, no_bugs_logged

KEYS = st.sampled_from([
    "model", "messages", "role", "content", "type", "text", "stream", "x", "é",
    "input", "prompt", "system", "output", "previous_response_id",
])  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["auto", "small", "user", "system", "text", "landlords evict me"]),
    st.text(max_size=8),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
PARTS = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, st.text(max_size=9)),
        st.just({"type": "image_url", "image_url": {"url": "data:"}}),
        ANYTHING,
    ),
    max_size=3,
)
TURNS = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["system", "user", "assistant", "tool", "developer", "nobody"]),
    st.one_of(st.text(max_size=30), st.none(), PARTS, ANYTHING),
)
CHATS = st.builds(
    lambda model, name, turns, more: {"model": model, name: turns} | more,
    st.one_of(st.sampled_from(["auto", "small", "portia"]), ANYTHING),
    st.sampled_from(["messages", "messages", "input", "prompt"]),
    st.one_of(st.lists(TURNS, max_size=4), ANYTHING),
    st.dictionaries(KEYS, ANYTHING, max_size=2),
)
BODIES = st.one_of(
    st.builds(lambda value: json.dumps(value).encode(), CHATS),
    st.builds(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="replace"), CHATS),
    st.builds(lambda value: json.dumps(value, allow_nan=True).encode(), ANYTHING),
    st.builds(
        lambda value, at, byte: json.dumps(value).encode()[:at] + byte, CHATS, *[
            st.integers(0, 90), st.binary(max_size=3)
        ]
    ),
    st.binary(max_size=60),
)  # fmt: skip
PATHS = st.one_of(
    st.sampled_from([
        "/v1/chat/completions", "/v1/chat/completions", "/v1/chat/completions?x=1", "/v1/models",
        "/v1/models/auto", "/v1/models/%00", "/v1//chat/completions", "/v1/chat/completions/",
        "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/messages",
        "/v1/messages/count_tokens",
    ]),
    st.text(max_size=20),
)  # fmt: skip
METHODS = st.sampled_from(["POST", "POST", "GET", "post", ""])
NAMES = st.sampled_from(["x-request-id", "content-encoding", "anthropic-version"])
FIELDS = st.lists(
    st.tuples(NAMES, st.binary(max_size=200)),
    max_size=2,
)


@fuzz
@given(METHODS, PATHS, FIELDS, BODIES)
def test_every_request_gets_a_ruling(
    method: str, path: str, fields: list[tuple[str, bytes]], body: bytes
) -> None:
    route = route_with(WordClassifier(DEFINITIONS))
    with no_bugs_logged():
        ruling = trio.run(route, HttpRequest(method, path, Headers(tuple(fields)), body))
    if ruling is PASSED_THROUGH:
        return
    match ruling.action:
        case LocalReply() as reply:
            assert reply.status == 200 or 400 <= reply.status < 500
            document = json.loads(reply.body)
            assert ("error" in document) is (reply.status != 200)
        case RequestEdit() as edit if isinstance(ruling.verdict, PassedThrough):
            assert edit == RequestEdit()
            assert ruling.facts.service == "embeddings"
        case RequestEdit() as edit:
            assert isinstance(ruling.verdict, Routed)
            model = ruling.verdict.decision.model
            assert model in POLICY.models
            sent = json.loads(body if edit.body is None else edit.body)
            assert sent == json.loads(body) | {"model": model}
            assert_plain(ruling.response_headers)
    assert len(ruling.facts.request_id) <= 128


def assert_plain(headers: Any) -> None:
    for name, value in headers.items():
        assert name.isascii()
        assert all(" " <= character <= "~" for character in value)
