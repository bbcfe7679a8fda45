import json
from typing import Any

import pytest
from attrs import evolve

from semroute.adapters.openai import OpenAIChat, OpenAIModels
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.signals.definitions import Modality

CODEC = OpenAIChat()


def body(**fields: Any) -> bytes:
    request = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}
    return json.dumps(request | fields).encode()


def test_a_conversation_is_read() -> None:
    messages = [
        {"role": "system", "content": "be brief"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "what is"}, {"type": "text", "text": "this?"}],
        },
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
        {"role": "narrator", "content": "meanwhile"},
    ]
    chat = CODEC.parse(body(messages=messages, stream=True))
    assert evolve(chat, passages=(), opaque=(), knobs={}) == ChatRequest(
        "auto",
        (
            Message(Role.SYSTEM, "be brief"),
            Message(Role.USER, "what is\nthis?"),
            Message(Role.ASSISTANT, ""),
            Message(Role.TOOL, "42"),
            Message(Role.ASSISTANT, "no"),
            Message(Role.USER, "", opaque_parts=1),
            Message(Role.OTHER, "meanwhile"),
        ),
        is_streaming=True,
        modalities=frozenset({Modality.IMAGE}),
    )
    assert [passage.text for passage in chat.passages] == [
        *("be brief", "what is", "this?", "42", "no", "x", "narrator", "meanwhile"),
    ]
    assert chat.opaque == (("messages", 5, "content", 0),)


@pytest.mark.parametrize(
    ("fields", "wants_usage", "choices"),
    [
        ({}, False, 1),
        ({"n": 3, "stream_options": {"include_usage": True}}, True, 3),
        ({"n": None, "stream_options": None}, False, 1),
        ({"n": 0, "stream_options": {"include_usage": 1}}, False, 1),
        ({"n": 10**9, "stream_options": {}}, False, 1),
        ({"n": "3", "stream_options": "include_usage"}, False, 1),
    ],
)
def test_how_an_answer_must_look_is_read(
    fields: dict[str, Any], *, wants_usage: bool, choices: int
) -> None:
    chat = CODEC.parse(body(**fields))
    assert chat.wants_usage is wants_usage
    assert chat.choices == choices


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": 7}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["hi"]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}, "messages[0].content[0]"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]},
            "messages[0].content[0].text",
        ),
        ({"stream": "true"}, "stream"),
        ({"stream": 1}, "stream"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_place(
    fields: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        CODEC.parse(body(**fields))
    assert caught.value.param == param
    assert caught.value.code == "invalid_request"


def test_an_error_has_openai_s_shape() -> None:
    reply = CODEC.error(400, InvalidRequestError("No.", "messages[0]", "odd"), "01JD")
    assert reply.status == 400
    assert reply.headers.get("content-type") == "application/json"
    assert json.loads(reply.body) == {
        "error": {
            "message": "No.",
            "type": "invalid_request_error",
            "param": "messages[0]",
            "code": "odd",
        }
    }


def answer(content_type: str, data: bytes) -> UpstreamAnswer:
    return UpstreamAnswer(Headers.of({"content-type": content_type}), data)


USAGE = b'{"usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}'


@pytest.mark.parametrize(
    ("given_answer", "usage"),
    [
        (answer("application/json", USAGE), Usage(7, 3)),
        (answer("application/json; charset=utf-8", USAGE), Usage(7, 3)),
        (answer("application/json", b'{"usage": null}'), None),
        (answer("application/json", b'{"usage": "much"}'), None),
        (answer("application/json", b'{"usage": {"prompt_tokens": -7}}'), None),
        (answer("application/json", b"<html>"), None),
        (answer("application/json", b""), None),
        (
            answer(
                "text/event-stream",
                b'data: {"usage": null}\n\n' * 9000 + b"data: " + USAGE + b"\n\ndata: [DONE]\n\n",
            ),
            Usage(7, 3),
        ),
        (answer("text/event-stream", b'data: {"choices": []}\n\ndata: [DONE]\n\n'), None),
    ],
)
def test_usage_is_read_where_there_is_any(
    given_answer: UpstreamAnswer, usage: Usage | None
) -> None:
    assert CODEC.usage(given_answer) == usage


def test_models_are_listed_in_order() -> None:
    listing = json.loads(OpenAIModels().listing(["auto", "b", "a"]).body)
    assert [model["id"] for model in listing["data"]] == ["auto", "b", "a"]
    assert json.loads(OpenAIModels().card("b").body)["object"] == "model"
