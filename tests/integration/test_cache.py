"""The answer cache through a real Envoy, with OpenAI's client and model servers that misbehave."""

import itertools
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trio
from attrs import evolve
from openai import OpenAI
from openai.types.chat import ChatCompletion
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from semroute.app.caching import CacheOverrides, CacheSettings, StoreSettings
from semroute.app.guards import GuardSettings, PiiGuardSettings
from semroute.app.settings import Settings
from tests.adapters.postgres.server import shared_server

from .gateway import Change, Gateway, running_gateway
from .test_guards import Pieces

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
ALICE = {"authorization": "Bearer alice"}
BOB = {"authorization": "Bearer bob"}
MEMORY = StoreSettings(kind="memory")


def cached(**cache: Any) -> Change:
    def change(settings: Settings) -> Settings:
        return evolve(settings, cache=CacheSettings(**{"mode": "exact", "store": MEMORY, **cache}))

    return change


def chat(text: str = "Can my landlord evict me?", **fields: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": text}], **fields}


@asynccontextmanager
async def gateway_with(change: Change) -> AsyncIterator[tuple[Gateway, httpx2.AsyncClient]]:
    async with running_gateway(change) as gateway, gateway.http() as client:
        yield gateway, client


def completion(text: str = "No.", **choice: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    }


def always(document: dict[str, Any], status: int = 200) -> Callable[[Request], Response]:
    return lambda _request: JSONResponse(document, status)


def said(response: httpx2.Response) -> str:
    return str(response.headers.get("x-semroute-cache"))


async def kept(gateway: Gateway, count: int = 1) -> None:
    await gateway.until_metric(f'semroute_cache_answers_total{{fate="kept"}} {count}.0')


async def test_the_same_request_is_answered_from_the_cache_as_the_client_asks() -> None:
    async with gateway_with(cached()) as (gateway, client):
        first = await client.post(CHAT, json=chat(), headers=ALICE)
        assert said(first) == "miss"
        await kept(gateway)

        def ask(client: OpenAI) -> tuple[ChatCompletion, str, list[str | None], int]:
            messages: Any = chat()["messages"]
            raw = client.chat.completions.with_raw_response.create(model="auto", messages=messages)
            stream = client.chat.completions.create(
                model="auto",
                messages=messages,
                stream=True,
                stream_options={"include_usage": True},
            )
            pieces, tokens = [], 0
            for chunk in stream:
                pieces += [choice.delta.content for choice in chunk.choices]
                tokens += chunk.usage.total_tokens if chunk.usage else 0
            return raw.parse(), raw.headers["x-semroute-cache-kind"], pieces, tokens

        whole, kind, pieces, tokens = await gateway.openai(
            lambda client: ask(client.with_options(api_key="alice"))
        )
        assert len(gateway.servers.received) == 1
    original = first.json()
    assert kind == "exact"
    assert whole.choices[0].message.content == original["choices"][0]["message"]["content"]
    assert "".join(piece or "" for piece in pieces) == whole.choices[0].message.content
    assert whole.id != original["id"]
    assert whole.model == original["model"]
    assert whole.usage is not None
    assert tokens == whole.usage.total_tokens == original["usage"]["total_tokens"]


async def test_a_streamed_answer_is_kept_and_given_whole() -> None:
    async with gateway_with(cached()) as (gateway, client):
        async with client.stream("POST", CHAT, json=chat(stream=True), headers=ALICE) as response:
            streamed = b"".join([piece async for piece in response.aiter_bytes()])
        await kept(gateway)
        whole = await client.post(CHAT, json=chat(), headers=ALICE)
    chunks = [json.loads(line[6:]) for line in streamed.decode().splitlines() if '{"' in line]
    deltas = (choice["delta"] for chunk in chunks for choice in chunk["choices"])
    assert said(whole) == "hit"
    text = "".join(delta.get("content") or "" for delta in deltas)
    assert whole.json()["choices"][0]["message"]["content"] == text


async def test_what_one_may_have_is_not_given_to_another() -> None:
    async with gateway_with(cached()) as (gateway, client):
        await client.post(CHAT, json=chat(), headers=ALICE)
        await kept(gateway)
        assert said(await client.post(CHAT, json=chat(), headers=BOB)) == "miss"
        assert said(await client.post(CHAT, json=chat())) == "bypass"  # nobody knows who asks
        assert said(await client.post(CHAT, json=chat(), headers=ALICE)) == "hit"
        lines = await gateway.metrics()
    assert 'semroute_cache_total{result="bypass",why="identity"} 1.0' in lines


OTHERS: list[dict[str, Any]] = [
    {"model": "llama-3.3-70b"},
    {"messages": [{"role": "system", "content": "Be rude."}, *chat()["messages"]]},
    {"messages": [*chat()["messages"], *chat()["messages"]]},
    {"temperature": 0.2},
    {"max_tokens": 7},
    {"seed": 1},
    {"response_format": {"type": "json_object"}},
    {"something_new": True},
    {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
]


async def test_a_request_that_differs_anywhere_is_another_request() -> None:
    async with gateway_with(cached(scope="global")) as (gateway, client):
        await client.post(CHAT, json=chat())
        await kept(gateway)
        for other in OTHERS:
            assert said(await client.post(CHAT, json=chat() | other)) == "miss", other
        assert said(await client.post(CHAT, json=chat(user="u", metadata={"a": "b"}))) == "hit"
        assert said(await client.post(CHAT, json=chat(temperature=0.9))) == "bypass"
        assert said(await client.post(CHAT, json=chat(n=2))) == "bypass"


async def test_clients_have_a_say_unless_they_are_not_heeded() -> None:
    async with gateway_with(cached()) as (gateway, client):
        ask = partial(client.post, CHAT, json=chat())
        no_store = await ask(headers=ALICE | {"cache-control": "no-store"})
        assert said(no_store) == "bypass"
        assert said(await ask(headers=ALICE)) == "miss"
        await kept(gateway)
        assert said(await ask(headers=ALICE | {"x-semroute-cache": "no-cache"})) == "miss"
        await kept(gateway, 2)
        assert said(await ask(headers=ALICE | {"cache-control": "max-age=60"})) == "hit"
        for received in gateway.servers.received:
            assert "x-semroute-cache" not in received.headers
    async with gateway_with(cached(heed_clients=False)) as (gateway, client):
        ask = partial(client.post, CHAT, json=chat())
        await ask(headers=ALICE)
        await kept(gateway)
        assert said(await ask(headers=ALICE | {"cache-control": "no-store"})) == "hit"


UNFIT: dict[str, tuple[str, Callable[[Request], Response]]] = {
    "an error": ("status", always({"error": {"message": "no", "type": "t"}}, 500)),
    "too many requests": ("status", always({"error": {"message": "no", "type": "t"}}, 429)),
    "an error called 200": ("error", always({"error": {"message": "no", "type": "t"}})),
    "a page": ("unreadable", lambda _request: Response("<html>", 200, media_type="text/html")),
    "cut short": ("finish_reason", always(completion(finish_reason="length"))),
    "filtered": ("finish_reason", always(completion(finish_reason="content_filter"))),
    "a refusal": (
        "refusal",
        always(completion(message={"role": "assistant", "content": None, "refusal": "I won't."})),
    ),
    "a call of tools": (
        "tool_calls",
        always(
            completion(
                message={
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "c1",
                            "type": "function",
                            "function": {"name": "f", "arguments": "{}"},
                        }
                    ],
                },
                finish_reason="tool_calls",
            )
        ),
    ),
}


