import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.openai import OpenAIChat, OpenAIModels
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit

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
    assert CODEC.parse(body(messages=messages, stream=True)) == ChatRequest(
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
    )


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


def test_an_edit_changes_one_value_and_keeps_the_bytes_of_all_others() -> None:
    request = (
        b'{"messages" : [ {"role":"user","content":"\\u00e9 \\/ "} ],"model":"auto",'
        b'"temperature":1.50,"seed":123456789012345678901234567890,"x":{ "y" :1E2} }'
    )
    assert CODEC.edit(request, ChatEdit(model="qwen/é")) == (
        b'{"messages":[ {"role":"user","content":"\\u00e9 \\/ "} ],"model":"qwen/\xc3\xa9",'
        b'"temperature":1.50,"seed":123456789012345678901234567890,"x":{ "y" :1E2}}'
    )


def test_an_empty_edit_keeps_every_byte() -> None:
    request = b' { "model" : "a" } '
    assert CODEC.edit(request, ChatEdit()) == request


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.text("xyz", min_size=1, max_size=4), VALUES, max_size=5),
    st.text("mn", min_size=1),
)
def test_an_edit_leaves_unknown_fields_as_they_were(fields: dict[str, Any], model: str) -> None:
    request = body(**fields)
    edited = json.loads(CODEC.edit(request, ChatEdit(model=model)))
    assert edited == json.loads(request) | {"model": model}
    assert list(edited) == list(json.loads(request))


def test_an_error_has_openai_s_shape() -> None:
    reply = CODEC.error(400, InvalidRequestError("No.", "messages[0]", "odd"))
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
