import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.anthropic import AnthropicMessages, AnthropicModels, AnthropicTokenCount
from semroute.adapters.http import modelapis
from semroute.domain.chat import ChatRequest, Message, Refusal, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.signals.definitions import Modality
from tests.adapters.wire.named_streams import event, events, opened, streamed, whole
from tests.adapters.wire.text_filters import Hoarding, Replacing, Stopping

CODEC = AnthropicMessages()
BODY = {"model": "big", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


def parsed(**fields: Any) -> ChatRequest:
    return CODEC.parse(json.dumps(BODY | fields).encode())


def text(value: str) -> dict[str, str]:
    return {"type": "text", "text": value}


def test_blocks_are_read_and_what_tools_return_is_a_turn_of_theirs() -> None:
    result = {"type": "tool_result", "tool_use_id": "1"}
    messages = [
        {
            "role": "user",
            "content": [text("what is"), {"type": "image", "source": {}}, text("it?")],
        },
        {
            "role": "assistant",
            "content": [text("hm"), {"type": "tool_use", "id": "1", "name": "f", "input": {}}],
        },
        {"role": "user", "content": [result | {"content": "42"}, text("go on")]},
        {"role": "assistant", "content": "and?"},
        {"role": "user", "content": [result | {"content": [text("43")]}, result]},
    ]
    chat = parsed(messages=messages, system=[text("be brief")], stream=True)
    assert evolve(chat, passages=(), opaque=(), knobs={}) == ChatRequest(
        "big",
        (
            Message(Role.SYSTEM, "be brief"),
            Message(Role.USER, "what is\nit?", opaque_parts=1),
            Message(Role.ASSISTANT, "hm", opaque_parts=1),
            Message(Role.TOOL, "42"),
            Message(Role.USER, "go on", opaque_parts=1),
            Message(Role.ASSISTANT, "and?"),
            Message(Role.TOOL, "43"),
            Message(Role.TOOL, ""),
        ),
        is_streaming=True,
        called=frozenset({"f"}),
        modalities=frozenset({Modality.IMAGE}),
        max_answer_tokens=9,
        is_continuation=True,
    )
    prompt = chat.prompt(100)
    assert prompt is not None
    assert prompt.turn == "go on"


@pytest.mark.parametrize("codec", [CODEC, AnthropicTokenCount()])
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"text": "hi"}]}]}, "messages[0].content[0]"),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": 7}]}]},
            "messages[0].content[0].content",
        ),
        ({"system": 7}, "system"),
        ({"stream": "yes"}, "stream"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_place(
    codec: AnthropicMessages, fields: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        codec.parse(json.dumps(BODY | fields).encode())
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (403, "invalid_request_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
        (503, "api_error"),
    ],
)
def test_an_error_has_anthropic_s_shape(status: int, kind: str) -> None:
    reply = CODEC.error(status, InvalidRequestError("No.", "messages[0]", "odd"), "01JD")
    assert reply.status == status
    assert json.loads(reply.body) == {
        "type": "error",
        "error": {"type": kind, "message": "messages[0]: No."},
        "request_id": "01JD",
    }


def test_models_are_listed_on_one_page() -> None:
    listing = json.loads(AnthropicModels().listing(["auto", "big"]).body)
    assert [each["id"] for each in listing["data"]] == ["auto", "big"]
    assert (listing["first_id"], listing["last_id"], listing["has_more"]) == ("auto", "big", False)
    assert json.loads(AnthropicModels().listing([]).body)["first_id"] is None


def message(*content: Any, **fields: Any) -> dict[str, Any]:
    base = {"id": "msg_9", "type": "message", "role": "assistant", "model": "big"}
    usage = {"input_tokens": 7, "output_tokens": 3}
    return {**base, "content": list(content), "stop_reason": "end_turn", "usage": usage, **fields}


def me() -> Replacing:
    return Replacing(new='"me"')


def test_every_text_of_every_block_is_changed_and_nothing_else() -> None:
    blocks = [
        text("to [EMAIL_1]") | {"citations": [{"cited_text": "[EMAIL_1]"}]},
        {"type": "thinking", "thinking": "[EMAIL_1]?", "signature": "[EMAIL_1]"},
        {"type": "redacted_thinking", "data": "[EMAIL_1]"},
        {"type": "tool_use", "id": "[EMAIL_1]", "name": "f", "input": {"to": ["[EMAIL_1]", 1.5]}},
    ]
    said = whole(CODEC, message(*blocks, stop_sequence="[EMAIL_1]"), me)
    assert said["content"] == [
        text('to "me"') | {"citations": [{"cited_text": '"me"'}]},
        {"type": "thinking", "thinking": '"me"?', "signature": "[EMAIL_1]"},
        {"type": "redacted_thinking", "data": "[EMAIL_1]"},
        {"type": "tool_use", "id": "[EMAIL_1]", "name": "f", "input": {"to": ['"me"', 1.5]}},
    ]
    assert said["stop_sequence"] == "[EMAIL_1]"
    assert said["usage"] == {"input_tokens": 7, "output_tokens": 3}


def test_a_message_that_nothing_is_changed_in_keeps_its_bytes() -> None:
    body = b'{ "content":[{"input" : {"a":1.50},"text":"\\u00e9"}] }'
    assert opened(CODEC, "application/json", Hoarding).feed(body, is_last=True) == body


def test_a_text_that_must_not_go_on_makes_the_message_a_refusal_that_still_says_its_cost() -> None:
    said = whole(CODEC, message(text("please stop! it")), Stopping)
    assert (said["id"], said["model"], said["stop_reason"]) == ("msg_9", "big", "refusal")
    assert said["content"] == [text("I must not say that.")]
    assert said["usage"] == {"input_tokens": 7, "output_tokens": 3}


def test_an_error_passes() -> None:
    body = b'{"type": "error", "error": {"message": "stop!"}}'
    assert opened(CODEC, "application/json", Stopping).feed(body, is_last=True) == body


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"content": "stop!"}']
)
def test_what_is_unreadable_passes_or_becomes_a_refusal(body: bytes) -> None:
    passing = opened(CODEC, "application/json", on_unreadable="pass")
    assert passing.feed(body, is_last=True) == body
    said = json.loads(opened(CODEC, "application/json").feed(body, is_last=True))
    assert said["content"] == [text("It cannot be read.")]
    assert said["stop_reason"] == "refusal"


