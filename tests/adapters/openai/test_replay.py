import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.openai import OpenAICache, OpenAIChat
from semroute.domain.caching.answer import FitAnswer, Replayed
from semroute.domain.chat import ChatRequest
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer
from tests.adapters.wire.documents import UNHURRIED

from .clients import reading
from .completions import (
    CITED,
    COMPLETIONS,
    DONE,
    USAGE,
    call,
    completion,
    custom_call,
    probabilities,
)

CACHE = OpenAICache()
NAMED = Replayed("chatcmpl-new", 1_800_000_000)
ASKED: Any = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}
WREN = "A wren is a small brown bird.\r\n\r\n\n * It sings 🎶, e\u0301t\u00e9 comme hiver.\n\n" * 9


def asked(*, is_streaming: bool, wants_usage: bool = False) -> ChatRequest:
    options = {"stream": is_streaming, "stream_options": {"include_usage": wants_usage}}
    return OpenAIChat().parse(json.dumps({**ASKED, **options}).encode())


def given_again(document: Any, *, is_streaming: bool, wants_usage: bool = False) -> LocalReply:
    chat = asked(is_streaming=is_streaming, wants_usage=wants_usage)
    return CACHE.replay(json.dumps(document).encode(), chat, NAMED)


def renamed(document: Any) -> Any:
    return {**document, "id": "chatcmpl-new", "created": 1_800_000_000}


def chunks(reply: LocalReply) -> list[Any]:
    *events, done, nothing = reply.body.decode().split("\n\n")
    assert (done, nothing) == ("data: [DONE]", "")
    return [json.loads(event.removeprefix("data: ")) for event in events]


def kept(reply: LocalReply) -> Any:
    answer = CACHE.fit(UpstreamAnswer(reply.headers, reply.body))
    assert isinstance(answer, FitAnswer)
    return json.loads(answer.document)


def test_a_document_comes_again_under_a_new_name_with_all_its_other_bytes() -> None:
    document = (
        b'{ "id":"1","x" : [ 1.50 ], "object":"chat.completion","created":17,"choices":'
        b'[ {"message":{"role":"assistant","content":"\\u00e9 \\/"}} ],"usage":{"a" :1e2}}'
    )
    reply = CACHE.replay(document, asked(is_streaming=False), NAMED)
    assert reply.status == 200
    assert reply.headers.get("content-type") == "application/json"
    assert reply.body == (
        b'{"id":"chatcmpl-new","x":[ 1.50 ],"object":"chat.completion","created":1800000000,'
        b'"choices":[ {"message":{"role":"assistant","content":"\\u00e9 \\/"}} ],'
        b'"usage":{"a" :1e2}}'
    )


def test_a_stream_is_a_role_the_words_and_an_end() -> None:
    document = completion({"content": "A bird."}, system_fingerprint="fp", provider="p")
    reply = given_again(document, is_streaming=True)
    assert reply.status == 200
    assert reply.headers.get("content-type") == "text/event-stream"
    assert reply.headers.get("cache-control") == "no-cache"
    head = {
        "id": "chatcmpl-new", "object": "chat.completion.chunk", "created": 1_800_000_000,
        "model": "big", "system_fingerprint": "fp",
    }  # fmt: skip
    deltas = [
        ({"role": "assistant", "content": ""}, None),
        ({"content": "A bird."}, None),
        ({}, "stop"),
    ]
    expected = [
        {
            **head,
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
        }
        for delta, reason in deltas
    ]
    expected[0]["provider"] = "p"
    assert chunks(reply) == expected


def test_what_a_stream_cost_is_said_in_a_last_chunk_if_the_client_asked() -> None:
    *said, last = chunks(
        given_again(completion({"content": "x"}), is_streaming=True, wants_usage=True)
    )
    assert (last["choices"], last["usage"]) == ([], USAGE)
    assert [chunk["usage"] for chunk in said] == [None] * 3
    unasked = chunks(given_again(completion({"content": "x"}), is_streaming=True))
    assert len(unasked) == 3
    assert not any("usage" in chunk for chunk in unasked)


def test_what_an_answer_cost_is_not_made_up() -> None:
    document = completion({"content": "x"}, usage=None)
    assert len(chunks(given_again(document, is_streaming=True, wants_usage=True))) == 3


def test_a_long_text_comes_in_pieces() -> None:
    said = chunks(given_again(completion({"content": WREN}), is_streaming=True))
    texts = [chunk["choices"][0]["delta"].get("content", "") for chunk in said]
    assert "".join(texts) == WREN
    assert len(texts) > 4
    assert max(map(len, texts)) <= 200


def test_probabilities_stay_with_the_words_they_are_of() -> None:
    document = completion({"content": WREN, "reasoning_content": "Hm."})
    logprobs = probabilities(WREN.split(" "))
    document["choices"][0] |= {"logprobs": logprobs, "token_ids": [1, 2]}
    said = [chunk["choices"][0] for chunk in chunks(given_again(document, is_streaming=True))]
    (spelled,) = [choice for choice in said if choice["logprobs"] is not None]
    assert spelled["delta"] == {"content": WREN}
    assert (spelled["logprobs"], spelled["token_ids"]) == (logprobs, [1, 2])


def test_thoughts_come_before_words_and_sources_after_them() -> None:
    document = completion({"content": "x", "annotations": [CITED], "reasoning_content": "Hm."})
    said = chunks(given_again(document, is_streaming=True))
    assert [list(chunk["choices"][0]["delta"]) for chunk in said] == [
        ["role", "content"],
        ["reasoning_content"],
        ["content"],
        ["annotations"],
        [],
    ]


