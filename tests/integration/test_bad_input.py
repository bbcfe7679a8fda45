"""What clients should not send, and what they get for it."""

import gzip
import json
from typing import Any

import httpx2
import pytest
from attrs import evolve
from starlette.responses import JSONResponse

from semroute.app.settings import Settings

from .gateway import Gateway, running_gateway

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
GOOD: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "hello"}]}

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "a key twice": b'{"model": "auto", "model": "auto", "messages": []}',
    "NaN": b'{"model": "auto", "messages": [], "temperature": NaN}',
    "infinity": b'{"model": "auto", "messages": [], "temperature": 1e999}',
    "half a pair": b'{"model": "auto", "messages": [{"role": "user", "content": "\\ud800"}]}',
    "latin-1": b'{"model": "auto", "messages": [{"role": "user", "content": "\xe9"}]}',
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "nested too deep": b'{"x":' * 100_000,
    "nested and closed": b'{"x":' * 65 + b"1" + b"}" * 65,
    "no model": b'{"messages": [{"role": "user", "content": "x"}]}',
    "no messages": b'{"model": "auto"}',
    "content of the wrong kind": b'{"model": "a", "messages": [{"role": "user", "content": {}}]}',
    "stream of the wrong kind": json.dumps(GOOD | {"stream": "true"}).encode(),
}


def assert_is_openai_error(response: httpx2.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert error["code"] == code
    assert error["type"] == "invalid_request_error"
    assert error["message"]
    assert response.headers["x-semroute-decision-id"]


async def still_works(gateway: Gateway, client: httpx2.AsyncClient) -> None:
    gateway.servers.received.clear()
    assert (await client.post(CHAT, json=GOOD)).status_code == 200
    assert len(gateway.servers.received) == 1


async def test_bodies_that_make_no_sense_are_refused_and_go_nowhere() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        for name, body in BODIES.items():
            response = await client.post(CHAT, content=body)
            assert response.status_code == 400, name
            assert_is_openai_error(response, 400, "invalid_request")
            assert gateway.servers.received == [], name
        await still_works(gateway, client)


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
async def test_compressed_bodies_are_refused(encoding: str) -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        body = gzip.compress(json.dumps(GOOD).encode())
        response = await client.post(CHAT, content=body, headers={"content-encoding": encoding})
        assert_is_openai_error(response, 415, "unsupported_content_encoding")
        await still_works(gateway, client)


def small(settings: Settings) -> Settings:
    return evolve(settings, server=evolve(settings.server, max_body_bytes=100_000))


async def test_bodies_that_are_too_large_are_refused_before_they_are_sent() -> None:
    async with running_gateway(small) as gateway, gateway.http() as client:
        large = json.dumps(GOOD | {"x": "y" * 100_000}).encode()
        response = await client.post(CHAT, content=large)
        assert_is_openai_error(response, 413, "request_too_large")
        assert gateway.servers.received == []
        await still_works(gateway, client)


async def test_bodies_that_do_not_say_how_large_they_are_are_refused_by_envoy() -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b"x" * 10_000

    async with running_gateway(small) as gateway, gateway.http() as client:
        response = await client.post(CHAT, content=pieces())
        assert response.status_code == 413
        assert response.json()["error"]["type"] == "gateway_error"
        assert gateway.servers.received == []
        await still_works(gateway, client)


async def test_a_body_of_almost_the_largest_size_passes() -> None:
    async with running_gateway(is_screened=False) as gateway, gateway.http() as client:
        text = "word " * (3 << 20)
        body = {"model": "llama-3.1-8b", "messages": [{"role": "user", "content": text}]}
        response = await client.post(CHAT, json=body)
        assert response.status_code == 200
        assert gateway.servers.received[0].json["messages"][0]["content"] == text


FORGED = {
    "x-gateway-destination-endpoint": "cpu-1",
    "x-selected-model": "forged",
    "x-routing-confidence": "1.000",
    "x-semroute-model": "forged",
    "x-semroute-reason": "forged",
    "x-semroute-decision-id": "forged",
}
LAW = {"model": "auto", "messages": [{"role": "user", "content": "Can my landlord evict me?"}]}


async def test_a_client_cannot_choose_its_endpoint_by_header() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        response = await client.post(CHAT, json=LAW, headers=FORGED)
        (received,) = gateway.servers.received
    assert received.endpoint == "gpu-2"
    assert received.headers["x-selected-model"] == "saul-54b"
    assert "forged" not in [*received.headers.values(), *response.headers.values()]


async def test_a_client_cannot_choose_an_endpoint_for_a_path_that_passes() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        await client.get("/v1/files", headers=FORGED)
        (received,) = gateway.servers.received
    assert received.endpoint == "gpu-1"  # the fallback
    assert not set(FORGED) & set(received.headers)


async def test_a_model_server_cannot_speak_for_the_router() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        gateway.servers.answer = lambda _: JSONResponse({}, headers=FORGED | {"x-own": "kept"})
        routed = await client.post(CHAT, json=LAW)
        passed = await client.get("/v1/files")
    assert routed.headers["x-semroute-model"] == "saul-54b"
    assert "forged" not in routed.headers.values()
    assert routed.headers["x-own"] == passed.headers["x-own"] == "kept"
    assert set(FORGED) & set(passed.headers) == {"x-semroute-reason"}
    assert passed.headers["x-semroute-reason"] == "passthrough"


@pytest.mark.parametrize(
    "path",
    ["//v1/chat/completions", "/v1/./chat/completions", "/v1/x/../chat/completions", f"{CHAT}?a=b"],
)
async def test_no_spelling_of_the_path_slips_by(path: str) -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        url = httpx2.URL(gateway.url).copy_with(raw_path=path.encode())
        response = await client.post(url, json=LAW)
    assert response.headers["x-semroute-model"] == "saul-54b"


async def test_any_header_value_a_client_may_send_is_no_trouble() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        headers = {b"x-odd": "é".encode("latin-1"), b"x-long": b"y" * 20_000}
        response = await client.post(CHAT, json=LAW, headers=headers)
    assert response.status_code == 200