async def test_what_is_no_whole_answer_is_not_kept() -> None:
    async with gateway_with(cached()) as (gateway, client):
        for name, (_, answer) in UNFIT.items():
            gateway.servers.answer = answer
            for _ in range(2):
                response = await client.post(CHAT, json=chat(name), headers=ALICE)
                assert said(response) == "miss", name
        fates = Counter(fate for fate, _ in UNFIT.values())
        for fate, count in fates.items():
            await gateway.until_metric(
                f'semroute_cache_answers_total{{fate="{fate}"}} {2 * count}.0'
            )
        gateway.servers.answer = None
        for name in UNFIT:
            assert said(await client.post(CHAT, json=chat(name), headers=ALICE)) == "miss"
        lines = await gateway.metrics()
    assert "semroute_cache_flights_open 0.0" in lines


CHUNK = (
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    '[{"index":0,"delta":{"content":"No."},"finish_reason":%s}]}\n\n'
)
CUT = (
    [CHUNK % "null"],
    [CHUNK % "null", "data: [DONE]\n\n"],
    [CHUNK % '"stop"'],
    [CHUNK % '"stop"', "data: [DO"],
)


async def test_a_stream_that_was_cut_leaves_nothing_behind() -> None:
    async with gateway_with(cached()) as (gateway, client):
        for count, pieces in enumerate(CUT, 1):

            def answer(_request: Request, pieces: list[str] = pieces) -> Response:
                return StreamingResponse(Pieces(iter(pieces)), media_type="text/event-stream")

            gateway.servers.answer = answer
            response = await client.post(CHAT, json=chat(stream=True), headers=ALICE)
            assert said(response) == "miss"
            line = f'semroute_cache_answers_total{{fate="incomplete"}} {count}.0'
            await gateway.until_metric(line)


