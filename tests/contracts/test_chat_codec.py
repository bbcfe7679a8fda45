"""What every chat API's codec promises. There is one so far."""

import contextlib
import json

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.openai import OpenAIChat, OpenAIModels
from semroute.domain.chat import Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.ports import AnswerCodec, ChatCodec, ModelDirectory
from semroute.domain.record import UpstreamAnswer
from semroute.domain.routing import ChatEdit

CODECS: dict[str, ChatCodec] = {"openai": OpenAIChat()}
ANSWERS: dict[str, AnswerCodec] = {"openai": OpenAIChat()}
DIRECTORIES: dict[str, ModelDirectory] = {"openai": OpenAIModels()}

REQUEST = json.dumps(
    {"model": "auto", "messages": [{"role": "user", "content": "hello"}], "unheard-of": [1, 2]}
).encode()

codecs = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
answer_codecs = pytest.mark.parametrize("codec", ANSWERS.values(), ids=ANSWERS)


@codecs
def test_a_request_is_read(codec: ChatCodec) -> None:
    chat = codec.parse(REQUEST)
    prompt = chat.prompt(100)
    assert chat.model == "auto"
    assert prompt is not None
    assert prompt.turn == "hello"


@codecs
def test_an_edited_request_reads_as_edited_and_otherwise_the_same(codec: ChatCodec) -> None:
    edited = codec.edit(REQUEST, ChatEdit(model="big"))
    assert codec.parse(edited).model == "big"
    assert codec.parse(edited).messages == codec.parse(REQUEST).messages
    assert json.loads(edited)["unheard-of"] == [1, 2]
    assert codec.edit(edited, ChatEdit(model="big")) == edited


@codecs
def test_what_screening_finds_in_a_passage_can_be_replaced(codec: ChatCodec) -> None:
    chat = codec.parse(REQUEST)
    (passage,) = (passage for passage in chat.passages if passage.text == "hello")
    edited = codec.edit(REQUEST, ChatEdit("big", {passage.path: "bye"}))
    again = codec.parse(edited)
    assert again.model == "big"
    assert again.messages[0].text == "bye"
    assert again.passages == tuple(
        evolve(each, text="bye") if each == passage else each for each in chat.passages
    )


@codecs
def test_a_place_that_is_not_there_cannot_be_edited(codec: ChatCodec) -> None:
    with pytest.raises(LookupError):
        codec.edit(REQUEST, ChatEdit(texts={("nowhere",): "x"}))


@codecs
@pytest.mark.parametrize("is_streaming", [True, False])
def test_a_refusal_says_why_and_is_no_error(codec: ChatCodec, *, is_streaming: bool) -> None:
    chat = evolve(codec.parse(REQUEST), is_streaming=is_streaming)
    reply = codec.refusal(chat, Refusal("1", "big", "I had rather not.", 0))
    assert reply.status == 200
    assert reply.headers.get("content-type")
    assert "I had rather not." in reply.body.decode()


@codecs
@given(body=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(codec: ChatCodec, body: bytes) -> None:
    with contextlib.suppress(InvalidRequestError):
        assert codec.parse(body).messages


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
def test_an_error_is_never_empty(codec: ChatCodec, param: str | None) -> None:
    reply = codec.error(400, InvalidRequestError("No.", param))
    assert reply.status == 400
    assert reply.body
    assert reply.headers.get("content-type")
    assert "No." in reply.body.decode()


@pytest.mark.parametrize("directory", DIRECTORIES.values(), ids=DIRECTORIES)
def test_models_are_shown(directory: ModelDirectory) -> None:
    listing = directory.listing(["auto", "big"])
    assert listing.status == directory.card("big").status == 200
    assert listing.body.index(b"auto") < listing.body.index(b"big")
