"""Every API on its way through a real Envoy, asked by the clients that its makers give out."""

import json
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import anthropic
import openai
import pytest
from anthropic import Anthropic
from attrs import evolve
from openai import OpenAI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from semroute.adapters.http import modelapis
from semroute.app.guards import GuardSettings
from semroute.app.settings import ModelSettings, Settings

from .gateway import Gateway, running_gateway
from .test_guards import ATTACK, CARD, Pieces, attacks, guarded, pii

pytestmark = pytest.mark.envoy

LAW = "Can my landlord evict me from my flat without a notice?"
CODE = "My python code throws an exception in the sql database query function"


def embedding(settings: Settings) -> Settings:
    """One model makes vectors; it has an endpoint to itself."""
    models = {**settings.models, "bge-m3": ModelSettings({"cpu-1": 1.0})}
    return evolve(
        settings, models=models, routing=evolve(settings.routing, embedding_model="bge-m3")
    )


Answer = tuple[str, str | None]
Ask = Callable[[Gateway, str, bool], Awaitable[Answer]]


async def complete(gateway: Gateway, prompt: str, stream: bool) -> Answer:  # noqa: FBT001
    def ask(client: OpenAI) -> Answer:
        if not stream:
            choice = client.completions.create(model="auto", prompt=prompt).choices[0]
            return choice.text, choice.finish_reason
        texts: list[str] = []
        finish: Any = None
        chunks: Any = client.completions.create(model="auto", prompt=prompt, stream=True)
        for chunk in chunks:
            for each in chunk.choices:
                texts.append(each.text)
                finish = each.finish_reason or finish
        return "".join(texts), finish

    return await gateway.openai(ask)


async def respond(gateway: Gateway, prompt: str, stream: bool) -> Answer:  # noqa: FBT001
    """Asks with the helper that puts a stream together, which is strict about its order."""

    def ask(client: OpenAI) -> Answer:
        if not stream:
            return said(client.responses.create(model="auto", input=prompt))
        numbers, texts = [], []
        with client.responses.stream(model="auto", input=prompt) as events:
            for event in events:
                numbers.append(event.sequence_number)
                if event.type in ("response.output_text.delta", "response.refusal.delta"):
                    texts.append(event.delta)
            assert numbers == list(range(len(numbers)))
            text, finish = said(events.get_final_response())
        assert "".join(texts).endswith(text)
        return "".join(texts), finish

    def said(response: Any) -> Answer:
        (item,) = response.output
        (part,) = item.content
        text = part.refusal if part.type == "refusal" else part.text
        return text, "refusal" if part.type == "refusal" else response.status

    return await gateway.openai(ask)


async def converse(gateway: Gateway, prompt: str, stream: bool) -> Answer:  # noqa: FBT001
    def ask(client: Anthropic) -> Answer:
        asked: Any = {
            "model": "auto",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": prompt}],
        }
        if not stream:
            return said(client.messages.create(**asked))
        with client.messages.stream(**asked) as events:
            texts = "".join(events.text_stream)
            text, finish = said(events.get_final_message())
        assert texts == text
        return text, finish

    def said(message: Any) -> Answer:
        return "".join(block.text for block in message.content), message.stop_reason

    return await gateway.anthropic(ask)


APIS: dict[str, tuple[Ask, str, str]] = {  # and how an answer ends, or a refusal
    "completions": (complete, "stop", "content_filter"),
    "responses": (respond, "completed", "refusal"),
    "messages": (converse, "end_turn", "refusal"),
}
apis = pytest.mark.parametrize("api", APIS)


def saying(text: str) -> Callable[[Request], Response]:
    """A model that always says this, in pieces of three characters if it streams."""
    pieces = [text[at : at + 3] for at in range(0, len(text), 3)]

    def answer(request: Request) -> Response:
        body = json.loads(request._body or b'{"model": "m"}')  # noqa: SLF001 - read before
        wordings: dict[str, Any] = {
            "/v1/completions": (completion_events, lambda: modelapis.completion(body, text, {})),
            "/v1/responses": (
                lambda body: modelapis.response_events(body, "resp_1", pieces),
                lambda: modelapis.response(body, "resp_1", pieces),
            ),
            "/v1/messages": (
                lambda body: modelapis.message_events(body, pieces),
                lambda: modelapis.message(body, pieces),
            ),
        }
        events, document = wordings["/".join(request.url.path.split("/")[:3])]
        if not body.get("stream"):
            return JSONResponse(document())
        said = Pieces(iter([event.decode() for event in events(body)]))
        return StreamingResponse(said, media_type="text/event-stream")

    def completion_events(body: Any) -> Iterator[bytes]:
        for piece in pieces:
            chunk = modelapis.completion(body, piece, {}, None)
            yield f"data: {json.dumps(chunk)}\n\n".encode()
        yield f"data: {json.dumps(modelapis.completion(body, '', {}))}\n\n".encode()
        yield b"data: [DONE]\n\n"

    return answer