async def test_a_client_that_leaves_leaves_nothing_behind() -> None:
    def leave(client: OpenAI) -> None:
        messages: Any = chat()["messages"]
        stream = client.chat.completions.create(model="auto", messages=messages, stream=True)
        next(iter(stream))
        stream.close()

    async with gateway_with(cached()) as (gateway, _):
        gateway.servers.answer = lambda _request: StreamingResponse(
            Pieces(itertools.repeat(CHUNK % "null")), media_type="text/event-stream"
        )
        await gateway.openai(leave)
        await gateway.until_metric('semroute_cache_answers_total{fate="incomplete"} 1.0')
        await gateway.until_metric("semroute_retained_bytes 0.0")
        assert "semroute_cache_entries 0.0" in await gateway.metrics()


async def test_requests_with_personal_data_neither_read_nor_write() -> None:
    guards = GuardSettings(pii=PiiGuardSettings(mode="monitor"))

    def change(settings: Settings) -> Settings:
        return evolve(cached()(settings), guards=guards)

    async with gateway_with(change) as (gateway, client):
        mine = chat("Write to ada.lovelace@example.org that I am late.")
        for _ in range(2):
            assert said(await client.post(CHAT, json=mine, headers=ALICE)) == "bypass"
        assert len(gateway.servers.received) == 2
        lines = await gateway.metrics()
    assert 'semroute_cache_total{result="bypass",why="flagged"} 2.0' in lines


async def test_answers_with_personal_data_are_not_kept_where_answers_are_screened() -> None:
    guards = GuardSettings(answers=PiiGuardSettings(mode="monitor"))

    def change(settings: Settings) -> Settings:
        return evolve(cached()(settings), guards=guards)

    async with gateway_with(change) as (gateway, client):
        gateway.servers.answer = always(completion("Ask ada.lovelace@example.org."))
        for _ in range(2):
            assert said(await client.post(CHAT, json=chat(), headers=ALICE)) == "miss"
        await gateway.until_metric('semroute_cache_answers_total{fate="flagged"} 2.0')


async def test_the_cache_is_on_only_where_a_route_asks_for_it() -> None:
    def change(settings: Settings) -> Settings:
        law = evolve(settings.categories["law"], cache=CacheOverrides(mode="exact"))
        categories = {**settings.categories, "law": law}
        return evolve(cached(mode="off", scope="global")(settings), categories=categories)

    async with gateway_with(change) as (gateway, client):
        law, math = chat(), chat("solve the equation")
        assert said(await client.post(CHAT, json=law)) == "miss"
        await kept(gateway)
        assert said(await client.post(CHAT, json=law)) == "hit"
        for _ in range(2):
            assert said(await client.post(CHAT, json=math)) == "bypass"


