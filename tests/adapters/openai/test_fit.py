import json
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.openai import OpenAICache
from semroute.domain.caching.answer import FitAnswer, Unfit
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer
from tests.adapters.wire.documents import UNHURRIED

from .completions import (
    COMPLETIONS,
    DONE,
    RANDOMS,
    STYLES,
    Style,
    call,
    completion,
    custom_call,
    probabilities,
    streamed,
    whole,
)
from .streams import choice, event

fit = OpenAICache().fit


def as_stream(document: Any, style: Style | None = None) -> UpstreamAnswer:
    return streamed((style or Style()).written(document, Random(0)))


FORMS = pytest.mark.parametrize("form", [whole, as_stream])
WREN = {"content": "A small bird."}


@FORMS
def test_a_complete_answer_is_kept_with_what_it_cost(form: Any) -> None:
    answer = fit(form(completion(WREN)))
    assert isinstance(answer, FitAnswer)
    assert json.loads(answer.document) == completion(WREN)
    assert answer.tokens == 10
    assert not answer.calls_tools


def test_a_document_keeps_its_bytes() -> None:
    body = json.dumps(completion(WREN), indent=2).encode()
    answer = fit(evolve(whole({}), body=body))
    assert isinstance(answer, FitAnswer)
    assert answer.document == body


@pytest.mark.parametrize("usage", [None, {}, {"total_tokens": None}, {"total_tokens": -1}, []])
def test_an_answer_that_does_not_say_its_cost_is_kept(usage: Any) -> None:
    answer = fit(whole(completion(WREN, usage=usage)))
    assert isinstance(answer, FitAnswer)
    assert answer.tokens == 0


@pytest.mark.parametrize("status", ["201", "206", "429", "500", ""])
def test_an_answer_with_another_status_is_not_kept(status: str) -> None:
    assert fit(whole(completion(WREN), **{":status": status})) is Unfit.STATUS


def test_a_status_that_is_not_there_is_for_others_to_see() -> None:
    headers = Headers.of({"content-type": "application/json"})
    assert isinstance(fit(evolve(whole(completion(WREN)), headers=headers)), FitAnswer)


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "text/html"}, {"content-type": ""}, {"content-encoding": "gzip"},
     {"content-type": "application/x-ndjson"},
     {"content-type": "text/event-stream", "content-encoding": "br"}],
)  # fmt: skip
def test_an_answer_in_a_form_that_nobody_can_read_is_not_kept(headers: dict[str, str]) -> None:
    assert fit(whole(completion(WREN), **headers)) is Unfit.UNREADABLE


@FORMS
def test_a_truncated_answer_is_not_kept(form: Any) -> None:
    assert fit(form(completion(WREN, finish="length"))) is Unfit.FINISH_REASON


@FORMS
@pytest.mark.parametrize("reason", ["content_filter", "error", "eos", "STOP"])
def test_an_answer_that_ended_for_any_reason_but_that_it_was_done_is_not_kept(
    form: Any, reason: str
) -> None:
    assert fit(form(completion(WREN, finish=reason))) is Unfit.FINISH_REASON


@FORMS
@pytest.mark.parametrize("reason", [None, ""])
def test_an_answer_without_a_finish_reason_is_not_kept(form: Any, reason: str | None) -> None:
    assert fit(form(completion(WREN, finish=reason))) is Unfit.INCOMPLETE


@FORMS
def test_every_choice_must_be_done(form: Any) -> None:
    for reason, expected in (("length", Unfit.FINISH_REASON), (None, Unfit.INCOMPLETE)):
        document = completion(WREN, WREN)
        document["choices"][1]["finish_reason"] = reason
        assert fit(form(document)) is expected


@FORMS
@pytest.mark.parametrize("reason", ["stop", "content_filter"])
def test_a_refusal_is_not_kept(form: Any, reason: str) -> None:
    assert fit(form(completion({"refusal": "No."}, finish=reason))) is Unfit.REFUSAL


@FORMS
@pytest.mark.parametrize("content", [None, "", " \n"])
def test_an_answer_that_says_nothing_is_not_kept(form: Any, content: str | None) -> None:
    assert fit(form(completion({"content": content}))) is Unfit.EMPTY
    assert fit(form(completion(WREN, {"content": content}))) is Unfit.EMPTY


@FORMS
def test_an_answer_without_choices_is_not_kept(form: Any) -> None:
    assert fit(form(completion())) is Unfit.EMPTY


