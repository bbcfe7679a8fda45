import json

import httpx2
import pytest
from openai import OpenAI

from semroute.adapters.wire.events import MAX_EVENT_BYTES
from semroute.adapters.wire.texts import MAX_TEXTS
from tests.adapters.wire.text_filters import Hoarding, Replacing, Stopping

from .streams import (
    DONE,
    HEAD,
    choice,
    content,
    documents,
    event,
    fed,
    finish,
    stream_filter,
    texts,
)


def test_a_stream_that_nothing_is_changed_in_keeps_its_bytes_and_is_not_delayed() -> None:
    pieces = [
        b": hello\n\n",
        event(choice({"role": "assistant", "content": ""})),
        content("\u00e9"),
        b'event: x\r\ndata: {"choices" :\r\ndata: [ ]}\r\n\r\n',
        finish(),
        event(usage={"prompt_tokens": 1}),
        DONE,
    ]
    assert fed(stream_filter(), pieces) == [*pieces, b""]


def test_what_a_filter_holds_back_leaves_with_the_next_piece_or_before_the_end() -> None:
    pieces = [content("to [EMA"), content("IL_1], or [EM"), finish(), DONE]
    said = fed(stream_filter(lambda: Replacing(new="me@x")), pieces)
    assert documents(said[0])[0]["choices"] == [choice({"content": "to "})]
    assert documents(said[1])[0]["choices"] == [choice({"content": "me@x, or "})]
    assert documents(said[2]) == [
        {**HEAD, "choices": [choice({"content": "[EM"})]},
        {**HEAD, "choices": [choice({}, 0, "stop")]},
    ]
    assert said[2].endswith(finish())
    assert said[3] == DONE


def test_the_end_of_a_text_stays_in_the_chunk_that_ends_its_choice() -> None:
    said = fed(stream_filter(Hoarding), [content("a"), event(choice({"content": "b"}, 0, "stop"))])
    assert said[0] == b""
    assert documents(said[1]) == [{**HEAD, "choices": [choice({"content": "ab"}, 0, "stop")]}]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (DONE, [*"ab", "[DONE]"]),
        (b"data: [DONE]", [*"ab"]),  # an event that is not ended is none
        (b"", [*"ab"]),
        (b": bye", [*"ab"]),
    ],
)
def test_what_is_held_back_leaves_before_the_end_of_a_stream_that_ends_no_choice(
    last: bytes, expected: list[str]
) -> None:
    said = b"".join(fed(stream_filter(Hoarding), [content("a"), content("b", 1), last]))
    assert [
        each if each == "[DONE]" else each["choices"][0]["delta"]["content"]
        for each in documents(said)
    ] == expected
    assert last in said


