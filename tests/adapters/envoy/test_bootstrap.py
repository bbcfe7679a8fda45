"""The generated Envoy configuration, checked by Envoy."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from attrs import evolve

from semroute.adapters.envoy import (
    ROUTER_CLUSTER,
    EnvoyError,
    EnvoyProcess,
    Gateway,
    RefusedByEnvoyError,
    Upstream,
    process,
    running_envoy,
    validate,
)
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.domain.address import Address
from tests.integration.gateway import found

pytestmark = pytest.mark.envoy

ANYWHERE = Address("127.0.0.1", 0)
GATEWAY = Gateway(
    listen=ANYWHERE,
    admin=ANYWHERE,
    routers=(Address.parse("unix:/run/router-1.sock"), Address("127.0.0.1", 50051)),
    upstreams=(
        Upstream("plain", Address("127.0.0.1", 8001)),
        Upstream("checked", Address("127.0.0.1", 8002), health_path="/health"),
        Upstream("named", Address("models.example", 80), chosen_by="10.0.0.7:80"),
    ),
    fallback="checked",
    endpoint_header="x-to",
    owned_headers=("x-to", "x-model"),
    failure_mode="closed",
    message_timeout_seconds=2,
    longest_wait_seconds=31,
    request_timeout_seconds=300,
    max_body_bytes=1 << 24,
    max_streams=1000,
    metadata_namespace="semroute",
    service="semantic_router",
    ca_file="/etc/ssl/certs/ca-certificates.crt",
)


@pytest.mark.parametrize("mode", ["closed", "open"])
def test_envoy_accepts_the_configuration(mode: Any) -> None:
    validate(bootstrap_of(evolve(GATEWAY, failure_mode=mode)))


def test_envoy_accepts_a_shadow_and_a_router_behind_a_name() -> None:
    named = (Address("router.example", 50051),)
    document = bootstrap_of(evolve(GATEWAY, is_shadow=True, routers=named))
    validate(document)
    assert found(document, "observability_mode") == [True]
    assert found(bootstrap_of(GATEWAY), "observability_mode") == []
    router = document["static_resources"]["clusters"][0]
    assert router["type"] == "STRICT_DNS"


def test_envoy_rejects_what_is_wrong_and_says_what() -> None:
    document = bootstrap_of(GATEWAY)
    document["static_resources"]["clusters"][0]["conect_timeout"] = "1s"
    with pytest.raises(RefusedByEnvoyError, match="conect_timeout"):
        validate(document)


def test_the_failure_mode_is_said_either_way() -> None:
    assert found(bootstrap_of(GATEWAY), "failure_mode_allow") == [False]
    assert found(bootstrap_of(GATEWAY), "response_body_mode") == ["NONE"]
    assert found(bootstrap_of(evolve(GATEWAY, failure_mode="open")), "failure_mode_allow") == [True]


def test_clients_copies_of_our_headers_go_before_the_first_lookup() -> None:
    (extension,) = found(bootstrap_of(GATEWAY), "early_header_mutation_extensions")
    assert found(extension, "remove") == ["x-to", "x-model"]


def test_every_upstream_has_a_route_and_a_cluster_and_the_fallback_is_last() -> None:
    document = bootstrap_of(GATEWAY)
    (routes,) = found(document, "routes")
    assert [route["name"] for route in routes] == ["plain", "checked", "named", "fallback"]
    assert [found(route, "exact") for route in routes] == [
        ["plain"],
        ["checked"],
        ["10.0.0.7:80"],
        [],
    ]
    assert routes[-1]["route"]["cluster"] == "checked"
    assert routes[2]["route"]["auto_host_rewrite"] is True
    clusters = {each["name"]: each for each in document["static_resources"]["clusters"]}
    assert set(clusters) == {"semroute", "plain", "checked", "named"}
    assert len(found(clusters["semroute"], "lb_endpoints")[0]) == 2
    assert "health_checks" not in clusters["plain"]
    assert found(clusters["checked"], "path") == ["/health"]
    assert clusters["named"]["type"] == "STRICT_DNS"


def test_the_configuration_is_plain_json() -> None:
    document = bootstrap_of(GATEWAY)
    assert json.loads(json.dumps(document)) == document


async def test_envoy_runs_and_stops() -> None:
    async with running_envoy(bootstrap_of(GATEWAY), concurrency=1) as envoy:
        assert envoy.listen.port
        assert envoy.admin.port
        pid = envoy.pid
        await (await trio.open_tcp_stream(envoy.listen.host, envoy.listen.port)).aclose()
        await envoy.drain(2)
    assert not await trio.Path(f"/proc/{pid}").exists()


async def answer(stream: trio.SocketStream) -> None:
    """Answers one request, once all of it is here."""
    request = b""
    while not request.endswith(b"hello"):
        request += await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")


@asynccontextmanager
async def asked_by_a_client(
    model: Callable[[trio.SocketStream], Awaitable[None]],
) -> AsyncIterator[tuple[EnvoyProcess, trio.SocketStream]]:
    """Runs Envoy before a model, without a router, and sends it a request."""
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, model, 0, host="127.0.0.1")
        (listener,) = await nursery.start(serve)
        upstream = Upstream("plain", Address("127.0.0.1", listener.socket.getsockname()[1]))
        nobody = (Address.parse("unix:/nowhere/router.sock"),)
        gateway = evolve(
            GATEWAY, is_shadow=True, routers=nobody, upstreams=(upstream,), fallback="plain"
        )
        async with running_envoy(bootstrap_of(gateway), concurrency=1) as envoy:
            with trio.fail_after(20):
                client = await trio.open_tcp_stream(envoy.listen.host, envoy.listen.port)
                request = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello"
                await client.send_all(request)
                yield envoy, client
            await client.aclose()
        nursery.cancel_scope.cancel()


async def test_a_shadow_that_is_down_is_not_noticed() -> None:
    async with asked_by_a_client(answer) as (envoy, client):
        reply = await client.receive_some()
        await client.aclose()
        await envoy.drain(2)
    assert reply.startswith(b"HTTP/1.1 200 OK")


async def test_an_answer_given_while_it_drains_tells_the_client_to_close() -> None:
    asked, may_answer = trio.Event(), trio.Event()

    async def answer_later(stream: trio.SocketStream) -> None:
        asked.set()
        await may_answer.wait()
        await answer(stream)

    async with asked_by_a_client(answer_later) as (envoy, client):
        await asked.wait()
        async with trio.open_nursery() as draining:
            draining.start_soon(envoy.drain, 20)
            await until_refused(envoy.listen)
            may_answer.set()
            reply = await client.receive_some()
    assert b"\r\nconnection: close\r\n" in reply


async def until_refused(address: Address) -> None:
    """Waits until nobody listens at an address."""
    while True:
        try:
            stream = await trio.open_tcp_stream(address.host, address.port)
        except OSError:
            return
        await stream.aclose()
        await trio.sleep(0.02)


async def test_a_router_that_nobody_reaches_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_envoy(bootstrap_of(GATEWAY), concurrency=1) as envoy:
        monkeypatch.setattr(process, "_START_SECONDS", 0.3)
        with pytest.raises(EnvoyError, match="reached nothing of the cluster semroute"):
            await envoy.reach(ROUTER_CLUSTER)


async def test_an_envoy_that_stops_is_noticed() -> None:
    with pytest.RaisesGroup(pytest.RaisesExc(EnvoyError, match="stopped with status")):
        async with running_envoy(bootstrap_of(GATEWAY), concurrency=1) as envoy:
            await trio.run_process(["kill", "-9", str(envoy.pid)])
            await trio.sleep(10)


async def test_an_envoy_that_does_not_start_is_explained() -> None:
    document = bootstrap_of(evolve(GATEWAY, fallback="plain"))
    document["static_resources"]["clusters"][0]["conect_timeout"] = "1s"
    with pytest.RaisesGroup(pytest.RaisesExc(EnvoyError, match="conect_timeout")):
        async with running_envoy(document, concurrency=1):
            pass
