import json
from typing import Any, Literal

import pytest

from semroute.adapters.openai.refusals import CHAT
from semroute.adapters.openai.wording import ChoicesWording
from semroute.adapters.wire.answers import MAX_DOCUMENT_BYTES, filter_for
from semroute.domain.chat import Refusal
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from tests.adapters.wire.text_filters import Hoarding, Replacing, Stopping, Unchanging

WORDING = ChoicesWording(CHAT)
REFUSAL = Refusal("chatcmpl-0", "small", "It cannot be read.", 1)


def answer_filter(
    new_filter: NewFilter = Unchanging, on_unreadable: Literal["pass", "stop"] = "stop"
) -> AnswerFilter:
    headers = Headers.of({"content-type": "Application/JSON; charset=utf-8"})
    found = filter_for(WORDING, headers, new_filter, REFUSAL, on_unreadable)
    assert found is not None
    return found


def completion(*messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-9",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "big",
        "choices": [
            {"index": index, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
            for index, message in enumerate(messages)
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


def whole(answer: AnswerFilter, body: bytes) -> bytes:
    return answer.feed(body, is_last=True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/html"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "text/event-stream", "content-encoding": "br"},
    ],
)
def test_an_answer_that_nobody_can_read_has_no_filter(headers: dict[str, str]) -> None:
    assert filter_for(WORDING, Headers.of(headers), Unchanging, REFUSAL, "stop") is None


@pytest.mark.parametrize("new_filter", [Unchanging, Hoarding])
def test_an_answer_comes_at_once_and_with_all_its_bytes(new_filter: NewFilter) -> None:
    body = b'{ "choices":[{"message" : {"content":"\\u00e9 \\/"}} ], "x":1.50 }'
    answer = answer_filter(new_filter)
    assert answer.feed(body[:20], is_last=False) == b""
    assert answer.feed(body[20:], is_last=False) == b""
    assert answer.feed(b"", is_last=True) == body


def test_every_text_of_every_choice_is_changed_and_nothing_else() -> None:
    new = Replacing().new
    text = "to [EMAIL_1]"
    message = {
        "content": text,
        "refusal": text,
        "reasoning_content": text,
        "reasoning": text,
        "function_call": {"name": "[EMAIL_1]", "arguments": json.dumps({"a": text})},
        "tool_calls": [
            {
                "id": "[EMAIL_1]",
                "type": "function",
                "function": {"name": "f", "arguments": json.dumps({"a": text})},
            },
            {"id": "2", "type": "custom", "custom": {"name": "c", "input": text}},
        ],
    }
    document = completion(message, {"content": None}, {"content": "[EMAIL_1"})
    said = json.loads(whole(answer_filter(Replacing), json.dumps(document).encode()))
    expected = f"to {new}"
    changed = said["choices"][0]["message"]
    assert [
        changed.pop(name) for name in ("content", "refusal", "reasoning_content", "reasoning")
    ] == [expected] * 4
    assert changed["tool_calls"][1]["custom"].pop("input") == expected
    for call in (changed["function_call"], changed["tool_calls"][0]["function"]):
        assert json.loads(call.pop("arguments")) == {"a": expected}
    assert changed["function_call"] == {"name": "[EMAIL_1]"}
    assert changed["tool_calls"][0] == {
        "id": "[EMAIL_1]",
        "type": "function",
        "function": {"name": "f"},
    }
    assert said["choices"][1:] == document["choices"][1:]
    assert said["usage"] == document["usage"]


def test_a_change_keeps_the_bytes_of_all_else() -> None:
    body = (
        b'{ "id":"1", "x" : [ 1.50 ],"choices":[ {"index":0,"y": {"z" :1e2},'
        b'"message":{"role" : "assistant","content":"[EMAIL_1]"}}]}'
    )
    said = whole(answer_filter(lambda: Replacing(new="me")), body)
    assert said == (
        b'{"id":"1","x":[ 1.50 ],"choices":[{"index":0,"y":{"z" :1e2},'
        b'"message":{"role":"assistant","content":"me"}}]}'
    )


def test_the_probabilities_of_tokens_that_were_replaced_are_not_told() -> None:
    document = completion({"content": "[EMAIL_1]"}, {"content": "hi"})
    for choice in document["choices"]:
        choice["logprobs"] = {"content": [{"token": choice["message"]["content"]}]}
        choice["token_ids"] = [1, 2, 3]
    said = json.loads(whole(answer_filter(Replacing), json.dumps(document).encode()))
    assert said["choices"][0]["logprobs"] is None
    assert [choice["token_ids"] for choice in said["choices"]] == [None, [1, 2, 3]]
    assert said["choices"][1]["logprobs"] == document["choices"][1]["logprobs"]


def test_a_text_that_must_not_go_on_makes_the_answer_a_refusal_that_still_says_its_cost() -> None:
    document = completion({"content": "fine"}, {"content": "please stop! it"})
    said = json.loads(whole(answer_filter(Stopping), json.dumps(document).encode()))
    assert (said["id"], said["model"], said["created"]) == ("chatcmpl-9", "big", 1_700_000_000)
    assert said["usage"] == document["usage"]
    assert [
        (
            choice["index"],
            choice["message"]["content"],
            choice["message"]["refusal"],
            choice["finish_reason"],
        )
        for choice in said["choices"]
    ] == [(index, None, "I must not say that.", "content_filter") for index in range(2)]


def test_a_refusal_stands_in_for_what_a_stopped_answer_does_not_say() -> None:
    cost = b"1" * 5000  # so many digits no parser of numbers takes
    body = b'{"id": 7, "usage": %s, "choices": [{"message": {"content": "stop!"}}]}' % cost
    said = json.loads(whole(answer_filter(Stopping), body))
    assert (said["id"], said["model"], said["created"]) == ("chatcmpl-0", "small", 1)
    assert said["usage"]["total_tokens"] == 0
    assert said["choices"][0]["message"]["refusal"] == "I must not say that."


def test_an_error_passes() -> None:
    body = b'{"error": {"message": "Too many requests."}}'
    assert whole(answer_filter(Stopping), body) == body


UNREADABLE = [
    b"",
    b"<html>",
    b"[]",
    b"{}",
    b'{"output": "stop!"}',
    b'{"choices": {}}',
    b'{"choices": ["stop!"]}',
    b'{"choices": [{"index": "0"}]}',
    b'{"choices": [{"message": "stop!"}]}',
    b'{"choices": [{"message": {"content": ["stop!"]}}]}',
    b'{"choices": [{"message": {"tool_calls": [{"function": {"arguments": {}}}]}}]}',
    b'{"choices": [{"message": {"content": "\xff"}}]}',
]


@pytest.mark.parametrize("body", UNREADABLE)
def test_what_is_unreadable_passes_or_becomes_a_refusal(body: bytes) -> None:
    passing, stopping = answer_filter(on_unreadable="pass"), answer_filter(on_unreadable="stop")
    assert whole(passing, body) == body
    said = json.loads(whole(stopping, body))
    assert passing.is_unread
    assert stopping.is_unread
    assert said["id"] == "chatcmpl-0"
    assert said["choices"][0]["message"]["refusal"] == "It cannot be read."


def test_an_answer_that_is_too_large_is_unreadable() -> None:
    piece = b" " * (MAX_DOCUMENT_BYTES + 1)
    open_filter = answer_filter(on_unreadable="pass")
    assert open_filter.feed(piece, is_last=False) == piece
    assert open_filter.feed(b"x", is_last=True) == b"x"
    closed_filter = answer_filter(on_unreadable="stop")
    assert b"cannot be read" in closed_filter.feed(piece, is_last=False)
    assert closed_filter.feed(b"x", is_last=True) == b""


def test_citations_and_annotations_are_changed_and_ids_beside_them_are_not() -> None:
    def beside(text: str) -> dict[str, Any]:
        return {
            "annotations": [
                {
                    "type": "url_citation",
                    "url_citation": {
                        "title": text,
                        "url": text,
                        "start_index": 1,
                        "id": "[EMAIL_1]",
                    },
                }
            ],
            "context": {"citations": [{"content": text, "filepath": text}], "intent": f"x {text}"},
        }

    def answer(text: str) -> dict[str, Any]:
        document = completion({"content": "See [1].", **beside(text)})
        document["choices"][0]["citations"] = [text]
        return {**document, "citations": [text], "search_results": [{"title": text, "date": None}]}

    body = json.dumps(answer("[EMAIL_1]")).encode()
    said = json.loads(whole(answer_filter(lambda: Replacing(new="me")), body))
    assert said == answer("me")
    assert whole(answer_filter(), body) == body


def test_what_is_cited_may_end_an_answer() -> None:
    document = completion({"content": "See [1].", "annotations": [{"title": "stop! it"}]})
    said = json.loads(whole(answer_filter(Stopping), json.dumps(document).encode()))
    assert said["choices"][0]["message"]["refusal"] == "I must not say that."
    assert "it" not in said["choices"][0]["message"]


def test_pictures_and_what_a_server_says_about_itself_are_left_alone() -> None:
    picture = f"data:image/png;base64,{'[EMAIL_1]' * 9}"
    message: dict[str, Any] = {
        "content": "Here.",
        "images": [{"image_url": {"url": "data:image/png;base64,QUJD"}}],
    }
    document = {**completion(message), "timings": {"x": "[EMAIL_1]"}, "provider": "[EMAIL_1]"}
    body = json.dumps(document).encode()
    assert whole(answer_filter(Replacing), body) == body
    message["images"][0]["image_url"]["url"] = picture  # which is none
    body = json.dumps(completion(message)).encode()
    assert b"[EMAIL_1]" not in whole(answer_filter(lambda: Replacing(new="me")), body)


def test_texts_that_few_servers_have_are_changed_too() -> None:
    message = {
        "content": None,
        "role": "[EMAIL_1]",
        "thoughts": "[EMAIL_1]",
        "audio": {"id": "[EMAIL_1]", "transcript": "[EMAIL_1]"},
        "reasoning_details": [{"type": "x", "text": "[EMAIL_1]"}, {"summary": "[EMAIL_1]"}],
    }
    body = json.dumps(completion(message)).encode()
    said = json.loads(whole(answer_filter(lambda: Replacing(new="me")), body))
    assert said["choices"][0]["message"] == {
        "content": None,
        "role": "[EMAIL_1]",
        "thoughts": "me",
        "audio": {"id": "[EMAIL_1]", "transcript": "me"},
        "reasoning_details": [{"type": "x", "text": "me"}, {"summary": "me"}],
    }
