import json
from typing import Any

import pytest

from semroute.adapters.openai import OpenAICompletions, OpenAIEmbeddings
from semroute.domain.chat import ChatRequest, Message, Refusal, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer, Usage
from tests.adapters.wire.named_streams import opened, whole
from tests.adapters.wire.text_filters import Hoarding, Replacing, Stopping

CODEC = OpenAICompletions()
REFUSAL = Refusal("cmpl-7", "big", "I had rather not.", 5)
DONE = b"data: [DONE]\n\n"


def parsed(**fields: Any) -> ChatRequest:
    return CODEC.parse(json.dumps({"model": "big", **fields}).encode())


@pytest.mark.parametrize(
    ("prompt", "message", "choices"),
    [
        ("hi", Message(Role.USER, "hi"), 2),
        (["hi", "there"], Message(Role.USER, "hi\nthere"), 4),
        ([1, 2, 3], Message(Role.USER, "", opaque_parts=1), 2),
        ([[1, 2], [3]], Message(Role.USER, "", opaque_parts=2), 4),
        (None, Message(Role.USER, ""), 2),
    ],
)
def test_a_prompt_is_what_a_user_says(prompt: Any, message: Message, choices: int) -> None:
    chat = parsed(prompt=prompt, n=2, stream=True, stream_options={"include_usage": True})
    assert chat.messages == (message,)
    assert chat.choices == choices
    assert chat.is_streaming
    assert chat.wants_usage


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": 7}, "model"),
        ({"prompt": 7}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [{}]}, "prompt"),
        ({"prompt": ["hi", 7]}, "prompt"),
        ({"prompt": ["hi"] * 2049}, "prompt"),
        ({"stream": 1}, "stream"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_place(
    fields: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parsed(**fields)
    assert caught.value.param == param


def test_a_refusal_says_why_in_every_choice() -> None:
    said = json.loads(CODEC.refusal(parsed(prompt=["a", "b"]), REFUSAL).body)
    assert said["object"] == "text_completion"
    assert said["choices"] == [
        {"index": index, "text": "I had rather not.", "logprobs": None,
         "finish_reason": "content_filter"}
        for index in range(2)
    ]  # fmt: skip


def chunks(stream: bytes) -> list[Any]:
    lines = stream.split(b"\n\n")[:-1]
    assert lines.pop() == DONE.strip()
    return [json.loads(line.removeprefix(b"data: ")) for line in lines]


def test_a_streamed_refusal_says_what_it_cost_if_it_is_asked_to() -> None:
    chat = parsed(prompt="a", stream=True, stream_options={"include_usage": True})
    said, usage = chunks(CODEC.refusal(chat, REFUSAL).body)
    assert said["choices"][0]["text"] == "I had rather not."
    assert said["choices"][0]["finish_reason"] == "content_filter"
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] == 0


def document(*texts: str, finish: str | None = "stop") -> dict[str, Any]:
    choices = [
        {"index": index, "text": text, "logprobs": {"tokens": [text]}, "finish_reason": finish}
        for index, text in enumerate(texts)
    ]
    head = {"id": "cmpl-9", "object": "text_completion", "created": 17, "model": "big"}
    return {**head, "choices": choices}


def test_the_text_of_every_choice_is_changed() -> None:
    said = whole(CODEC, document("to [EMAIL_1]", "hi"), lambda: Replacing(new="me"))
    assert [choice["text"] for choice in said["choices"]] == ["to me", "hi"]
    assert [choice["logprobs"] for choice in said["choices"]] == [None, {"tokens": ["hi"]}]
    said = whole(CODEC, document("stop!"), Stopping)
    assert said["choices"][0]["text"] == "I must not say that."
    assert said["choices"][0]["finish_reason"] == "content_filter"
    assert said["id"] == "cmpl-9"


def streamed(*pieces: str) -> list[bytes]:
    said = [document(piece, finish=None) for piece in pieces]
    return [b"data: " + json.dumps(each).encode() + b"\n\n" for each in (*said, document(""))]


def test_a_text_is_changed_however_it_is_cut() -> None:
    answer = opened(CODEC, "text/event-stream", lambda: Replacing(new="me"))
    pieces = [*streamed("to [EMA", "IL_1]", ", [EM"), DONE]
    said = chunks(b"".join(answer.feed(piece, is_last=False) for piece in pieces))
    assert [each["choices"][0]["text"] for each in said] == ["to ", "me", ", ", "[EM", ""]
    assert said[3] == {
        **document(),
        "choices": [{"index": 0, "text": "[EM", "finish_reason": None}],
    }
    answer = opened(CODEC, "text/event-stream", Hoarding)
    said = chunks(b"".join(answer.feed(piece, is_last=False) for piece in pieces))
    assert [each["choices"][0]["text"] for each in said] == ["to [EMAIL_1], [EM", ""]


def test_a_text_that_must_not_go_on_ends_the_stream() -> None:
    answer = opened(CODEC, "text/event-stream", Stopping)
    said = chunks(b"".join(answer.feed(piece, is_last=False) for piece in streamed("a", "stop!")))
    assert [each["choices"][0]["text"] for each in said] == ["a", "I must not say that."]
    assert said[-1]["choices"][0]["finish_reason"] == "content_filter"


def test_embeddings_are_texts_that_nobody_says_and_cost_only_input() -> None:
    codec = OpenAIEmbeddings()
    chat = codec.parse(b'{"model": "big", "input": ["a", "b"]}')
    assert chat.messages == ()
    assert [passage.text for passage in chat.passages] == ["a", "b"]
    body = b'{"usage": {"prompt_tokens": 7, "total_tokens": 7}}'
    headers = Headers.of({"content-type": "application/json"})
    assert codec.usage(UpstreamAnswer(headers, body)) == Usage(7, 0)