async def test_identical_requests_at_once_cost_one_and_wait_longer_than_envoy_usually_does() -> (
    None
):
    release = trio.Event()
    calls = 0

    async def ask(client: httpx2.AsyncClient, outcomes: Counter[str]) -> None:
        response = await client.post(CHAT, json=chat(), headers=ALICE)
        outcomes[f"{response.status_code} {said(response)}"] += 1

    async with gateway_with(patient) as (gateway, client):

        def answer(_request: Request) -> Response:
            nonlocal calls
            calls += 1
            return Late(completion(), release)

        gateway.servers.answer = answer
        outcomes: Counter[str] = Counter()
        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                for _ in range(50):
                    nursery.start_soon(ask, client, outcomes)
                await gateway.until_metric('semroute_cache_flights_total{role="follow"} 49.0')
                await trio.sleep(1.2)  # more than Envoy's patience
                release.set()
        assert calls == 1
        assert outcomes == {"200 miss": 1, "200 hit": 49}
        assert await gateway.stat("http.clients.ext_proc.message_timeouts") == 0
        assert await gateway.stat("http.clients.ext_proc.override_message_timeout_ignored") == 0


def patient(settings: Settings) -> Settings:
    return evolve(
        cached(follow_seconds=15)(settings),
        envoy=evolve(settings.envoy, message_timeout_seconds=1),
    )


class Late(JSONResponse):
    """An answer that comes once it may."""

    def __init__(self, document: dict[str, Any], release: trio.Event) -> None:
        super().__init__(document)
        self._release = release

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._release.wait()
        await super().__call__(scope, receive, send)


async def test_when_the_first_fails_another_asks_and_the_rest_get_its_answer() -> None:
    release = trio.Event()
    calls = 0

    async with gateway_with(cached()) as (gateway, client):

        def answer(_request: Request) -> Response:
            nonlocal calls
            calls += 1
            if calls == 1:
                failing = Late({"error": {"message": "no", "type": "t"}}, release)
                failing.status_code = 500
                return failing
            return JSONResponse(completion())

        gateway.servers.answer = answer
        outcomes: Counter[str] = Counter()

        async def ask() -> None:
            response = await client.post(CHAT, json=chat(), headers=ALICE)
            outcomes[f"{response.status_code} {said(response)}"] += 1

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
            await gateway.until_metric('semroute_cache_flights_total{role="follow"} 9.0')
            release.set()
    assert calls == 2
    assert outcomes == {"500 miss": 1, "200 miss": 1, "200 hit": 8}


async def test_when_the_first_leaves_another_asks() -> None:
    never = trio.Event()
    calls = 0

    async with gateway_with(cached()) as (gateway, client):

        def answer(_request: Request) -> Response:
            nonlocal calls
            calls += 1
            return Late(completion(), never) if calls == 1 else JSONResponse(completion())

        gateway.servers.answer = answer
        answers: list[str] = []

        async def leave(scope: trio.CancelScope) -> None:
            with scope:
                await client.post(CHAT, json=chat(), headers=ALICE)

        async def ask() -> None:
            answers.append(said(await client.post(CHAT, json=chat(), headers=ALICE)))

        scope = trio.CancelScope()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(leave, scope)
            await gateway.until_metric('semroute_cache_flights_total{role="lead"} 1.0')
            nursery.start_soon(ask)
            nursery.start_soon(ask)
            await gateway.until_metric('semroute_cache_flights_total{role="follow"} 2.0')
            scope.cancel()
    assert calls == 2
    assert sorted(answers) == ["hit", "miss"]


async def test_what_is_in_the_directory_is_there_after_a_restart(tmp_path: Path) -> None:
    on_disk = cached(store=StoreSettings(kind="disk", directory=str(tmp_path / "cache")))
    async with gateway_with(on_disk) as (gateway, client):
        await client.post(CHAT, json=chat(), headers=ALICE)
        await kept(gateway)
    async with gateway_with(on_disk) as (gateway, client):
        # The endpoints are at other ports now, which changes nothing about their answers.
        assert said(await client.post(CHAT, json=chat(), headers=ALICE)) == "hit"
        assert "semroute_cache_entries 1.0" in await gateway.metrics()
    async with gateway_with(lambda settings: more_careful(on_disk(settings))) as (gateway, client):
        assert said(await client.post(CHAT, json=chat(), headers=ALICE)) == "miss"


