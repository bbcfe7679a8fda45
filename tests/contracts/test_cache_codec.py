"""What every chat API's codec for the answer cache promises. There is one so far."""

import json
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.openai import OpenAICache, OpenAIChat
from semroute.domain.caching.answer import FitAnswer, Replayed, Unfit
from semroute.domain.headers import Headers
from semroute.domain.ports import CacheCodec, ChatCodec
from semroute.domain.record import UpstreamAnswer

NAMED = Replayed("new", 1_800_000_000)
JSON = Headers.of({":status": "200", "content-type": "application/json"})
EVENTS = Headers.of({":status": "200", "content-type": "text/event-stream"})


@frozen
class Speech:
    """One chat API, as its clients and its model servers speak it."""

    cache: CacheCodec
    chat: ChatCodec
    asked: dict[str, Any]
    answered: dict[str, Any]

    def body(self, **fields: Any) -> bytes:
        return json.dumps(self.asked | fields).encode()

    @property
    def answer(self) -> UpstreamAnswer:
        return UpstreamAnswer(JSON, json.dumps(self.answered).encode())

    def kept(self) -> FitAnswer:
        answer = self.cache.fit(self.answer)
        assert isinstance(answer, FitAnswer)
        return answer


SPEECHES = {
    "openai": Speech(
        OpenAICache(),
        OpenAIChat(),
        {"model": "auto", "messages": [{"role": "user", "content": "What is a wren?"}]},
        {
            "id": "old",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "big",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "A small bird."},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7},
        },
    )
}
speeches = pytest.mark.parametrize("speech", SPEECHES.values(), ids=SPEECHES)


@speeches
def test_the_last_text_is_the_question_and_not_in_the_rest(speech: Speech) -> None:
    question = speech.cache.question(speech.body())
    assert question.text == "What is a wren?"
    assert b"wren" not in question.rest
    assert question.is_comparable


@speeches
def test_whether_an_answer_is_streamed_makes_no_other_question(speech: Speech) -> None:
    assert speech.cache.question(speech.body(stream=True)) == speech.cache.question(speech.body())


@speeches
def test_a_field_that_nobody_has_heard_of_makes_another_question(speech: Speech) -> None:
    one, other = (speech.cache.question(speech.body(unheard_of=value)) for value in (1, 2))
    assert one.rest != other.rest


@speeches
def test_another_model_makes_another_question(speech: Speech) -> None:
    one, other = (speech.cache.question(speech.body(model=name)) for name in ("a", "b"))
    assert one.rest != other.rest


@speeches
def test_neither_the_question_nor_the_answer_shows_in_a_log(speech: Speech) -> None:
    shown = repr(speech.cache.question(speech.body())) + repr(speech.kept())
    assert "wren" not in shown
    assert "bird" not in shown


@speeches
def test_a_complete_answer_says_what_it_cost(speech: Speech) -> None:
    assert speech.kept().tokens == 7


@speeches
@pytest.mark.parametrize("is_streaming", [True, False])
def test_an_answer_given_again_is_fit_to_be_kept_again(
    speech: Speech, *, is_streaming: bool
) -> None:
    chat = evolve(speech.chat.parse(speech.body()), is_streaming=is_streaming, wants_usage=True)
    reply = speech.cache.replay(speech.kept().document, chat, NAMED)
    assert reply.status == 200
    assert b"old" not in reply.body
    again = speech.cache.fit(UpstreamAnswer(reply.headers, reply.body))
    assert isinstance(again, FitAnswer)
    assert again.tokens == 7
    assert b"A small bird." in again.document
    assert b'"new"' in again.document


@speeches
def test_an_answer_with_another_status_is_not_kept(speech: Speech) -> None:
    headers = Headers.of({":status": "500", "content-type": "application/json"})
    assert speech.cache.fit(evolve(speech.answer, headers=headers)) is Unfit.STATUS


@speeches
@settings(deadline=None)
@given(size=st.integers(0))
def test_a_part_of_an_answer_is_not_kept(speech: Speech, size: int) -> None:
    chat = evolve(speech.chat.parse(speech.body()), is_streaming=True)
    stream = speech.cache.replay(speech.kept().document, chat, NAMED).body
    document = speech.answer.body
    for headers, body in ((JSON, document), (EVENTS, stream)):
        part = UpstreamAnswer(headers, body[: size % len(body)])
        assert isinstance(speech.cache.fit(part), Unfit)


@speeches
@settings(deadline=None)
@given(body=st.binary(max_size=200), headers=st.sampled_from([JSON, EVENTS, Headers()]))
def test_any_answer_is_kept_or_not(speech: Speech, body: bytes, headers: Headers) -> None:
    assert isinstance(speech.cache.fit(UpstreamAnswer(headers, body)), FitAnswer | Unfit)