@FORMS
def test_a_model_that_only_thought_has_said_nothing(form: Any) -> None:
    document = completion({"reasoning_content": "A wren is a bird.", "content": ""})
    assert fit(form(document)) is Unfit.EMPTY


@FORMS
@pytest.mark.parametrize("reason", ["tool_calls", "function_call", "stop"])
@pytest.mark.parametrize(
    "message",
    [
        {"tool_calls": [call("{}"), custom_call("ls")]},
        {"function_call": {"name": "f", "arguments": "{}"}},
        {"tool_calls": [call("{}")], "content": "I look it up."},
    ],
)
def test_a_call_of_tools_says_that_it_is_one_whatever_its_finish_reason(
    form: Any, reason: str, message: Any
) -> None:
    answer = fit(form(completion(message, finish=reason)))
    assert isinstance(answer, FitAnswer)
    assert answer.calls_tools
    assert json.loads(answer.document) == completion(message, finish=reason)


@FORMS
def test_an_answer_that_is_half_a_call_of_tools_is_not_kept(form: Any) -> None:
    document = completion(WREN, {"tool_calls": [call("{}")]})
    assert fit(form(document)) is Unfit.FINISH_REASON


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"message": "Too many requests."}},
        completion(WREN, error={"message": "The model has gone."}),
        completion(WREN, error="The model has gone."),
    ],
)
def test_an_error_with_a_good_status_is_not_kept(document: Any) -> None:
    assert fit(whole(document)) is Unfit.ERROR


def test_an_error_of_one_choice_is_not_kept() -> None:
    document = completion(WREN)
    document["choices"][0]["error"] = {"message": "The model has gone."}
    assert fit(whole(document)) is Unfit.ERROR


def test_no_error_is_no_error() -> None:
    assert isinstance(fit(whole(completion(WREN, error=None))), FitAnswer)


UNREADABLE: list[Any] = [
    {},
    {"choices": []},
    completion(WREN, object="text_completion"),
    completion(WREN, choices=None),
    completion(WREN, choices=["x"]),
    completion(WREN, choices=[{}]),
    completion(WREN, choices=[{"message": "x", "finish_reason": "stop"}]),
    completion(choices=[{"message": WREN, "delta": WREN, "finish_reason": "stop"}]),
    completion({"content": [{"type": "text", "text": "x"}]}),
    completion({"content": "x", "tool_calls": "x"}),
    completion({"content": "x", "tool_calls": ["x"]}),
    completion({"content": "x", "function_call": "x"}),
]


@pytest.mark.parametrize("document", UNREADABLE)
def test_what_is_no_completion_is_not_kept(document: Any) -> None:
    assert fit(whole(document)) is Unfit.UNREADABLE


@pytest.mark.parametrize("index", [1, -1, "0", None, True, [0], 0.0])
def test_a_choice_that_is_not_numbered_properly_is_not_kept(index: Any) -> None:
    document = completion(WREN)
    document["choices"][0]["index"] = index
    assert fit(whole(document)) is Unfit.UNREADABLE


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"a":1,"a":1}', b"\xff", b'{"a":NaN}',
     json.dumps(completion(WREN)).encode()[:-1],
     json.dumps(completion(WREN)).encode() * 2],
)  # fmt: skip
def test_what_is_not_json_is_not_kept(body: bytes) -> None:
    assert fit(evolve(whole({}), body=body)) is Unfit.UNREADABLE