async def test_every_api_reaches_the_model_of_its_category_and_is_metered() -> None:
    async with running_gateway() as gateway:
        for ask, finish, _ in APIS.values():
            for stream in (False, True):
                answer = await ask(gateway, LAW, stream)
                assert answer[0].startswith("This is saul-54b, running on gpu-2.")
                assert answer[1] == finish
                assert gateway.servers.received[-1].json["model"] == "saul-54b"
        served = [(each.endpoint, each.json["model"]) for each in gateway.servers.received]
        assert served == [("gpu-2", "saul-54b")] * 6
        # The stream of completions was not asked to say what it cost.
        words = len(answer[0].split())
        await gateway.until_metric(
            f'semroute_tokens_total{{kind="output",model="saul-54b"}} {5.0 * words}'
        )


async def test_a_stream_of_completions_says_what_it_cost_if_it_is_asked_to() -> None:
    def ask(client: OpenAI) -> Any:
        options: Any = {"include_usage": True}
        stream = client.completions.create(
            model="auto", prompt=[LAW, LAW], stream=True, stream_options=options
        )
        return list(stream)[-1].usage

    async with running_gateway() as gateway:
        usage = await gateway.openai(ask)
        counted = 'semroute_tokens_total{kind="output",model="saul-54b"}'
        await gateway.until_metric(f"{counted} {float(usage.completion_tokens)}")


async def test_vectors_come_from_the_model_that_makes_them() -> None:
    def ask(client: OpenAI, model: str) -> Any:
        return client.embeddings.with_raw_response.create(model=model, input=[LAW, CODE])

    async with running_gateway(embedding) as gateway:
        for model, reason in (("auto", "default"), ("bge-m3", "explicit_model")):
            raw = await gateway.openai(partial(ask, model=model))
            assert len(raw.parse().data) == 2
            assert raw.parse().model == "bge-m3"
            assert raw.headers["x-served-by"] == "cpu-1"
            assert raw.headers["x-semroute-reason"] == reason
        raw = await gateway.openai(lambda client: ask(client, "text-embedding-3-small"))
        assert "x-semroute-model" not in raw.headers
        assert gateway.servers.received[-1].json["model"] == "text-embedding-3-small"
        tokens = raw.parse().usage.prompt_tokens
        await gateway.until_metric(
            f'semroute_tokens_total{{kind="input",model="bge-m3"}} {2.0 * tokens}'
        )
    async with running_gateway() as gateway:
        with pytest.raises(openai.NotFoundError) as caught:
            await gateway.openai(lambda client: ask(client, "auto"))
        assert caught.value.code == "model_not_found"
        assert gateway.servers.received == []


@pytest.mark.parametrize("stream", [False, True])
async def test_a_response_goes_on_where_the_one_before_was_given(*, stream: bool) -> None:
    def ask(client: OpenAI, prompt: str, previous: str | None) -> tuple[str, Any]:
        raw: Any = client.responses.with_raw_response.create(
            model="auto", input=prompt, previous_response_id=previous, stream=stream
        )
        if not stream:
            return raw.parse().id, raw.headers
        events: Any = raw.parse()
        return next(each for each in events if each.type == "response.completed").response.id, (
            raw.headers
        )

    async with running_gateway() as gateway:
        first, headers = await gateway.openai(lambda client: ask(client, LAW, None))
        assert headers["x-semroute-reason"] == "classifier"
        await gateway.until_metric("semroute_extproc_streams 0.0")
        # By its category it would go to another model, which does not know the first response.
        _, headers = await gateway.openai(lambda client: ask(client, CODE, first))
        assert headers["x-semroute-reason"] == "sticky"
        assert headers["x-semroute-model"] == "saul-54b"
        assert headers["x-semroute-route"] == "computer science"
        with pytest.raises(openai.BadRequestError) as caught:
            await gateway.openai(lambda client: ask(client, CODE, "resp_of_another_router"))
        assert caught.value.code == "previous_response_not_found"


