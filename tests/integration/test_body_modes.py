"""However Envoy is configured to send bodies, requests arrive whole and ruled on."""

import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trio
from starlette.responses import StreamingResponse

from tests.adapters.grpc.peer import Peer

from .gateway import Gateway, Patch, found, running_gateway

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
LAW = {"model": "auto", "messages": [{"role": "user", "content": "Can my landlord evict me?"}]}
BODY = json.dumps(LAW).encode()

REQUEST_MODES = ("BUFFERED", "STREAMED", "NONE")
RESPONSE_MODES = ("NONE", "STREAMED", "BUFFERED")


def modes(request: str, response: str, *, may_override: bool = True) -> Patch:
    def patch(document: dict[str, Any]) -> None:
        (mode,) = found(document, "processing_mode")
        mode["request_body_mode"], mode["response_body_mode"] = request, response
        for filter_ in found(document, "typed_config"):
            if "processing_mode" in filter_:
                filter_["allow_mode_override"] = may_override

    return patch


async def sent_with_trailers(gateway: Gateway, body: bytes) -> dict[str, str]:
    """Sends a request whose body is followed by trailers, as HTTP/2 and gRPC clients may."""
    listen = gateway.envoy.listen
    async with await trio.open_tcp_stream(listen.host, listen.port) as stream:
        peer = Peer(stream)
        await peer.connect()
        head = [
            (":method", "POST"), (":scheme", "http"), (":path", CHAT), (":authority", "gateway"),
            ("content-type", "application/json"),
        ]  # fmt: skip
        call = await peer.open(headers=head)
        if body:
            await peer.send(call, body)
        peer.h2.send_headers(call, [("x-checksum", "1")], end_stream=True)
        await peer.flush()
        await peer.until(lambda: peer.ended(call))
        names = (":status", "x-semroute-model", "content-type")
        return {name: str(peer.header(call, name)) for name in names}


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 30):
        yield body[start : start + 30]
        await trio.sleep(0.01)


async def assert_clean(gateway: Gateway) -> None:
    for counter in ("streams_failed", "spurious_msgs_received", "failure_mode_allowed"):
        assert await gateway.stat(f"http.gateway.ext_proc.{counter}") == 0, counter


@pytest.mark.parametrize(
    ("request_mode", "response_mode"), [*itertools.product(REQUEST_MODES, RESPONSE_MODES)]
)
async def test_any_modes_work_when_they_may_be_changed(
    request_mode: str, response_mode: str
) -> None:
    patch = modes(request_mode, response_mode)
    async with running_gateway(patch=patch) as gateway, gateway.http() as client:
        whole = await client.post(CHAT, json=LAW)
        pieces = await client.post(CHAT, content=in_pieces(BODY))
        streamed = await client.post(CHAT, json=LAW | {"stream": True})
        listed = await client.get("/v1/models")
        passed = await client.post("/v1/files", content=b"data")
        await assert_clean(gateway)
    for response in (whole, pieces, streamed):
        assert response.status_code == 200
        assert response.headers["x-semroute-model"] == "saul-54b"
    assert streamed.text.endswith("data: [DONE]\n\n")
    assert listed.json()["data"][0]["id"] == "auto"
    assert passed.status_code == 404
    assert [received.endpoint for received in gateway.servers.received[:3]] == ["gpu-2"] * 3
    assert [received.json["model"] for received in gateway.servers.received[:3]] == ["saul-54b"] * 3
    assert gateway.servers.received[3].body == b"data"


@pytest.mark.parametrize("response_mode", RESPONSE_MODES)
async def test_buffered_requests_work_when_modes_may_not_be_changed(response_mode: str) -> None:
    patch = modes("BUFFERED", response_mode, may_override=False)
    async with running_gateway(patch=patch) as gateway, gateway.http() as client:
        response = await client.post(CHAT, json=LAW)
        passed = await client.post("/v1/files", content=b"data")
        await assert_clean(gateway)
    assert response.status_code == 200
    assert response.headers["x-semroute-model"] == "saul-54b"
    assert passed.status_code == 404
    assert [received.endpoint for received in gateway.servers.received] == ["gpu-2", "gpu-1"]


async def test_a_streamed_request_is_never_sent_on_unruled_when_modes_may_not_be_changed() -> None:
    patch = modes("STREAMED", "STREAMED", may_override=False)
    async with running_gateway(patch=patch) as gateway, gateway.http() as client:
        whole = await client.post(CHAT, json=LAW)
        pieces = await client.post(CHAT, content=in_pieces(BODY))
        broken = await client.post(CHAT, content=in_pieces(b"x" * 100))
        await assert_clean(gateway)
    assert (whole.status_code, pieces.status_code, broken.status_code) == (200, 200, 400)
    assert [received.json["model"] for received in gateway.servers.received] == ["saul-54b"] * 2


async def test_trailers_after_a_body_change_nothing() -> None:
    async with running_gateway() as gateway:
        answer = await sent_with_trailers(gateway, BODY)
        await assert_clean(gateway)
    assert answer[":status"] == "200"
    assert answer["x-semroute-model"] == "saul-54b"
    (received,) = gateway.servers.received
    assert received.endpoint == "gpu-2"
    assert received.json["model"] == "saul-54b"


async def test_trailers_without_a_body_are_no_way_around_the_router() -> None:
    async with running_gateway() as gateway:
        answer = await sent_with_trailers(gateway, b"")
        await assert_clean(gateway)
    assert (answer[":status"], answer["content-type"]) == ("400", "application/json")
    assert gateway.servers.received == []


async def test_an_answer_in_pieces_passes_piece_by_piece() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(5):
            yield f"data: {number}\n\n".encode()
            await trio.sleep(0.05)

    async with running_gateway() as gateway, gateway.http() as client:
        gateway.servers.answer = lambda _: StreamingResponse(
            pieces(), media_type="text/event-stream"
        )
        times: list[float] = []
        async with client.stream("POST", CHAT, json=LAW | {"stream": True}) as response:
            seen = []
            async for piece in response.aiter_bytes():
                times.append(trio.current_time())
                seen.append(piece)
        await assert_clean(gateway)
    assert b"".join(seen) == b"".join(f"data: {number}\n\n".encode() for number in range(5))
    assert times[-1] - times[0] > 0.1