def stream(pieces: list[str]) -> list[bytes]:
    return list(modelapis.message_events(BODY, pieces))


def deltas(said: list[Any]) -> str:
    found = [each["delta"] for each in said if each["type"] == "content_block_delta"]
    return "".join(each.get("text") or each.get("partial_json") or "" for each in found)


def test_a_stream_that_nothing_is_changed_in_keeps_its_bytes_and_is_not_delayed() -> None:
    answer = opened(CODEC, "text/event-stream")
    pieces = [b": hello\n\n", *stream(["a", " b", "\u00e9"])]
    assert [answer.feed(piece, is_last=False) for piece in pieces] == pieces


@given(st.lists(st.sampled_from(["[EMA", "IL_1]", "[EMAIL_1]", " and ", "[", "é"]), min_size=1))
def test_a_text_is_changed_however_it_is_cut(pieces: list[str]) -> None:
    said = events(streamed(CODEC, stream(pieces), me))
    assert deltas(said) == "".join(pieces).replace("[EMAIL_1]", '"me"')
    said = events(streamed(CODEC, stream(pieces), Hoarding))
    assert deltas(said) == "".join(pieces)
    assert [each["type"] for each in said] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_the_input_of_a_tool_is_changed_as_json_and_its_end_comes_before_the_block_s() -> None:
    block = {"type": "tool_use", "id": "1", "name": "f", "input": {}}
    pieces = [
        event({"type": "message_start", "message": message()}),
        event({"type": "content_block_start", "index": 0, "content_block": text("")}),
        event({"type": "content_block_start", "index": 1, "content_block": block}),
        *(
            event({
                "type": "content_block_delta", "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": each},
            })
            for each in ('{"to": "[EMA', 'IL_1]", "or": "[EM')
        ),
        event({"type": "content_block_stop", "index": 0}),
        event({"type": "content_block_stop", "index": 1}),
    ]  # fmt: skip
    said = events(streamed(CODEC, pieces, me))
    assert deltas(said) == '{"to": "\\"me\\"", "or": "[EM'
    assert [each["type"] for each in said][-3:] == [
        "content_block_stop",
        "content_block_delta",
        "content_block_stop",
    ]