async def test_a_response_is_found_where_it_was_given_and_screened_again() -> None:
    def ask(client: OpenAI) -> str:
        return client.responses.create(model="auto", input=LAW).id

    async with running_gateway(guarded(answers=pii())) as gateway:
        known = await gateway.openai(ask)
        await gateway.until_metric("semroute_extproc_streams 0.0")
        raw = await gateway.openai(
            lambda client: client.responses.with_raw_response.retrieve(known)
        )
        assert raw.headers["x-semroute-reason"] == "sticky"
        assert raw.parse().output_text.startswith("This is saul-54b, running on gpu-2.")
        await gateway.until_metric("semroute_extproc_streams 0.0")
        counted = 'semroute_tokens_total{kind="output",model="saul-54b"}'
        usage = raw.parse().usage
        assert usage is not None
        assert (
            f"{counted} {float(usage.output_tokens)}" in await gateway.metrics()
        )  # it is not paid for twice
        with pytest.raises(openai.NotFoundError):
            await gateway.openai(lambda client: client.responses.retrieve("resp_unheard_of"))
        gateway.servers.answer = saying(f"Her card is {CARD}.")
        raw = await gateway.openai(
            lambda client: client.responses.with_raw_response.retrieve(known)
        )
        assert CARD not in raw.text
        assert "[CREDIT_CARD]" in raw.text


async def test_anthropic_s_client_counts_tokens_lists_models_and_reads_errors() -> None:
    messages: Any = [{"role": "user", "content": LAW}]

    def count(client: Anthropic) -> Any:
        return client.messages.with_raw_response.count_tokens(model="auto", messages=messages)

    def models(client: Anthropic) -> tuple[list[str], str]:
        return [each.id for each in client.models.list()], client.models.retrieve("auto").id

    def unknown(client: Anthropic) -> None:
        client.messages.create(model="claude-9", max_tokens=9, messages=messages)

    async with running_gateway() as gateway:
        raw = await gateway.anthropic(count)
        assert raw.parse().input_tokens > 5
        assert raw.headers["x-semroute-model"] == "saul-54b"
        assert raw.headers["x-served-by"] == "gpu-2"
        assert gateway.servers.received[-1].path == "/v1/messages/count_tokens"
        names, card = await gateway.anthropic(models)
        assert (names[0], card) == ("auto", "auto")
        assert "saul-54b" in names
        with pytest.raises(anthropic.NotFoundError) as caught:
            await gateway.anthropic(unknown)
        assert caught.value.body["error"]["type"] == "not_found_error"  # type: ignore[index]
        with pytest.raises(anthropic.NotFoundError):
            await gateway.anthropic(lambda client: client.models.retrieve("claude-9"))
        with pytest.raises(anthropic.BadRequestError):
            await gateway.anthropic(
                lambda client: client.messages.create(model="auto", max_tokens=9, messages=[])
            )


