"""What clients see when parts of the gateway fail."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Literal

import httpx2
import pytest
import trio
from attrs import evolve
from starlette.responses import StreamingResponse

from semroute.app.settings import EndpointSettings, Settings
from semroute.domain.errors import ClassifierError, OverloadedError

from .gateway import Change, running_gateway

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
LAW = {"model": "auto", "messages": [{"role": "user", "content": "Can my landlord evict me?"}]}


@pytest.mark.parametrize(
    ("error", "delay", "reason"),
    [
        (ClassifierError("boom"), 0, "classifier_error"),
        (OverloadedError("full"), 0, "classifier_overload"),
        (None, 60, "classifier_timeout"),
    ],
)
async def test_a_classifier_in_trouble_costs_only_the_choice(
    error: ClassifierError | None, delay: float, reason: str
) -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        gateway.classifier.error, gateway.classifier.delay_seconds = error, delay
        response = await client.post(CHAT, json=LAW)
        assert response.status_code == 200
        assert response.headers["x-semroute-reason"] == reason
        assert response.headers["x-semroute-model"] == "llama-3.3-70b"
        assert f'semroute_fallback_total{{reason="{reason}"}} 1.0' in await gateway.metrics()


def failing(mode: Literal["closed", "open"]) -> Change:
    def change(settings: Settings) -> Settings:
        return evolve(settings, envoy=evolve(settings.envoy, failure_mode=mode))

    return change


async def test_a_bug_in_the_router_fails_closed_with_an_error_clients_understand() -> None:
    async with running_gateway(failing("closed")) as gateway, gateway.http() as client:
        gateway.classifier.error = ZeroDivisionError("a bug")  # type: ignore[assignment]
        response = await client.post(CHAT, json=LAW)
        assert response.status_code == 503
        assert response.json()["error"]["type"] == "gateway_error"
        assert gateway.servers.received == []
        lines = await gateway.metrics()
        assert 'extproc_stream_errors_total{error_type="internal"} 1.0' in lines
        gateway.classifier.error = None
        assert (await client.post(CHAT, json=LAW)).status_code == 200


async def test_a_bug_in_the_router_fails_open_where_that_is_wanted() -> None:
    async with running_gateway(failing("open")) as gateway, gateway.http() as client:
        gateway.classifier.error = ZeroDivisionError("a bug")  # type: ignore[assignment]
        response = await client.post(CHAT, json=LAW)
        assert response.status_code == 200
        (received,) = gateway.servers.received
        assert received.endpoint == "gpu-1"  # the default model's first endpoint
        assert received.json["model"] == "auto"  # unprocessed
        assert await gateway.stat("http.gateway.ext_proc.failure_mode_allowed") == 1


async def test_a_forged_header_does_not_choose_the_endpoint_when_the_router_fails_open() -> None:
    async with running_gateway(failing("open")) as gateway, gateway.http() as client:
        gateway.classifier.error = ZeroDivisionError("a bug")  # type: ignore[assignment]
        headers = {"x-gateway-destination-endpoint": "cpu-1"}
        await client.post(CHAT, json=LAW, headers=headers)
        assert gateway.servers.received[0].endpoint == "gpu-1"


async def test_a_router_that_is_too_slow_is_given_up_by_envoy() -> None:
    def change(settings: Settings) -> Settings:
        return evolve(
            settings,
            envoy=evolve(settings.envoy, message_timeout_seconds=0.3),
            routing=evolve(settings.routing, budget_seconds=60),
        )

    async with running_gateway(change) as gateway, gateway.http() as client:
        gateway.classifier.delay_seconds = 60
        response = await client.post(CHAT, json=LAW)
        assert response.status_code == 504
        assert response.json()["error"]["code"] == 504
        assert gateway.servers.received == []
        await gateway.until_metric("semroute_extproc_streams 0.0")


async def test_a_client_that_leaves_leaves_nothing_behind() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        gateway.classifier.delay_seconds = 0.5
        with trio.move_on_after(0.2):
            await client.post(CHAT, json=LAW)
        await gateway.until_metric("semroute_extproc_streams 0.0")
        assert gateway.servers.received == []
        lines = await gateway.metrics()
        assert 'semroute_exchanges_total{outcome="abandoned",verdict="none"} 1.0' in lines
        assert not any(line.startswith("extproc_stream_errors_total{") for line in lines)


CUT = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    b'3b\r\ndata: {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}\r\n'
)


async def test_an_answer_that_is_cut_off_is_not_learned_from() -> None:
    async def cut_off(stream: trio.SocketStream) -> None:
        async with stream:
            if await stream.receive_some():
                await stream.send_all(CUT)
                await trio.sleep(0.3)

    async with trio.open_nursery() as nursery:
        (listener,) = await nursery.start(partial(trio.serve_tcp, cut_off, 0, host="127.0.0.1"))
        port = listener.socket.getsockname()[1]

        def change(settings: Settings) -> Settings:
            place = EndpointSettings(f"127.0.0.1:{port}")
            return evolve(settings, endpoints=dict.fromkeys(settings.endpoints, place))

        async with running_gateway(change) as gateway, gateway.http() as client:
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.post(CHAT, json=LAW)
            done = 'semroute_exchanges_total{outcome="abandoned",verdict="routed"} 1.0'
            lines = await gateway.until_metric(done)
            assert not any(line.startswith("semroute_tokens_total{") for line in lines)
        nursery.cancel_scope.cancel()


async def test_stopping_finishes_what_is_in_flight() -> None:
    async with running_gateway() as gateway, gateway.http() as client:
        gateway.classifier.delay_seconds = 0.5
        statuses: list[int] = []

        async def ask() -> None:
            statuses.append((await client.post(CHAT, json=LAW)).status_code)

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
            await trio.sleep(0.25)
            gateway.stop.set()
        assert statuses == [200] * 10


async def test_stopping_does_not_wait_for_an_answer_that_never_ends() -> None:
    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield b"data: {}\n\n"
            await trio.sleep(0.05)

    async with running_gateway() as gateway, gateway.http() as client:
        gateway.servers.answer = lambda _: StreamingResponse(
            forever(), media_type="text/event-stream"
        )
        async with client.stream("POST", CHAT, json=LAW) as response:
            assert response.status_code == 200
            started = trio.current_time()
            gateway.stop.set()
            with pytest.raises(httpx2.RemoteProtocolError):
                async for _ in response.aiter_bytes():
                    pass
        assert 1 < trio.current_time() - started < 6