SAID = event(choice({"role": "assistant", "content": "A bird"}))
ENDED = event(choice({"content": "."}, finish="stop"))


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"", Unfit.INCOMPLETE),
        (SAID, Unfit.INCOMPLETE),
        (SAID + ENDED, Unfit.INCOMPLETE),
        (SAID + ENDED + DONE[:-1], Unfit.INCOMPLETE),
        (SAID + ENDED + DONE + b"data: {", Unfit.INCOMPLETE),
        (SAID + DONE, Unfit.INCOMPLETE),
        (DONE, Unfit.UNREADABLE),
        (SAID + ENDED + DONE + ENDED, Unfit.UNREADABLE),
        (SAID + ENDED + DONE + DONE, Unfit.UNREADABLE),
        (SAID + b"data: <html>\n\n" + ENDED + DONE, Unfit.UNREADABLE),
        (SAID + b"event: thinking\n" + ENDED + DONE, Unfit.UNREADABLE),
        (SAID.replace(b"bird", b"b\xff") + ENDED + DONE, Unfit.UNREADABLE),
        (SAID + b'data: {"error": {"message": "It broke."}}\n\n', Unfit.ERROR),
        (SAID + b'data: {"error": "It broke."}\n\n' + DONE, Unfit.ERROR),
        (SAID + b'event: error\ndata: {"message": "It broke."}\n\n' + DONE, Unfit.ERROR),
        (SAID + event({**choice({}, finish="stop"), "error": {}}) + DONE, Unfit.ERROR),
        (SAID + event(choice({}, finish="length")) + DONE, Unfit.FINISH_REASON),
        (SAID + event(choice({"content": "."}, 1, "stop")) + DONE, Unfit.INCOMPLETE),
        (event(choice({"content": "x"}, 1, "stop")) + DONE, Unfit.UNREADABLE),
    ],
)
def test_a_stream_that_did_not_end_well_is_not_kept(stream: bytes, expected: Unfit) -> None:
    assert fit(streamed(stream)) is expected


def test_a_stream_is_kept_up_to_its_last_byte_or_not_at_all() -> None:
    document = completion(WREN, {"content": "é😀", "reasoning_content": "\n\r"})
    stream = Style(newline=b"\r\n", has_comments=True).written(document, Random(1))
    assert isinstance(fit(streamed(stream)), FitAnswer)
    for size in range(len(stream)):
        assert isinstance(fit(streamed(stream[:size])), Unfit)


@UNHURRIED
@given(document=COMPLETIONS, style=STYLES, random=RANDOMS, at=st.integers(0))
def test_a_part_of_any_stream_is_not_kept(
    document: Any, style: Style, random: Random, at: int
) -> None:
    stream = style.written(document, random)
    assert isinstance(fit(streamed(stream[: at % len(stream)])), Unfit)


@UNHURRIED
@given(document=COMPLETIONS, style=STYLES, random=RANDOMS)
def test_a_streamed_answer_is_kept_as_if_it_had_not_been_streamed(
    document: Any, style: Style, random: Random
) -> None:
    one, other = fit(whole(document)), fit(streamed(style.written(document, random)))
    assert isinstance(one, FitAnswer)
    assert isinstance(other, FitAnswer)
    assert json.loads(other.document) == json.loads(one.document) == document
    assert (one.tokens, one.calls_tools) == (other.tokens, other.calls_tools)


def test_the_probabilities_of_tokens_are_put_together() -> None:
    tokens = ["A", " small", " bird", "."]
    logprobs = probabilities(tokens)["content"]
    chunks = [
        event(
            {
                **choice({"content": token}),
                "logprobs": {"content": [each]},
                "token_ids": [len(token)],
            }
        )
        for token, each in zip(tokens, logprobs, strict=True)
    ]
    answer = fit(streamed(b"".join(chunks) + event(choice({}, finish="stop")) + DONE))
    assert isinstance(answer, FitAnswer)
    (found,) = json.loads(answer.document)["choices"]
    assert found["message"]["content"] == "A small bird."
    assert found["logprobs"] == {"content": logprobs}
    assert found["token_ids"] == [1, 6, 5, 1]


def test_calls_of_tools_are_put_together_by_their_numbers() -> None:
    parts = [
        {"index": 1, **call("{", "look")},
        {"index": 0, **call("[", "find")},
        {"index": 1, "function": {"arguments": "}"}},
        {"index": 0, "function": {"arguments": "]"}},
    ]
    said = [event(choice({"tool_calls": [part]})) for part in parts]
    stream = b"".join(said) + event(choice({}, finish="tool_calls")) + DONE
    answer = fit(streamed(stream))
    assert isinstance(answer, FitAnswer)
    (found,) = json.loads(answer.document)["choices"]
    assert found["message"]["tool_calls"] == [call("[]", "find"), call("{}", "look")]