@pytest.mark.parametrize(
    "piece",
    [
        event(choice({"role": "assistant", "content": "@"})),
        event(choice({"content": "@"}), usage={"prompt_tokens": 1}),
        event(
            choice({"tool_calls": [{"index": 0, "id": "c", "function": {"arguments": '{"a": "@'}}]})
        ),
        event(choice({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": '"@'}}]})),
        event(choice({"content": "@"}), choice({"role": "assistant"}, 1)),
    ],
)
def test_a_chunk_goes_on_without_its_text_if_it_says_anything_else(piece: bytes) -> None:
    (said,) = documents(stream_filter(Hoarding).feed(piece, is_last=False))
    (before,) = documents(piece)
    assert "@" not in json.dumps(said)
    assert said.get("usage") == before.get("usage")
    assert [sorted(each["delta"]) for each in said["choices"]] == [
        sorted(each["delta"]) for each in before["choices"]
    ]


def test_a_chunk_that_says_nothing_any_more_is_dropped_but_not_the_comment_before_it() -> None:
    answer = stream_filter(Hoarding)
    call = {"index": 1, "function": {"arguments": '"x'}}
    opened = answer.feed(event(choice({"tool_calls": [call]})), is_last=False)
    assert documents(opened)[0]["choices"][0]["delta"]["tool_calls"] == [
        {"index": 1, "function": {"arguments": '"'}}
    ]
    call["function"] = {"arguments": "y"}
    assert answer.feed(event(choice({"tool_calls": [call]})), is_last=False) == b""
    assert answer.feed(content("x"), is_last=False) == b""
    assert answer.feed(b": alive\n" + content("x"), is_last=False) == b": alive\n\n"


def test_the_arguments_of_a_call_of_the_old_kind_are_held_back_and_leave_too() -> None:
    call = {"function_call": {"name": "f", "arguments": '{"a": 12'}}
    said = fed(stream_filter(), [event(choice(call)), finish()])
    deltas = [document["choices"][0]["delta"] for document in documents(b"".join(said))]
    assert deltas == [
        {"function_call": {"name": "f", "arguments": '{"a": '}},
        {"function_call": {"arguments": "12"}},
        {},
    ]


def test_more_texts_than_an_answer_can_have_are_unreadable() -> None:
    many = event(*(choice({"content": "x"}, index) for index in range(MAX_TEXTS + 1)))
    (said, _) = fed(stream_filter(), [many])
    assert b"It cannot be read." in said


def test_the_probabilities_of_tokens_that_were_changed_are_not_told() -> None:
    probable = {"content": [{"token": "[EMAIL_1]", "logprob": -0.1}]}
    piece = event({**choice({"content": "[EMAIL_1]"}), "logprobs": probable})
    (said,) = documents(stream_filter(Replacing).feed(piece, is_last=False))
    assert said["choices"][0]["logprobs"] is None


def test_a_text_that_must_not_go_on_ends_the_stream_with_a_refusal() -> None:
    pieces = [
        event(choice({"role": "assistant", "content": "a"})),
        content("b", 1),
        finish(1),
        content("please st"),
        content("op! it"),
        content("more"),
        DONE,
    ]
    said = fed(stream_filter(Stopping), pieces)
    assert said[:4] == pieces[:4]
    assert said[5:] == [b"", b"", b""]
    refusal, end, done = documents(said[4])
    assert (refusal["id"], refusal["model"], refusal["created"]) == ("chatcmpl-9", "big", 17)
    assert refusal["choices"][0]["delta"] == {"refusal": "I must not say that."}
    assert (end["choices"][0]["index"], end["choices"][0]["finish_reason"]) == (0, "content_filter")
    assert done == "[DONE]"


def test_a_choice_that_the_client_has_not_heard_of_is_begun_before_it_refuses() -> None:
    said = stream_filter(Stopping).feed(
        event(choice({"role": "assistant", "content": "stop!"}, 2)), is_last=False
    )
    opening, refusal, _, _ = documents(said)
    assert opening["choices"][0]["delta"]["role"] == "assistant"
    assert (refusal["choices"][0]["index"], refusal["choices"][0]["delta"]) == (
        2,
        {"refusal": "I must not say that."},
    )


def test_openai_s_client_reads_a_stream_that_was_stopped() -> None:
    body = b"".join(
        fed(
            stream_filter(Stopping),
            [event(choice({"role": "assistant", "content": "a"})), content("stop!"), DONE],
        )
    )
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    )
    with (
        OpenAI(
            api_key="none", base_url="http://x", http_client=httpx2.Client(transport=transport)
        ) as client,
        client.chat.completions.stream(
            model="auto", messages=[{"role": "user", "content": "hi"}]
        ) as stream,
    ):
        done = [each for each in stream if each.type == "refusal.done"]
    assert [each.refusal for each in done] == ["I must not say that."]


UNREADABLE = [
    b"data: <html>\n\n",
    b'data: {"output": "stop!"}\n\n',
    b'data: {"choices": [{"delta": {"content": ["stop!"]}}]}\n\n',
    b'data: {"choices": [{"delta"',
]


@pytest.mark.parametrize("odd", UNREADABLE)
def test_an_unreadable_event_passes_or_ends_the_stream(odd: bytes) -> None:
    rest = content("x") if odd.endswith(b"\n\n") else b""
    passing, stopping = stream_filter(on_unreadable="pass"), stream_filter(on_unreadable="stop")
    assert fed(passing, [odd + rest]) in ([odd + rest, b""], [rest, odd])
    said = b"".join(fed(stopping, [odd + rest]))
    assert passing.is_unread
    assert stopping.is_unread
    assert texts(said) == {(0, "refusal"): "It cannot be read."}
    assert documents(said)[0]["id"] == "chatcmpl-0"
    assert said.endswith(DONE)


def test_an_error_passes() -> None:
    piece = b'data: {"error": {"message": "Overloaded."}}\n\n'
    passing = stream_filter()
    assert fed(passing, [piece]) == [piece, b""]
    assert not passing.is_unread


def test_an_event_that_is_too_large_passes_with_all_after_it_or_ends_the_stream() -> None:
    large = b"data: " + b"x" * MAX_EVENT_BYTES
    said = fed(stream_filter(Hoarding, "pass"), [content("a"), large, b"b\n\n" + content("c")])
    assert said[0] == b""
    assert texts(said[1].removesuffix(large)) == {(0, "content"): "a"}
    assert said[1].endswith(large)
    assert said[2] == b"b\n\n" + content("c")
    said = fed(stream_filter(Hoarding, "stop"), [content("a"), large, content("c")])
    assert texts(said[1]) == {(0, "refusal"): "It cannot be read."}
    assert said[2] == b""


@pytest.mark.parametrize(
    "delta",
    [
        {"thoughts": "a"},
        {"audio": {"transcript": "a"}},
        {"reasoning_details": [{"index": 2, "text": "a"}]},
    ],
)
def test_what_was_held_back_of_a_rare_text_leaves_where_it_stood(delta: dict[str, object]) -> None:
    said = fed(stream_filter(Hoarding), [event(choice(delta)), finish()])
    assert documents(said[-2] + said[-1])[0]["choices"] == [choice(delta)]


def test_what_is_cited_in_a_stream_is_changed_where_it_stands() -> None:
    def stream(text: str) -> list[bytes]:
        return [
            content("See "),
            event(choice({"content": "[1]", "annotations": [{"url_citation": {"title": text}}]})),
            event(choice({}), citations=[text], search_results=[{"title": text}]),
            event({**choice({}), "citations": [{"text": text}]}),
            finish(),
            DONE,
        ]

    said = fed(stream_filter(lambda: Replacing(new="me")), stream("[EMAIL_1]"))
    assert documents(b"".join(said)) == documents(b"".join(stream("me")))


def test_what_is_cited_may_end_a_stream() -> None:
    cited = event(choice({"annotations": [{"title": "please stop! it"}]}))
    said = b"".join(fed(stream_filter(Stopping), [content("See "), cited, content("more"), DONE]))
    assert b"stop!" not in said
    assert texts(said) == {(0, "content"): "See ", (0, "refusal"): "I must not say that."}
