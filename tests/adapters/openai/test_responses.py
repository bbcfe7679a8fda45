import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.http import modelapis
from semroute.adapters.openai import OpenAIResponses
from semroute.domain.chat import ChatRequest, Message, Refusal, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.signals.definitions import Modality
from tests.adapters.wire.named_streams import event, events, opened, streamed, whole
from tests.adapters.wire.text_filters import Hoarding, Replacing, Stopping

CODEC = OpenAIResponses()
BODY = {"model": "big", "input": "hi"}


def parsed(**fields: Any) -> ChatRequest:
    return CODEC.parse(json.dumps(BODY | fields).encode())


def test_items_are_turns_and_what_tools_return_is_no_prompt() -> None:
    items = [
        {"role": "user", "content": "why?"},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "and"},
                {"type": "input_image", "image_url": "x"},
                {"type": "input_text", "text": "how?"},
            ],
        },
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "42"},
        {
            "type": "function_call_output",
            "call_id": "1",
            "output": [{"type": "input_text", "text": "43"}],
        },
        {"type": "computer_call_output", "call_id": "1", "output": {"type": "screenshot"}},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        {"type": "item_reference", "id": "msg_1"},
    ]
    chat = parsed(input=items, instructions="be brief", stream=True, previous_response_id="resp_1")
    assert evolve(chat, passages=(), opaque=(), knobs={}) == ChatRequest(
        "big",
        (
            Message(Role.SYSTEM, "be brief"),
            Message(Role.USER, "why?"),
            Message(Role.USER, "and\nhow?", opaque_parts=1),
            Message(Role.ASSISTANT, ""),
            Message(Role.ASSISTANT, ""),
            Message(Role.TOOL, "42"),
            Message(Role.TOOL, "43"),
            Message(Role.TOOL, ""),
            Message(Role.ASSISTANT, "no"),
            Message(Role.OTHER, ""),
        ),
        is_streaming=True,
        called=frozenset({"f"}),
        modalities=frozenset({Modality.IMAGE}),
        continues="resp_1",
    )
    prompt = chat.prompt(100)
    assert prompt is not None
    assert prompt.turn == "and\nhow?"
    assert ("input", 1, "content", 1) in chat.opaque