def test_texts_outside_pieces_are_changed_too() -> None:
    first = {"type": "content_block_start", "index": 0, "content_block": text("to [EMAIL_1]")}
    found = {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "web_search_tool_result", "content": [{"title": "[EMAIL_1]"}]},
    }
    cited = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "citations_delta", "citation": {"cited_text": "[EMAIL_1]"}},
    }
    unheard = {"type": "content_block_whatever", "words": ["[EMAIL_1]"]}
    for fields in (first, found, cited, unheard):
        (said,) = events(streamed(CODEC, [event(fields)], me))
        assert "[EMAIL_1]" not in json.dumps(said)
        assert json.dumps('"me"')[1:-1] in json.dumps(said)


def test_a_text_that_must_not_go_on_ends_the_message_with_a_refusal() -> None:
    said = events(streamed(CODEC, stream(["fine, ", "but stop!", " it", " now"]), Stopping))
    assert deltas(said) == "fine, I must not say that."
    assert [(each["type"], each.get("index")) for each in said if "index" in each] == [
        ("content_block_start", 0),
        ("content_block_delta", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_delta", 1),
        ("content_block_stop", 1),
    ]
    assert said[-2]["delta"]["stop_reason"] == "refusal"
    assert said[-1]["type"] == "message_stop"


def test_a_block_that_nobody_has_heard_of_is_not_ended() -> None:
    pieces = stream([])[:1]
    pieces.append(
        event({"type": "content_block_start", "index": 0, "content_block": text("stop!")})
    )
    said = events(streamed(CODEC, pieces, Stopping))
    assert [each["type"] for each in said][:2] == ["message_start", "content_block_start"]
    assert said[1]["index"] == 1


def test_a_stream_that_nobody_can_read_becomes_a_refusal() -> None:
    said = events(streamed(CODEC, [b'data: {"choices": []}\n\n']))
    assert deltas(said) == "It cannot be read."
    assert said[0]["message"]["id"] == "d1"


def test_an_error_in_a_stream_and_a_ping_pass() -> None:
    for fields in ({"type": "ping"}, {"type": "error", "error": {"type": "overloaded_error"}}):
        assert streamed(CODEC, [event(fields)], Stopping) == event(fields)


def answer(kind: str, body: bytes) -> UpstreamAnswer:
    return UpstreamAnswer(Headers.of({"content-type": kind}), body)


def test_what_it_cost_is_read_with_what_came_from_a_cache() -> None:
    cached = {"input_tokens": 7, "cache_read_input_tokens": 90, "cache_creation_input_tokens": None}
    document = json.dumps(message(usage=cached | {"output_tokens": 3})).encode()
    assert CODEC.usage(answer("application/json", document)) == Usage(97, 3)
    said = b"".join(stream(["a", " b", " c"]))
    assert CODEC.usage(answer("text/event-stream", said)) == Usage(4, 3)
    assert CODEC.usage(answer("text/event-stream", b"".join(stream(["a"])[:1]))) == Usage(4, 1)
    for body in (b"", b"<html>", b'{"usage": 7}', b'{"usage": null}', b'{"usage": {"a": 1}, "x"'):
        assert CODEC.usage(answer("application/json", body)) is None


def test_a_refusal_begins_and_ends_a_message() -> None:
    refusal = Refusal("d1", "big", "No.", 5)
    said = json.loads(CODEC.refusal(parsed(), refusal).body)
    assert (said["stop_reason"], said["content"]) == ("refusal", [text("No.")])
    reply = CODEC.refusal(parsed(stream=True), refusal)
    assert reply.headers.get("content-type") == "text/event-stream"
    told = events(reply.body)
    assert (told[0]["type"], told[-1]["type"]) == ("message_start", "message_stop")
    assert deltas(told) == "No."
