"""What the codec of every API promises that we route."""

import contextlib
import json
from collections.abc import Iterable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.anthropic import AnthropicMessages, AnthropicModels, AnthropicTokenCount
from semroute.adapters.openai import (
    OpenAIChat,
    OpenAICompletions,
    OpenAIEmbeddings,
    OpenAIModels,
    OpenAIResponses,
)
from semroute.domain.chat import Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.ports import AnswerCodec, ChatCodec, ModelDirectory
from semroute.domain.record import UpstreamAnswer
from semroute.domain.routing import ChatEdit
from tests.adapters.wire.documents import JSON
from tests.adapters.wire.text_filters import Hoarding

MESSAGES = {"messages": [{"role": "user", "content": "hello"}]}
CODECS: dict[str, tuple[ChatCodec, dict[str, Any]]] = {
    "chat": (OpenAIChat(), MESSAGES),
    "completions": (OpenAICompletions(), {"prompt": "hello"}),
    "responses": (OpenAIResponses(), {"input": "hello"}),
    "items": (OpenAIResponses(), {"input": MESSAGES["messages"]}),
    "messages": (AnthropicMessages(), MESSAGES),
    "count_tokens": (AnthropicTokenCount(), MESSAGES),
    "embeddings": (OpenAIEmbeddings(), {"input": ["hello"]}),
}
WORDLESS = ("count_tokens", "embeddings")
ANSWERS: dict[str, AnswerCodec] = {
    "chat": OpenAIChat(),
    "completions": OpenAICompletions(),
    "responses": OpenAIResponses(),
    "messages": AnthropicMessages(),
    "count_tokens": AnthropicTokenCount(),
    "embeddings": OpenAIEmbeddings(),
}
DIRECTORIES: dict[str, ModelDirectory] = {"openai": OpenAIModels(), "anthropic": AnthropicModels()}


def written(fields: dict[str, Any]) -> bytes:
    return json.dumps({"model": "auto", **fields, "unheard-of": [1, 2]}).encode()


def those(names: Iterable[str]) -> pytest.MarkDecorator:
    values = [(codec, written(fields)) for codec, fields in map(CODECS.__getitem__, names)]
    return pytest.mark.parametrize(("codec", "request_"), values, ids=names)


codecs = those(list(CODECS))
answer_codecs = pytest.mark.parametrize("codec", ANSWERS.values(), ids=ANSWERS)


@those([name for name in CODECS if name != "embeddings"])
def test_a_request_is_read(codec: ChatCodec, request_: bytes) -> None:
    chat = codec.parse(request_)
    prompt = chat.prompt(100)
    assert chat.model == "auto"
    assert prompt is not None
    assert prompt.turn == "hello"


@codecs
def test_an_edited_request_reads_as_edited_and_otherwise_the_same(
    codec: ChatCodec, request_: bytes
) -> None:
    edited = codec.edit(request_, ChatEdit(model="big"))
    assert codec.parse(edited).model == "big"
    assert codec.parse(edited).messages == codec.parse(request_).messages
    assert json.loads(edited)["unheard-of"] == [1, 2]
    assert codec.edit(edited, ChatEdit(model="big")) == edited


@codecs
def test_what_screening_finds_in_a_passage_can_be_replaced(
    codec: ChatCodec, request_: bytes
) -> None:
    chat = codec.parse(request_)
    (passage,) = (passage for passage in chat.passages if passage.text == "hello")
    edited = codec.edit(request_, ChatEdit("big", {passage.path: "bye"}))
    again = codec.parse(edited)
    assert again.model == "big"
    assert [message.text for message in again.messages] == ["bye"] * len(chat.messages)
    assert again.passages == tuple(
        evolve(each, text="bye") if each == passage else each for each in chat.passages
    )


@codecs
@settings(deadline=None)
@given(more=st.dictionaries(st.from_regex(r"x-[a-z]{1,9}", fullmatch=True), JSON, max_size=3))
def test_whatever_else_is_in_a_request_keeps_its_bytes(
    codec: ChatCodec, request_: bytes, more: dict[str, Any]
) -> None:
    spelled = ", ".join(f"{json.dumps(key)} : {json.dumps(value)}" for key, value in more.items())
    body = (
        request_[:-1] + (b', "n" : 1.50, ' if more else b', "n" : 1.50') + spelled.encode() + b"}"
    )
    chat = codec.parse(body)
    texts = {each.path: each.text for each in chat.passages if each.is_editable}
    edited = codec.edit(body, ChatEdit("big", texts))
    assert json.loads(edited) == json.loads(body) | {"model": "big"}
    assert b'"n":1.50' in edited


@codecs
def test_a_place_that_is_not_there_cannot_be_edited(codec: ChatCodec, request_: bytes) -> None:
    with pytest.raises(LookupError):
        codec.edit(request_, ChatEdit(texts={("nowhere",): "x"}))