def test_a_prompt_may_be_somewhere_else() -> None:
    assert parsed(input=None, prompt={"id": "pmpt_1"}).messages == ()
    assert parsed(previous_response_id="").continues is None


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"input": 7}, "input"),
        ({"input": ["hi"]}, "input[0]"),
        ({"input": [{"content": "hi"}]}, "input[0].role"),
        ({"input": [{"type": 7}]}, "input[0].type"),
        ({"input": [{"role": "user", "content": 7}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": ["hi"]}]}, "input[0].content[0]"),
        ({"stream": "yes"}, "stream"),
        ({"previous_response_id": 7}, "previous_response_id"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_place(
    fields: dict[str, Any], param: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parsed(**fields)
    assert caught.value.param == param


def response(*output: Any, **fields: Any) -> dict[str, Any]:
    base = {"id": "resp_9", "object": "response", "created_at": 17, "model": "big"}
    return {
        **base,
        "output": list(output),
        "usage": {"input_tokens": 7, "output_tokens": 3},
        **fields,
    }


MESSAGE = {
    "type": "message",
    "id": "[EMAIL_1]",
    "role": "assistant",
    "content": [
        {
            "type": "output_text",
            "text": "to [EMAIL_1]",
            "annotations": [{"type": "url_citation", "title": "[EMAIL_1]"}],
            "logprobs": [{"token": "[EMAIL_1]"}],
        },
        {"type": "refusal", "refusal": "not [EMAIL_1]"},
    ],
}
CALL = {"type": "function_call", "name": "[EMAIL_1]", "arguments": '{"to": "[EMAIL_1]"}'}
IMAGE = {"type": "image_generation_call", "id": "1", "result": "[EMAIL_1]"}
THOUGHT = {
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "[EMAIL_1]?"}],
    "encrypted_content": "[EMAIL_1]",
}


def me() -> Replacing:
    return Replacing(new='"me"')


def test_every_text_of_every_item_is_changed_and_nothing_else() -> None:
    document = response(
        MESSAGE, CALL, IMAGE, THOUGHT, instructions="[EMAIL_1]", unheard="[EMAIL_1]"
    )
    said = whole(CODEC, document, me)
    message, call, image, thought = said["output"]
    assert message["id"] == "[EMAIL_1]"
    assert message["content"] == [
        {
            "type": "output_text",
            "text": 'to "me"',
            "annotations": [{"type": "url_citation", "title": '"me"'}],
            "logprobs": [],
        },
        {"type": "refusal", "refusal": 'not "me"'},
    ]
    assert call["name"] == "[EMAIL_1]"
    assert json.loads(call["arguments"]) == {"to": '"me"'}
    assert image == IMAGE
    assert thought == THOUGHT | {"summary": [{"type": "summary_text", "text": '"me"?'}]}
    assert said["instructions"] == "[EMAIL_1]"
    assert said["unheard"] == '"me"'
    assert said["usage"] == document["usage"]


def test_a_response_that_nothing_is_changed_in_keeps_its_bytes() -> None:
    body = b'{ "output":[{"content" : [{"text":"\\u00e9 \\/"}]} ], "x":1.50 }'
    assert opened(CODEC, "application/json", Hoarding).feed(body, is_last=True) == body
    changed = opened(CODEC, "application/json", lambda: Replacing("/", "me"))
    said = changed.feed(body, is_last=True)
    assert said == b'{"output":[{"content":[{"text":"\xc3\xa9 me"}]}],"x":1.50}'


def test_a_text_that_must_not_go_on_makes_the_response_a_refusal_that_still_says_its_cost() -> None:
    part = {"type": "output_text", "text": "please stop! it"}
    document = response({"type": "message", "content": [part]})
    said = whole(CODEC, document, Stopping)
    assert (said["id"], said["model"], said["created_at"]) == ("resp_9", "big", 17)
    assert said["usage"] == document["usage"]
    assert said["status"] == "completed"
    assert said["output"][0]["content"] == [{"type": "refusal", "refusal": "I must not say that."}]


def test_an_error_passes() -> None:
    body = b'{"error": {"message": "stop!"}}'
    assert opened(CODEC, "application/json", Stopping).feed(body, is_last=True) == body


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"choices": []}', b'{"output": "\xff"}']
)
def test_what_is_unreadable_passes_or_becomes_a_refusal(body: bytes) -> None:
    passing = opened(CODEC, "application/json", on_unreadable="pass")
    assert passing.feed(body, is_last=True) == body
    said = json.loads(opened(CODEC, "application/json").feed(body, is_last=True))
    assert said["output"][0]["content"][0]["refusal"] == "It cannot be read."


def test_what_is_nested_without_end_is_unreadable() -> None:
    body = b'{"output": ' + b"[" * 100 + b'"stop!"' + b"]" * 100 + b"}"
    said = opened(CODEC, "application/json").feed(body, is_last=True)
    assert b"It cannot be read." in said


def stream(pieces: list[str]) -> list[bytes]:
    return list(modelapis.response_events({"model": "big"}, "resp_9", pieces))


def deltas(said: list[Any]) -> str:
    return "".join(each["delta"] for each in said if each["type"].endswith(".delta"))


def numbered(said: list[Any]) -> bool:
    return [each["sequence_number"] for each in said] == list(range(len(said)))


def test_a_stream_that_nothing_is_changed_in_keeps_its_bytes_and_is_not_delayed() -> None:
    answer = opened(CODEC, "text/event-stream")
    pieces = [b": hello\n\n", *stream(["a", " b", "\u00e9"])]
    assert [answer.feed(piece, is_last=False) for piece in pieces] == pieces


@given(st.lists(st.sampled_from(["[EMA", "IL_1]", "[EMAIL_1]", " and ", "[", "é"]), min_size=1))
def test_a_text_is_changed_however_it_is_cut_and_in_all_places(pieces: list[str]) -> None:
    text = "".join(pieces).replace("[EMAIL_1]", '"me"')
    for new_filter in (me, lambda: Hoarding()):  # noqa: PLW0108 - another type
        said = events(streamed(CODEC, stream(pieces), new_filter))
        expected = text if new_filter is me else "".join(pieces)
        assert deltas(said) == expected
        assert numbered(said)
        assert [each["text"] for each in said if each["type"].endswith("text.done")] == [expected]
        final = said[-1]["response"]
        assert final["output"][0]["content"][0]["text"] == expected
        assert [each["type"] for each in said if "delta" not in each] == [
            json.loads(each.split(b"data: ")[1])["type"] for each in stream([])
        ]


def test_what_is_held_back_comes_before_the_end_of_its_text_under_its_own_name() -> None:
    at = {"item_id": "fc_1", "output_index": 1}
    pieces = [
        event({"type": "response.output_item.added", "sequence_number": 0, "output_index": 1,
               "item": CALL | {"id": "fc_1", "arguments": ""}}),
        event({"type": "response.function_call_arguments.delta", "sequence_number": 1, **at,
               "delta": '{"to": "[EMA'}),
        event({"type": "response.function_call_arguments.done", "sequence_number": 2, **at,
               "arguments": '{"to": "[EMA'}),
    ]  # fmt: skip
    said = events(streamed(CODEC, pieces, me))
    assert said[1]["delta"] == '{"to": "'
    assert said[2] == {
        "type": "response.function_call_arguments.delta",
        "sequence_number": 2,
        **at,
        "delta": "[EMA",
    }
    assert said[3]["type"] == "response.function_call_arguments.done"
    assert numbered(said)


def test_a_stream_may_end_without_a_mark() -> None:
    cut = stream(["to [EMA"])[:5]
    assert deltas(events(streamed(CODEC, cut, me))) == "to [EMA"


def test_a_text_that_must_not_go_on_ends_the_stream_with_an_item_that_refuses() -> None:
    said = events(streamed(CODEC, stream(["fine, ", "but stop!", " it", " now"]), Stopping))
    assert deltas(said) == "fine, I must not say that."
    assert numbered(said)
    added = [each for each in said if each["type"] == "response.output_item.added"]
    assert [each["output_index"] for each in added] == [0, 1]
    final = said[-1]
    assert final["type"] == "response.completed"
    assert final["response"]["id"] == "resp_9"
    assert final["response"]["output"][0]["content"][0]["refusal"] == "I must not say that."


def test_a_stream_that_nobody_can_read_becomes_a_refusal() -> None:
    said = events(streamed(CODEC, [b'data: {"choices": []}\n\n']))
    assert said[0]["type"] == "response.created"
    assert said[-1]["response"]["output"][0]["content"][0]["refusal"] == "It cannot be read."
    assert numbered(said)


def test_the_sound_and_the_pictures_of_a_stream_are_no_texts() -> None:
    piece = event({"type": "response.audio.delta", "delta": "stop!"})
    assert streamed(CODEC, [piece], Stopping) == piece


def answer(kind: str, body: bytes) -> UpstreamAnswer:
    return UpstreamAnswer(Headers.of({"content-type": kind}), body)


def test_what_it_cost_and_who_gave_it_are_read() -> None:
    document = json.dumps(response()).encode()
    text = b"".join(stream(["a", "b"]))
    assert CODEC.usage(answer("application/json", document)) == Usage(7, 3)
    assert CODEC.answer_id(answer("application/json", document)) == "resp_9"
    assert CODEC.usage(answer("text/event-stream", text)) == Usage(1, 2)
    assert CODEC.answer_id(answer("text/event-stream; charset=utf-8", text[:2000])) == "resp_9"
    for body in (b"", b"<html>", b'{"object": "response", "usage": 7}', b'{"usage": null}'):
        for kind in ("application/json", "text/event-stream"):
            assert CODEC.usage(answer(kind, body)) is None
            assert CODEC.answer_id(answer(kind, b"data: " + body + b"\n\n")) is None


def test_a_refusal_is_a_response_that_has_ended() -> None:
    refusal = Refusal("d1", "big", "No.", 5)
    said = json.loads(CODEC.refusal(parsed(), refusal).body)
    assert (said["status"], said["created_at"]) == ("completed", 5)
    reply = CODEC.refusal(parsed(stream=True), refusal)
    assert reply.headers.get("content-type") == "text/event-stream"
    told = events(reply.body)
    assert numbered(told)
    assert told[-1]["response"] == said