async def test_what_tools_return_and_programs_wrap_is_no_new_prompt() -> None:
    reminder = f"<system-reminder>{CODE} {CODE}</system-reminder>"
    messages: Any = [
        {"role": "user", "content": [{"type": "text", "text": reminder}, text(LAW)]},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "toolu_1", "name": "statute", "input": {}}],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": CODE},
                text(reminder),
            ],
        },
    ]
    items: Any = [
        {"role": "user", "content": [{"type": "input_text", "text": LAW}]},
        {"type": "function_call", "call_id": "1", "name": "statute", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": CODE},
        {"role": "user", "content": f"<environment_context>{CODE}</environment_context>"},
    ]
    async with running_gateway() as gateway:
        raw = await gateway.anthropic(
            lambda client: client.messages.with_raw_response.create(
                model="auto", max_tokens=9, messages=messages
            )
        )
        assert raw.headers["x-semroute-route"] == "law"
        response = await gateway.openai(
            lambda client: client.responses.with_raw_response.create(model="auto", input=items)
        )
        assert response.headers["x-semroute-route"] == "law"
        # They are sent on as they were.
        assert [each.json.get("messages") or each.json["input"] for each in (
            gateway.servers.received
        )] == [messages, items]  # fmt: skip


def text(value: str) -> dict[str, str]:
    return {"type": "text", "text": value}


async def test_a_blocked_attack_is_an_error_that_every_client_knows() -> None:
    async with running_gateway(guarded(**attacks("enforce"))) as gateway:
        for ask, param in ((complete, "prompt"), (respond, "input")):
            with pytest.raises(openai.PermissionDeniedError) as caught:
                await ask(gateway, ATTACK, False)  # noqa: FBT003
            assert caught.value.code == "content_policy_violation"
            assert caught.value.param == param
        with pytest.raises(anthropic.PermissionDeniedError) as denied:
            await converse(gateway, ATTACK, False)  # noqa: FBT003
        assert denied.value.body["error"]["type"] == "invalid_request_error"  # type: ignore[index]
        told = denied.value.response.headers["x-semroute-decision-id"]
        assert denied.value.body["request_id"] == told  # type: ignore[index]
        assert gateway.servers.received == []


async def test_or_a_refusal_in_its_own_words() -> None:
    change = guarded(**attacks("enforce"), style="refusal")
    async with running_gateway(change) as gateway:
        for ask, _, refused in APIS.values():
            for stream in (False, True):
                answer, finish = await ask(gateway, ATTACK, stream)
                assert "jailbreak" in answer
                assert finish == refused
        # A vector and a number cannot refuse.
        with pytest.raises(openai.PermissionDeniedError):
            await gateway.openai(
                lambda client: client.embeddings.create(model="saul-54b", input=ATTACK)
            )
        with pytest.raises(anthropic.PermissionDeniedError):
            await gateway.anthropic(
                lambda client: client.messages.count_tokens(
                    model="auto", messages=[{"role": "user", "content": ATTACK}]
                )
            )
        assert gateway.servers.received == []


async def test_masked_data_never_reaches_a_model_and_comes_back_in_every_api() -> None:
    async with running_gateway(guarded(pii=pii())) as gateway:
        for ask, finish, _ in APIS.values():
            for stream in (False, True):
                gateway.servers.answer = saying("Dear [EMAIL_1], I charged [CREDIT_CARD_1]. [EM")
                answer = await ask(gateway, f"I am ann@example.org, charge {CARD} please", stream)
                assert answer == (f"Dear ann@example.org, I charged {CARD}. [EM", finish)
                received = gateway.servers.received[-1]
                assert b"ann@example.org" not in received.body
                assert b"[CREDIT_CARD_1] please" in received.body
        gateway.servers.answer = None
        await gateway.openai(
            lambda client: client.embeddings.create(model="saul-54b", input="ann@example.org")
        )
        assert gateway.servers.received[-1].json["input"] == "[EMAIL_1]"


async def test_personal_data_in_answers_is_masked_in_every_api() -> None:
    async with running_gateway(guarded(answers=pii())) as gateway:
        gateway.servers.answer = saying(f"Her card is {CARD}, and she lives here. " * 6)
        for ask, finish, _ in APIS.values():
            for stream in (False, True):
                answer = await ask(gateway, "Who is she?", stream)
                assert answer == ("Her card is [CREDIT_CARD], and she lives here. " * 6, finish)


async def test_or_ends_the_answer_in_every_api() -> None:
    async with running_gateway(guarded(answers=pii({"credit_card": "block"}))) as gateway:
        gateway.servers.answer = saying("Some words. " * 20 + f"Her card is {CARD}, use it. " * 9)
        for name, (ask, _, refused) in APIS.items():
            for stream in (False, True):
                if name == "responses" and stream:
                    continue  # it begins one item and refuses in another
                answer, finish = await ask(gateway, "Who is she?", stream)
                assert CARD not in answer
                assert "withheld" in answer
                assert finish == refused

        def ask_for_events(client: OpenAI) -> list[Any]:
            return list(client.responses.create(model="auto", input="Who is she?", stream=True))

        events = await gateway.openai(ask_for_events)
        assert [each.sequence_number for each in events] == list(range(len(events)))
        assert CARD not in "".join(each.model_dump_json() for each in events)
        assert events[-1].type == "response.completed"
        assert (
            events[-1].response.output[0].content[0].refusal.startswith("The answer was withheld")
        )


async def test_an_answer_that_cannot_be_screened_is_withheld_but_vectors_are_not_screened() -> None:
    def change(settings: Settings) -> Settings:
        return evolve(embedding(settings), guards=GuardSettings(answers=pii()))

    async with running_gateway(change) as gateway:
        vectors = await gateway.openai(
            lambda client: client.embeddings.create(model="auto", input=LAW)
        )
        assert len(vectors.data) == 1
        gateway.servers.answer = lambda _: Response(b"\0", media_type="application/octet-stream")
        with pytest.raises(anthropic.APIStatusError) as caught:
            await converse(gateway, LAW, False)  # noqa: FBT003
        assert caught.value.status_code == 503
        assert caught.value.body["type"] == "error"  # type: ignore[index]
        told = caught.value.response.headers["x-semroute-decision-id"]
        assert caught.value.body["request_id"] == told  # type: ignore[index]