def more_careful(settings: Settings) -> Settings:
    return evolve(settings, routing=evolve(settings.routing, min_confidence=0.31))


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Change:
    """A cache in a database that several routers share."""
    monkeypatch.setenv("SEMROUTE_CACHE_DSN", shared_server().dsn())
    monkeypatch.setenv("SEMROUTE_CACHE_KEY", secrets.token_hex(32))
    return cached(store=StoreSettings(kind="postgres"), lookup_seconds=5)


async def test_what_one_router_keeps_another_gives(shared: Change) -> None:
    async with gateway_with(shared) as one, gateway_with(shared) as other:
        (gateway, client), (_, other_client) = one, other
        await client.post(CHAT, json=chat(), headers=ALICE)
        await kept(gateway)
        assert said(await other_client.post(CHAT, json=chat(), headers=ALICE)) == "hit"
        assert said(await other_client.post(CHAT, json=chat(), headers=BOB)) == "miss"


async def test_the_same_question_to_two_routers_at_once_is_asked_once(shared: Change) -> None:
    release = trio.Event()
    outcomes: Counter[str] = Counter()
    calls = 0

    def answer(_request: Request) -> Response:
        nonlocal calls
        calls += 1
        return Late(completion(), release)

    async def ask(client: httpx2.AsyncClient) -> None:
        response = await client.post(CHAT, json=chat(), headers=ALICE)
        outcomes[f"{response.status_code} {said(response)}"] += 1

    async with gateway_with(shared) as one, gateway_with(shared) as other:
        (gateway, client), (other_gateway, other_client) = one, other
        gateway.servers.answer = other_gateway.servers.answer = answer
        with trio.fail_after(30):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask, client)
                await gateway.until_metric('semroute_cache_flights_total{role="lead"} 1.0')
                for _ in range(9):
                    nursery.start_soon(ask, client)
                for _ in range(10):
                    nursery.start_soon(ask, other_client)
                follow = 'semroute_cache_flights_total{role="follow"} 9.0'
                elsewhere = 'semroute_cache_flights_total{role="elsewhere"} 1.0'
                await gateway.until_metric(follow)
                await other_gateway.until_metric(follow)
                await other_gateway.until_metric(elsewhere)
                release.set()
    assert calls == 1
    assert outcomes == {"200 miss": 1, "200 hit": 19}


async def test_when_the_router_that_asks_is_gone_another_one_asks(shared: Change) -> None:
    never = trio.Event()
    answers: list[str] = []

    async def ask(client: httpx2.AsyncClient) -> None:
        with suppress(httpx2.HTTPError):  # from a router that ends meanwhile
            answers.append(said(await client.post(CHAT, json=chat(), headers=ALICE)))

    async def first(task_status: trio.TaskStatus[trio.CancelScope]) -> None:
        with trio.CancelScope() as scope:
            async with gateway_with(shared) as (gateway, client), trio.open_nursery() as asking:
                gateway.servers.answer = lambda _request: Late(completion(), never)
                asking.start_soon(ask, client)
                await gateway.until_metric('semroute_cache_flights_total{role="lead"} 1.0')
                task_status.started(scope)
                await trio.sleep_forever()

    async with gateway_with(shared) as (gateway, client), trio.open_nursery() as nursery:
        scope = await nursery.start(first)
        nursery.start_soon(ask, client)
        await gateway.until_metric('semroute_cache_flights_total{role="elsewhere"} 1.0')
        assert answers == []
        scope.cancel()
        await kept(gateway)
    assert answers == ["miss"]


async def test_a_database_that_is_not_there_costs_no_request(
    shared: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMROUTE_CACHE_DSN", "postgresql://nobody:secret@127.0.0.1:1/none")
    async with gateway_with(shared) as (gateway, client):
        for _ in range(2):
            response = await client.post(CHAT, json=chat(), headers=ALICE)
            assert (response.status_code, said(response)) == (200, "miss")
        await gateway.until_metric('semroute_cache_answers_total{fate="error"} 2.0')
