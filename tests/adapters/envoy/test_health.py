"""The health of endpoints as Envoy tells it."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import trio
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from semroute.adapters.envoy import Gateway, Upstream, running_envoy
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.adapters.envoy.health import EnvoyHealth
from semroute.adapters.http import bound_socket, serve_http
from semroute.domain.address import Address
from semroute.domain.health import EndpointHealth, Health

ANYWHERE = Address("127.0.0.1", 0)
LOGGER = "semroute.adapters.envoy.health"

Hosts = list[dict[str, Any]]


@define(eq=False)
class Server:
    """An HTTP server whose answer can be changed."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        Request(scope, receive)
        await PlainTextResponse(self.body, self.status, self.headers)(scope, receive, send)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Address]:
    address, sock = bound_socket(ANYWHERE)
    async with trio.open_nursery() as nursery:
        await nursery.start(serve_http, server, sock)
        yield address
        nursery.cancel_scope.cancel()


def clusters(hosts: Mapping[str, Hosts]) -> str:
    statuses = [
        {"name": name, "host_statuses": [{"health_status": each} for each in theirs]}
        for name, theirs in hosts.items()
    ]
    return json.dumps({"cluster_statuses": statuses})


async def looked(body: str, *names: str, status: int = 200) -> EnvoyHealth:
    """Returns what an admin page with this answer makes known of endpoints."""
    health = EnvoyHealth(Address("127.0.0.1", 9), frozenset(names))
    answer = httpx2.MockTransport(lambda _: httpx2.Response(status, text=body))
    async with httpx2.AsyncClient(transport=answer) as client:
        await health.look(client)
    return health


@pytest.mark.parametrize(
    "status",
    [
        {"failed_active_health_check": True},
        {"failed_outlier_check": True},
        {"eds_health_status": "UNHEALTHY"},
        {"eds_health_status": "DRAINING"},
        {"eds_health_status": "TIMEOUT"},
        {"failed_active_health_check": True, "eds_health_status": "HEALTHY"},
    ],
)
async def test_an_endpoint_whose_host_envoy_avoids_is_unhealthy(status: dict[str, Any]) -> None:
    health = await looked(clusters({"gpu": [status]}), "gpu")
    assert health.health == Health(frozenset({"gpu"}))


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"eds_health_status": "HEALTHY"},
        {"eds_health_status": "DEGRADED"},
        {"failed_active_degraded_check": True},
        {"eds_health_status": "SOMETHING_NEW"},
    ],
)
async def test_an_endpoint_that_envoy_uses_is_healthy(status: dict[str, Any]) -> None:
    health = await looked(clusters({"gpu": [status]}), "gpu")
    assert health.is_known
    assert health.health == Health()


async def test_one_host_that_answers_is_enough() -> None:
    hosts: Hosts = [{"failed_outlier_check": True}, {}, {"failed_active_health_check": True}]
    assert (await looked(clusters({"gpu": hosts}), "gpu")).health == Health()


async def test_an_endpoint_without_a_host_is_unhealthy() -> None:
    """Its name resolves to nothing, and Envoy would answer 503 itself."""
    assert (await looked(clusters({"gpu": []}), "gpu")).health == Health(frozenset({"gpu"}))


async def test_clusters_that_are_no_endpoints_are_left_out() -> None:
    bad: Hosts = [{"failed_active_health_check": True}]
    health = await looked(clusters({"semroute": bad, "gpu": [{}]}), "gpu")
    assert health.health == Health()


async def test_an_endpoint_that_envoy_does_not_know_is_not_called_unhealthy() -> None:
    assert (await looked(clusters({}), "gpu")).health == Health()


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=3),
    )
)
def test_an_endpoint_is_unhealthy_if_every_host_is(
    flags: dict[str, list[tuple[bool, bool, bool]]],
) -> None:
    hosts = {
        name: [
            {
                "failed_active_health_check": active,
                "failed_outlier_check": outlier,
                "eds_health_status": "DRAINING" if drained else "HEALTHY",
            }
            for active, outlier, drained in theirs
        ]
        for name, theirs in flags.items()
    }
    expected = {name for name, theirs in flags.items() if all(map(any, theirs))}
    assert trio.run(lambda: looked(clusters(hosts), "a", "b", "c")).health.unhealthy == expected


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, clusters({"gpu": []})),
        (302, ""),
        (200, ""),
        (200, "gpu::healthy"),
        (200, '{"cluster_statuses": 1}'),
        (200, '{"cluster_statuses": [{"host_statuses": []}]}'),
        (200, '{"cluster_statuses": [{"name": "gpu", "host_statuses": [{"health_status": 0}]}]}'),
    ],
)
async def test_what_is_no_answer_makes_nothing_unhealthy(status: int, body: str) -> None:
    health = await looked(body, "gpu", status=status)
    assert not health.is_known
    assert health.health == Health()