def test_what_servers_repeat_or_say_beside_the_answer_is_kept_once() -> None:
    first = event(
        id="", model="", object="", created=0, prompt_filter_results=[{"prompt_index": 0}]
    )
    said = event(
        {**choice({"role": "assistant", "content": "x"}),
         "content_filter_results": {"a": {"b": 1}}},
        system_fingerprint=None, provider="p", citations=["u"],
    )  # fmt: skip
    last = event(
        {**choice({"role": "assistant", "content": ""}, finish="stop"),
         "content_filter_results": {"c": 2}, "stop_reason": "#"},
        system_fingerprint="fp", provider="p", citations=["u"],
    )  # fmt: skip
    answer = fit(streamed(first + said + last + DONE))
    assert isinstance(answer, FitAnswer)
    document = json.loads(answer.document)
    assert document.pop("choices") == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "x"},
            "finish_reason": "stop",
            "content_filter_results": {"a": {"b": 1}, "c": 2},
            "stop_reason": "#",
        }
    ]
    assert {name: document[name] for name in ("id", "object", "model")} == {
        "id": "chatcmpl-9", "object": "chat.completion", "model": "big",
    }  # fmt: skip
    assert document["prompt_filter_results"] == [{"prompt_index": 0}]
    assert (document["provider"], document["citations"]) == ("p", ["u"])
    assert document["system_fingerprint"] == "fp"


TWICE: list[Any] = [
    {"delta": {"unheard_of": "a"}},
    {"delta": {"unheard_of": ["a"]}},
    {"delta": {"annotations": [{"a": 1}]}},
    {"delta": {"audio": {"data": "YQ=="}}},
    {"delta": {"reasoning_details": [{"text": "a"}]}},
    {"delta": {"tool_calls": [{"index": 0, "function": {"name": "f"}}]}},
    {"delta": {"tool_calls": [{"index": 0, "unheard_of": 1}]}},
    {"delta": {"function_call": {"name": "f"}}},
    {"text": "a"},
    {"logprobs": {"tokens": ["a"]}},
]


@pytest.mark.parametrize("part", TWICE)
def test_what_nobody_knows_how_to_put_together_may_come_once(part: Any) -> None:
    begun = event(choice({"content": "x"}))
    ended = event(choice({}, finish="stop")) + DONE
    said = event({"index": 0, **part})
    assert isinstance(fit(streamed(begun + said + ended)), FitAnswer)
    assert fit(streamed(begun + said + said + ended)) is Unfit.UNREADABLE


@pytest.mark.parametrize(
    "odd",
    [
        event(choice({"content": "x"}), model="other"),
        event(choice({"content": "x"}), system_fingerprint=1) + event(system_fingerprint=True),
        event(choice({"content": "x"}), x_groq={"id": 1}) + event(x_groq={"id": 2}),
        event(choice({"content": "x"}, finish="length")),
        event(choice({"role": "user"})),
        event(choice({"content": ["x"]})),
        event(choice({"content": 1})),
        event(choice({"tool_calls": "x"})),
        event(choice({"tool_calls": [{"index": "0"}]})),
        event(choice({"tool_calls": [{"index": 0, "id": "a"}, {"index": 0, "id": "b"}]})),
        event(choice({"tool_calls": [{"function": "x"}]})),
        event(choice({"tool_calls": [{"function": {"arguments": {}}}]})),
        event(choice({"function_call": "x"})),
        event({"index": 0, "delta": "x"}),
        event({"index": 0, "message": {"content": "x"}}),
        event({"index": -1, "delta": {}}),
        event({"index": True, "delta": {}}),
        event({"index": 0, "delta": {}, "logprobs": "x"}),
        event({"index": 0, "delta": {}, "logprobs": {"content": "x"}}),
        event(choice({"content": "x"}), object="chat.completion"),
        event(choice({"content": "x"}), object=""),
        event(object="ping"),
        b"data: {}\n\n",
        b'data: {"choices": {}}\n\n',
        b'data: {"choices": ["x"]}\n\n',
    ],
)
def test_chunks_that_do_not_fit_together_are_not_kept(odd: bytes) -> None:
    assert fit(streamed(SAID + odd + ENDED + DONE)) is Unfit.UNREADABLE


@UNHURRIED
@given(
    body=st.binary(max_size=200) | st.recursive(
        st.none() | st.integers() | st.sampled_from(["stop", "x", "chat.completion"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "delta", "index", "object", "finish_reason", "content",
                 "tool_calls", "function", "logprobs", "usage", "error", "role"]
            ),
            inner, max_size=4,
        ),
    ).map(lambda value: json.dumps(value).encode()),
)  # fmt: skip
def test_whatever_a_server_answers_is_kept_or_not(body: bytes) -> None:
    for answer in (
        evolve(whole({}), body=body),
        streamed(b"data: " + body + b"\n\n" + DONE),
        streamed(body),
    ):
        assert isinstance(fit(answer), FitAnswer | Unfit)
