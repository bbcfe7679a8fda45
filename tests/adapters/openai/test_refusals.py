import json
from typing import Any

import pytest

from semroute.adapters.openai import OpenAIChat
from semroute.domain.chat import ChatRequest, Refusal

from .clients import reading

CODEC = OpenAIChat()
REFUSAL = Refusal("chatcmpl-7", "big", "It has a card number in it.", 1_700_000_000)
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def asked(**fields: Any) -> ChatRequest:
    request = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}
    return CODEC.parse(json.dumps(request | fields).encode())


def test_a_refusal_is_a_completion_that_says_why() -> None:
    reply = CODEC.refusal(asked(), REFUSAL)
    assert reply.status == 200
    assert reply.headers.get("content-type") == "application/json"
    assert json.loads(reply.body) == {
        "id": "chatcmpl-7",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "big",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None,
                    "refusal": "It has a card number in it.",
                },
                "logprobs": None,
                "finish_reason": "content_filter",
            }
        ],
        "usage": NO_USAGE,
    }


def test_every_choice_asked_for_refuses() -> None:
    choices = json.loads(CODEC.refusal(asked(n=3), REFUSAL).body)["choices"]
    assert [choice["index"] for choice in choices] == [0, 1, 2]


@pytest.mark.parametrize("with_usage", [True, False])
def test_a_streamed_refusal_is_a_role_a_reason_and_an_end(*, with_usage: bool) -> None:
    chat = asked(stream=True, stream_options={"include_usage": with_usage})
    reply = CODEC.refusal(chat, REFUSAL)
    assert reply.headers.get("content-type") == "text/event-stream"
    *events, done, nothing = reply.body.decode().split("\n\n")
    assert (done, nothing) == ("data: [DONE]", "")
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert {(chunk["id"], chunk["object"], chunk["model"]) for chunk in chunks} == {
        ("chatcmpl-7", "chat.completion.chunk", "big")
    }
    said = [
        (chunk["choices"][0]["delta"], chunk["choices"][0]["finish_reason"]) for chunk in chunks[:3]
    ]
    assert said == [
        ({"role": "assistant", "content": None}, None),
        ({"refusal": "It has a card number in it."}, None),
        ({}, "content_filter"),
    ]
    assert [chunk["usage"] for chunk in chunks[3:]] == [NO_USAGE] * with_usage


def test_openai_s_client_reads_a_refusal() -> None:
    with reading(CODEC.refusal(asked(), REFUSAL)) as client:
        completion = client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "hi"}]
        )
    (choice,) = completion.choices
    assert choice.message.refusal == REFUSAL.message
    assert choice.message.content is None
    assert choice.finish_reason == "content_filter"


@pytest.mark.parametrize("choices", [1, 2])
def test_openai_s_client_reads_a_streamed_refusal(choices: int) -> None:
    chat = asked(stream=True, n=choices, stream_options={"include_usage": True})
    with reading(CODEC.refusal(chat, REFUSAL)) as client:
        chunks = list(
            client.chat.completions.create(
                model="auto", messages=[{"role": "user", "content": "hi"}], stream=True
            )
        )
    deltas = [choice.delta.refusal for chunk in chunks for choice in chunk.choices]
    assert [refusal for refusal in deltas if refusal] == [REFUSAL.message] * choices
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 0


def test_the_stream_helper_of_openai_s_client_sees_a_refusal() -> None:
    with (
        reading(CODEC.refusal(asked(stream=True), REFUSAL)) as client,
        client.chat.completions.stream(
            model="auto", messages=[{"role": "user", "content": "hi"}]
        ) as stream,
    ):
        done = [event for event in stream if event.type == "refusal.done"]
    assert [event.refusal for event in done] == [REFUSAL.message]
