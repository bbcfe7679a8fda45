"""Requests on their way through a real gateway, sent by OpenAI's own client."""

import json
import time
from typing import Any

import pytest
import trio
from attrs import evolve
from openai import NotFoundError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from semroute.app.settings import HeaderSettings, Settings

from .gateway import Gateway, running_gateway

pytestmark = pytest.mark.envoy

LAW = [{"role": "user", "content": "Can my landlord evict me from my flat without a notice?"}]
CODE = [
    {
        "role": "user",
        "content": "My python code throws an exception in the sql database query function",
    }
]


async def create(gateway: Gateway, **arguments: Any) -> Any:
    def use(client: Any) -> Any:
        return client.chat.completions.with_raw_response.create(**arguments)

    return await gateway.openai(use)


async def test_a_prompt_reaches_the_model_of_its_category() -> None:
    async with running_gateway() as gateway:
        raw = await create(gateway, model="auto", messages=LAW, seed=7)
        completion = raw.parse()
    assert completion.model == "saul-54b"
    assert completion.choices[0].message.content.startswith("This is saul-54b, running on gpu-2")
    (received,) = gateway.servers.received
    assert received.endpoint == raw.headers["x-served-by"] == "gpu-2"
    assert received.json == {"model": "saul-54b", "messages": LAW, "seed": 7}
    assert received.headers["content-length"] == str(len(received.body))
    assert received.headers["x-selected-model"] == "saul-54b"
    assert "x-gateway-destination-endpoint" not in received.headers
    assert raw.headers["x-selected-model"] == raw.headers["x-semroute-model"] == "saul-54b"
    assert raw.headers["x-semroute-route"] == "law"
    assert raw.headers["x-semroute-reason"] == "classifier"
    assert float(raw.headers["x-routing-confidence"]) > 0.3
    assert len(raw.headers["x-routing-confidence"].partition(".")[2]) == 3
    assert float(raw.headers["x-semroute-overhead-ms"]) > 0
    assert raw.headers["x-semroute-decision-id"]


async def test_streams_pass_event_by_event() -> None:
    def use(client: Any) -> list[tuple[float, Any]]:
        stream = client.chat.completions.create(
            model="auto", messages=CODE, stream=True, stream_options={"include_usage": True}
        )
        return [(time.monotonic(), chunk) for chunk in stream]

    async with running_gateway() as gateway:
        timed = await gateway.openai(use)
        tokens = float(timed[-1][1].usage.completion_tokens)
        # The router saw the events go by, and what they cost.
        counted = 'semroute_tokens_total{kind="output",model="qwen3-coder-30b"}'
        await gateway.until_metric(f"{counted} {tokens}")
    times = [moment for moment, _ in timed]
    chunks = [chunk for _, chunk in timed]
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text.startswith("This is qwen3-coder-30b")
    assert chunks[-1].usage is not None
    assert {chunk.model for chunk in chunks} == {"qwen3-coder-30b"}
    # The server pauses between events; a buffered answer would come all at once.
    assert times[-1] - times[0] > 0.05


async def admin(gateway: Gateway, path: str) -> str:
    assert gateway.router.listening is not None
    async with gateway.http() as client:
        response = await client.get(f"http://{gateway.router.listening.admin}{path}")
        return response.text


async def test_a_tool_call_loop_keeps_its_tools_and_its_category() -> None:
    messages = [
        *LAW,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "statute", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "§ 573 BGB"},
    ]
    tools = [
        {
            "type": "function",
            "function": {"name": "statute", "parameters": {"type": "object", "properties": {}}},
        }
    ]
    async with running_gateway() as gateway:
        raw = await create(gateway, model="auto", messages=messages, tools=tools)
    (received,) = gateway.servers.received
    assert received.json["tools"] == tools
    assert received.json["messages"] == messages
    assert raw.headers["x-semroute-route"] == "law"


async def test_a_named_model_keeps_its_request_byte_for_byte() -> None:
    body = b'{ "model":"llama-3.1-8b", "messages":[{"role":"user","content":"\\u00e9"}],"x":1.50 }'
    async with running_gateway() as gateway, gateway.http() as client:
        response = await client.post("/v1/chat/completions", content=body)
    assert response.status_code == 200
    assert gateway.servers.received[0].body == body
    assert gateway.servers.received[0].endpoint == "cpu-1"
    assert response.headers["x-semroute-reason"] == "explicit_model"
    assert response.headers["x-routing-confidence"] == "0.000"


async def test_an_unknown_model_is_not_found_in_the_client_s_own_terms() -> None:
    async with running_gateway() as gateway:
        with pytest.raises(NotFoundError) as caught:
            await create(gateway, model="gpt-9", messages=LAW)
    assert caught.value.code == "model_not_found"
    assert gateway.servers.received == []