async def test_nothing_is_unhealthy_before_envoy_was_asked() -> None:
    health: EndpointHealth = EnvoyHealth(ANYWHERE, frozenset({"gpu"}))
    assert not health.is_known
    assert health.health == Health()


async def test_what_was_known_outlives_two_answers_that_fail_and_not_a_third(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server(body=clusters({"gpu": [{"failed_active_health_check": True}]}))
    caplog.set_level(logging.INFO, LOGGER)
    with trio.fail_after(20):
        async with serving(server) as address, httpx2.AsyncClient(trust_env=False) as client:
            health = EnvoyHealth(address, frozenset({"gpu"}))
            await health.look(client)
            known = health.health
            server.status = 500
            seen = []
            for _ in range(5):
                await health.look(client)
                seen.append((health.is_known, health.health == known))
            assert seen == [(True, True)] * 2 + [(False, False)] * 3
            assert health.health == Health()
            server.status = 200
            await health.look(client)
            assert health.is_known
            assert health.health == known
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        (
            "WARNING",
            "Envoy does not say which endpoints are healthy; all count as such: status 500",
        ),
        ("INFO", "Envoy says again which endpoints are healthy"),
    ]


async def test_nobody_there_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    address, sock = bound_socket(ANYWHERE)
    sock.close()
    health = EnvoyHealth(address, frozenset({"gpu"}))
    async with httpx2.AsyncClient(trust_env=False) as client:
        for _ in range(4):
            await health.look(client)
    assert [each.name for each in caplog.records] == [LOGGER]


async def test_envoy_that_never_answers_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    class Silent(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await trio.sleep_forever()
            raise AssertionError

    health = EnvoyHealth(ANYWHERE, frozenset({"gpu"}))
    async with httpx2.AsyncClient(transport=Silent()) as client:
        began = trio.current_time()
        await health.look(client)
    assert trio.current_time() - began == pytest.approx(2)
    assert not health.is_known


async def test_envoy_may_start_after_the_router() -> None:
    server = Server(status=503)
    async with serving(server) as address:
        health = EnvoyHealth(address, frozenset({"gpu"}))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(health.run)
            await trio.sleep(0.1)
            server.status, server.body = 200, clusters({"gpu": []})
            with trio.fail_after(4):  # and not after five seconds
                while not health.health.unhealthy:  # noqa: ASYNC110 - over HTTP
                    await trio.sleep(0.05)
            nursery.cancel_scope.cancel()
    assert health.health.unhealthy == {"gpu"}


def hasty(document: dict[str, Any]) -> dict[str, Any]:
    """Lets Envoy ask more often than anybody would, so that nobody has to wait."""
    for cluster in document["static_resources"]["clusters"]:
        for check in cluster.get("health_checks", ()):
            check["interval"] = check["no_traffic_interval"] = "0.05s"
            check["unhealthy_threshold"] = check["healthy_threshold"] = 1
    return document


async def until(is_so: Callable[[], bool]) -> None:
    with trio.fail_after(10):
        while not is_so():  # noqa: ASYNC110 - another process has no events for us
            await trio.sleep(0.02)


@pytest.mark.envoy
async def test_an_endpoint_that_fails_its_checks_is_known_and_so_is_its_return() -> None:
    sick, well = Server(), Server()
    with trio.fail_after(60):
        async with serving(sick) as first, serving(well) as second:
            upstreams = (
                Upstream("sick", first, health_path="/health"),
                Upstream("well", second, health_path="/health"),
                Upstream("unasked", ANYWHERE),
            )
            gateway = Gateway(
                listen=ANYWHERE,
                admin=ANYWHERE,
                routers=(Address.parse("unix:/nowhere/router.sock"),),
                upstreams=upstreams,
                fallback="well",
                endpoint_header="x-to",
                owned_headers=("x-to",),
                failure_mode="closed",
                message_timeout_seconds=2,
                longest_wait_seconds=31,
                request_timeout_seconds=300,
                max_body_bytes=1024,
                max_streams=10,
                metadata_namespace="semroute",
                service="semroute",
                ca_file="/etc/ssl/certs/ca-certificates.crt",
            )
            names = frozenset(each.name for each in upstreams)
            async with (
                running_envoy(hasty(bootstrap_of(gateway)), concurrency=1) as envoy,
                trio.open_nursery() as nursery,
            ):
                health = EnvoyHealth(envoy.admin, names, interval_seconds=0.02)
                nursery.start_soon(health.run)
                await until(lambda: health.is_known and health.health == Health())
                sick.status = 503
                await until(lambda: health.health == Health(frozenset({"sick"})))
                sick.status = 200
                await until(lambda: health.health == Health())
                assert health.is_known
                nursery.cancel_scope.cancel()
