"""Whatever goes wrong and wherever, a model server gets what was ruled on or nothing."""

import itertools

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response

from semroute.adapters.extproc import service
from semroute.app import converse, route

from .faults import Fault, injected
from .gateway import Gateway, running_gateway

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
QUESTION = {"role": "user", "content": "Can my landlord evict me?"}
REQUESTS = {
    "short": {"model": "auto", "messages": [QUESTION]},
    "streamed": {"model": "auto", "messages": [QUESTION], "stream": True},
    "long": {"model": "auto", "messages": [QUESTION] * 3_000},
}


def quick(_: Request) -> Response:
    events = b'data: {"choices": []}\n\ndata: [DONE]\n\n'
    return Response(events, media_type="text/event-stream")


async def ask(gateway: Gateway, client: httpx2.AsyncClient, request: str) -> httpx2.Response | None:
    """Sends a request; None if the connection is cut."""
    try:
        return await client.post(CHAT, json=REQUESTS[request])
    except httpx2.TransportError:
        return None


@pytest.mark.parametrize("request_", REQUESTS)
async def test_no_fault_lets_a_request_through_that_was_not_ruled_on(request_: str) -> None:
    with injected(converse, route, service) as injector:
        async with running_gateway() as gateway, gateway.http() as client:
            gateway.servers.answer = quick
            response = await ask(gateway, client, request_)
            assert response is not None
            assert response.status_code == 200
            reached = sorted(injector.reached, key=str)
            failed = 0
            for site, kind, when in itertools.product(
                reached, ("raise", "cancel"), ("before", "after")
            ):
                for visit in itertools.count():
                    injector.arm(Fault(kind, when, site, visit))
                    response = await ask(gateway, client, request_)
                    if not injector.has_struck:
                        break
                    failed += response is None or response.status_code != 200
                    where = f"{kind} {when} {site}, visit {visit}"
                    for received in gateway.servers.received:
                        assert received.json["model"] == "saul-54b", where
                        assert received.endpoint == "gpu-2", where
                    gateway.servers.received.clear()
            injector.disarm()
            assert failed > 2 * len(reached)  # most faults come before the ruling is out
            response = await ask(gateway, client, request_)
            assert response is not None
            assert response.status_code == 200
            await gateway.until_metric("semroute_extproc_streams 0.0")


async def test_every_await_is_reached_by_some_request() -> None:
    with injected(converse, route, service) as injector:
        async with running_gateway() as gateway, gateway.http() as client:
            for request in REQUESTS:
                await ask(gateway, client, request)
            await client.get("/v1/models")
        assert len(injector.sites) > 10
        assert injector.sites - injector.reached == set()