@those([name for name in CODECS if name not in WORDLESS])
@pytest.mark.parametrize("is_streaming", [True, False])
def test_a_refusal_says_why_and_is_no_error(
    codec: ChatCodec, request_: bytes, *, is_streaming: bool
) -> None:
    chat = evolve(codec.parse(request_), is_streaming=is_streaming)
    reply = codec.refusal(chat, Refusal("1", "big", "I had rather not.", 0))
    assert reply.status == 200
    assert reply.headers.get("content-type")
    assert "I had rather not." in reply.body.decode()


@those(WORDLESS)
def test_what_cannot_say_no_has_an_error_that_says_why(codec: ChatCodec, request_: bytes) -> None:
    reply = codec.refusal(codec.parse(request_), Refusal("1", "big", "I had rather not.", 0))
    assert reply.status == 403
    assert "I had rather not." in json.loads(reply.body)["error"]["message"]


@codecs
@given(body=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(codec: ChatCodec, request_: bytes, body: bytes) -> None:
    with contextlib.suppress(InvalidRequestError):
        assert codec.parse(body).model


@answer_codecs
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(["application/json", "text/event-stream", ""]),
)
def test_any_answer_says_what_it_cost_or_nothing(
    codec: AnswerCodec, body: bytes, kind: str
) -> None:
    usage = codec.usage(UpstreamAnswer(Headers.of({"content-type": kind}), body))
    assert usage is None or min(usage.input_tokens, usage.output_tokens) >= 0


class Unchanging:
    def feed(self, text: str) -> str:
        return text

    def finish(self) -> str:
        return ""


KINDS = st.sampled_from(["application/json", "text/event-stream", "text/html"])
REFUSED = Refusal("1", "big", "I had rather not.", 0)


@answer_codecs
@settings(deadline=None)
@given(pieces=st.lists(st.binary(max_size=100)), kind=KINDS)
def test_any_answer_passes_a_filter_that_lets_all_pass(
    codec: AnswerCodec, pieces: list[bytes], kind: str
) -> None:
    headers = Headers.of({"content-type": kind})
    answer = codec.answer_filter(headers, Unchanging, REFUSED, on_unreadable="pass")
    if answer is not None:
        said = [answer.feed(piece, is_last=False) for piece in pieces]
        assert b"".join([*said, answer.feed(b"", is_last=True)]) == b"".join(pieces)


# What answers are made of, put together by somebody who does not know how.
NAMES = st.sampled_from(
    [
        "choices",
        "index",
        "delta",
        "message",
        "text",
        "content",
        "type",
        "output",
        "output_index",
        "content_index",
        "item",
        "part",
        "response",
        "content_block",
        "error",
        "object",
        "finish_reason",
        "sequence_number",
        "arguments",
        "input",
        "id",
        "logprobs",
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "text_delta",
        "input_json_delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response",
        "response.output_item.done",
        "response.completed",
    ]
)
STRANGE = st.recursive(
    NAMES | st.integers(-1, 3) | st.none() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@answer_codecs
@settings(deadline=None)
@given(documents=st.lists(st.dictionaries(NAMES, STRANGE, max_size=6), max_size=4), kind=KINDS)
def test_a_strange_answer_passes(codec: AnswerCodec, documents: list[Any], kind: str) -> None:
    headers = Headers.of({"content-type": kind})
    pieces = [json.dumps(document).encode() for document in documents]
    if kind == "text/event-stream":
        pieces = [b"data: " + piece + b"\n\n" for piece in pieces]
    for new_filter in (Unchanging, Hoarding):
        answer = codec.answer_filter(headers, new_filter, REFUSED, on_unreadable="pass")
        if answer is not None:
            said = [answer.feed(piece, is_last=False) for piece in pieces]
            whole = b"".join([*said, answer.feed(b"", is_last=True)])
            assert new_filter is Hoarding or whole == b"".join(pieces)


@answer_codecs
@settings(deadline=None)
@given(body=st.binary(min_size=1, max_size=100), kind=KINDS)
def test_an_answer_that_nobody_can_read_may_become_a_refusal(
    codec: AnswerCodec, body: bytes, kind: str
) -> None:
    headers = Headers.of({"content-type": kind})
    answer = codec.answer_filter(headers, Unchanging, REFUSED, on_unreadable="stop")
    if answer is not None:
        said = answer.feed(b"data: " + body + b"\n\n", is_last=True)
        assert b"I had rather not." in said


@codecs
@pytest.mark.parametrize("param", [None, "messages[0]"])
def test_an_error_is_never_empty(codec: ChatCodec, request_: bytes, param: str | None) -> None:
    reply = codec.error(400, InvalidRequestError("No.", param), "01JD")
    assert reply.status == 400
    assert reply.body
    assert reply.headers.get("content-type")
    assert "No." in reply.body.decode()


@pytest.mark.parametrize("directory", DIRECTORIES.values(), ids=DIRECTORIES)
def test_models_are_shown(directory: ModelDirectory) -> None:
    listing = directory.listing(["auto", "big"])
    assert listing.status == directory.card("big").status == 200
    assert listing.body.index(b"auto") < listing.body.index(b"big")