async def test_models_are_listed() -> None:
    def use(client: Any) -> tuple[list[str], str]:
        return [model.id for model in client.models.list()], client.models.retrieve("auto").id

    async with running_gateway() as gateway:
        names, card = await gateway.openai(use)
    assert names[0] == "auto"
    assert "saul-54b" in names
    assert card == "auto"


@pytest.mark.parametrize("status", [400, 429, 500, 503])
async def test_an_upstream_s_error_passes_unchanged(status: int) -> None:
    def answer(_: Request) -> Response:
        return JSONResponse({"error": {"message": "broken"}}, status, {"retry-after": "7"})

    async with running_gateway() as gateway, gateway.http() as client:
        gateway.servers.answer = answer
        response = await client.post(
            "/v1/chat/completions", json={"model": "auto", "messages": LAW}
        )
    assert response.status_code == status
    assert response.json() == {"error": {"message": "broken"}}
    assert response.headers["retry-after"] == "7"
    assert response.headers["x-semroute-model"] == "saul-54b"


async def test_a_large_answer_is_not_buffered() -> None:
    size = 20 << 20  # more than any buffer on the way

    async def pieces() -> Any:
        for _ in range(size >> 16):
            yield bytes(1 << 16)

    async with running_gateway() as gateway, gateway.http() as client:
        gateway.servers.answer = lambda _: StreamingResponse(
            pieces(), media_type="application/json"
        )
        response = await client.post(
            "/v1/chat/completions", json={"model": "auto", "messages": LAW}
        )
    assert len(response.content) == size


async def test_paths_that_are_none_of_ours_pass_untouched() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        gateway.servers.answer = lambda _: JSONResponse({"ok": True})
        response = await client.post("/v1/fine_tuning/jobs?x=1", content=b"anything at all \xff")
    assert response.json() == {"ok": True}
    (received,) = gateway.servers.received
    assert received.body == b"anything at all \xff"
    assert "x-semroute-model" not in response.headers
    assert response.headers["x-semroute-reason"] == "passthrough"


async def test_the_access_log_tells_the_decision() -> None:
    async with running_gateway() as gateway:
        raw = await create(gateway, model="auto", messages=LAW)
        with pytest.raises(NotFoundError):
            await create(gateway, model="gpt-9", messages=LAW)
        routed, refused = await gateway.access_log(2)
    assert routed["selected_model"] == "saul-54b"
    assert routed["selected_endpoint"] == routed["upstream_cluster"] == "gpu-2"
    assert routed["routing_reason"] == "classifier"
    assert routed["routing_category"] == "law"
    assert f"{routed['routing_confidence']:.3f}" == raw.headers["x-routing-confidence"]
    assert routed["decision_id"] == raw.headers["x-semroute-decision-id"]
    assert refused["response_code_details"] == "semroute_refused"
    assert "landlord" not in json.dumps([routed, refused])


async def test_the_headers_can_be_renamed() -> None:
    def change(settings: Settings) -> Settings:
        names = HeaderSettings("x-to", "x-vsr-selected-model", "x-sure")
        return evolve(settings, headers=names)

    async with running_gateway(change) as gateway, gateway.http() as client:
        forged = {"x-to": "cpu-1", "x-sure": "1.000"}
        body = {"model": "auto", "messages": LAW}
        response = await client.post("/v1/chat/completions", json=body, headers=forged)
    (received,) = gateway.servers.received
    assert received.endpoint == "gpu-2"
    assert received.headers["x-vsr-selected-model"] == "saul-54b"
    assert received.headers["x-sure"] == response.headers["x-sure"] != "1.000"
    assert response.headers["x-vsr-selected-model"] == "saul-54b"
    assert "x-selected-model" not in response.headers


async def test_an_endpoint_can_be_told_by_its_address() -> None:
    def change(settings: Settings) -> Settings:
        headers = HeaderSettings(endpoint="x-semroute-endpoint", endpoint_value="address")
        return evolve(settings, headers=headers)

    async with running_gateway(change) as gateway, gateway.http() as client:
        body = {"model": "auto", "messages": LAW}
        response = await client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200
    (received,) = gateway.servers.received
    assert received.endpoint == "gpu-2"


async def test_two_hundred_and_fifty_requests_at_once_on_a_fresh_gateway() -> None:
    statuses: list[int] = []
    async with running_gateway() as gateway, gateway.http() as client:

        async def ask() -> None:
            body = {"model": "auto", "messages": LAW}
            statuses.append((await client.post("/v1/chat/completions", json=body)).status_code)

        async with trio.open_nursery() as nursery:
            for _ in range(250):
                nursery.start_soon(ask)
        failed = await gateway.stat("http.gateway.ext_proc.streams_failed")
        spurious = await gateway.stat("http.gateway.ext_proc.spurious_msgs_received")
    assert statuses == [200] * 250
    assert (failed, spurious) == (0, 0)