@UNHURRIED
@given(document=COMPLETIONS, wants_usage=st.booleans())
def test_an_answer_that_is_streamed_again_says_the_same(
    document: Any, *, wants_usage: bool
) -> None:
    reply = given_again(document, is_streaming=True, wants_usage=wants_usage)
    expected = renamed(document)
    if not wants_usage:
        expected.pop("usage", None)
    found = kept(reply)
    for choice in [*expected["choices"], *found["choices"]]:
        choice.setdefault("logprobs", None)
    assert found == expected


@UNHURRIED
@given(document=COMPLETIONS)
def test_an_answer_that_is_given_again_whole_is_the_same(document: Any) -> None:
    assert kept(given_again(document, is_streaming=False)) == renamed(document)


@UNHURRIED
@given(document=COMPLETIONS)
def test_chunks_come_in_the_order_in_which_a_choice_is_told(document: Any) -> None:
    said = chunks(given_again(document, is_streaming=True))
    for index in range(len(document["choices"])):
        mine = [each for chunk in said for each in chunk["choices"] if each["index"] == index]
        assert [("role" in each["delta"]) for each in mine] == [True] + [False] * (len(mine) - 1)
        assert [each["finish_reason"] is None for each in mine] == [True] * (len(mine) - 1) + [
            False
        ]
        assert mine[-1]["delta"] == {}
    calls = [
        (each["index"], part["index"])
        for chunk in said
        for each in chunk["choices"]
        for part in each["delta"].get("tool_calls", ())
    ]
    assert all(one <= other for one, other in pairwise(calls))


def test_tool_calls_that_bring_a_number_along_are_numbered_anew() -> None:
    calls = [call("{}") | {"index": 7}, call("x" * 300)]
    document = completion({"tool_calls": calls}, finish="tool_calls")
    said = chunks(given_again(document, is_streaming=True))
    numbers = [
        part["index"]
        for chunk in said
        for part in chunk["choices"][0]["delta"].get("tool_calls", ())
    ]
    assert numbers == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "1", "type": "odd"},
        {"id": "1", "function": "x"},
        {"id": "1", "function": {"name": "f", "arguments": {"a": 1}}},
    ],
)
def test_an_odd_call_of_a_tool_comes_again_as_it_is(odd: Any) -> None:
    said = chunks(
        given_again(completion({"tool_calls": [odd]}, finish="tool_calls"), is_streaming=True)
    )
    assert said[1]["choices"][0]["delta"] == {"tool_calls": [{**odd, "index": 0}]}


def test_openai_s_client_reads_an_answer_given_again() -> None:
    with reading(given_again(completion({"content": WREN}), is_streaming=False)) as client:
        found = client.chat.completions.create(**ASKED)
    assert found.id == "chatcmpl-new"
    assert found.choices[0].message.content == WREN
    assert found.usage is not None
    assert found.usage.total_tokens == 10


@pytest.mark.parametrize("wants_usage", [True, False])
def test_openai_s_client_reads_a_streamed_answer_with_several_choices(*, wants_usage: bool) -> None:
    document = completion({"content": WREN}, {"content": "😀"})
    reply = given_again(document, is_streaming=True, wants_usage=wants_usage)
    with reading(reply) as client:
        said = list(client.chat.completions.create(**ASKED, stream=True))
    texts = ["", ""]
    for chunk in said:
        for each in chunk.choices:
            texts[each.index] += each.delta.content or ""
    assert texts == [WREN, "😀"]
    assert {chunk.id for chunk in said} == {"chatcmpl-new"}
    costs = [chunk.usage.total_tokens for chunk in said if chunk.usage is not None]
    assert costs == [10] * wants_usage


@pytest.mark.parametrize("wants_usage", [True, False])
def test_the_stream_helper_of_openai_s_client_puts_an_answer_together(*, wants_usage: bool) -> None:
    document = completion({"content": WREN, "refusal": None})
    document["choices"][0]["logprobs"] = probabilities(WREN.split(" "))
    reply = given_again(document, is_streaming=True, wants_usage=wants_usage)
    with reading(reply) as client, client.chat.completions.stream(**ASKED) as stream:
        found = stream.get_final_completion()
    (choice,) = found.choices
    assert choice.message.content == WREN
    assert choice.message.refusal is None
    assert choice.finish_reason == "stop"
    assert choice.logprobs is not None
    assert choice.logprobs.content is not None
    assert [each.token for each in choice.logprobs.content] == WREN.split(" ")
    assert (found.usage is not None) is wants_usage


def test_the_stream_helper_of_openai_s_client_puts_calls_of_tools_together() -> None:
    arguments = json.dumps({"text": WREN})
    document = completion(
        {"content": "I look it up.", "tool_calls": [call(arguments, "find"), call("{}", "look")]},
        finish="tool_calls",
    )
    reply = given_again(document, is_streaming=True)
    with reading(reply) as client, client.chat.completions.stream(**ASKED) as stream:
        (choice,) = stream.get_final_completion().choices
    assert choice.message.content == "I look it up."
    assert choice.message.tool_calls is not None
    assert [
        (each.id, each.function.name, each.function.arguments) for each in choice.message.tool_calls
    ] == [("call_find", "find", arguments), ("call_look", "look", "{}")]
    assert choice.finish_reason == "tool_calls"


def test_openai_s_client_reads_calls_of_custom_tools() -> None:
    document = completion({"tool_calls": [custom_call("ls")]}, finish="tool_calls")
    with reading(given_again(document, is_streaming=False)) as client:
        (choice,) = client.chat.completions.create(**ASKED).choices
    assert choice.message.tool_calls is not None
    (found,) = choice.message.tool_calls
    assert found.type == "custom"
    assert found.custom.input == "ls"


def test_a_stream_ends_with_its_mark() -> None:
    assert given_again(completion({"content": "x"}), is_streaming=True).body.endswith(DONE)
