"""Many requests at once, and routers that stop while they come."""

import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import trio
from attrs import evolve

from semroute.adapters.envoy import ROUTER_CLUSTER, EnvoyError, EnvoyProcess, running_envoy
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.app.assemble import Router, gateway_of
from semroute.app.settings import Settings
from semroute.domain.address import Address

from .gateway import Gateway, running_gateway

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
LAW = {"model": "auto", "messages": [{"role": "user", "content": "Can my landlord evict me?"}]}


class Tally:
    """What became of requests."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()

    async def ask(self, client: httpx2.AsyncClient) -> None:
        try:
            response = await client.post(CHAT, json=LAW)
        except httpx2.ConnectError:
            self.outcomes["refused"] += 1  # never accepted, so nothing is lost
        except httpx2.TransportError as error:
            self.outcomes[type(error).__name__] += 1
        else:
            model = response.headers.get("x-semroute-model")
            self.outcomes["routed" if model == "saul-54b" else str(response.status_code)] += 1

    async def ask_steadily(
        self, client: httpx2.AsyncClient, per_second: float, seconds: float
    ) -> None:
        """Sends requests at a steady rate, whether or not earlier ones are answered."""
        async with trio.open_nursery() as nursery:
            start = trio.current_time()
            for number in range(int(per_second * seconds)):
                await trio.sleep_until(start + number / per_second)
                nursery.start_soon(self.ask, client)


@asynccontextmanager
async def more_envoys(gateway: Gateway, count: int) -> AsyncIterator[list[str]]:
    """Runs more Envoys in front of the gateway's router; yields where clients connect."""
    assert gateway.router.listening is not None
    document = bootstrap_of(gateway_of(gateway.router.settings, gateway.router.listening.extproc))
    async with AsyncExitStack() as stack:
        urls = [gateway.url]
        for number in range(count):
            log = gateway.directory / f"access-{number}.log"
            envoy = await stack.enter_async_context(running_envoy(document, access_log=log))
            await envoy.reach(ROUTER_CLUSTER)
            urls.append(f"http://{envoy.listen}")
        yield urls


def patient(settings: Settings) -> Settings:
    """Gives everybody time: clients, router and model servers share one thread here."""
    return evolve(
        settings,
        envoy=evolve(settings.envoy, message_timeout_seconds=50),
        routing=evolve(settings.routing, budget_seconds=50),
        screening=evolve(settings.screening, budget_seconds=50),
    )


async def test_a_thousand_requests_at_once_over_three_envoys() -> None:
    tally = Tally()
    async with running_gateway(patient) as gateway, more_envoys(gateway, 2) as urls:
        async with AsyncExitStack() as stack, trio.open_nursery() as nursery:
            limits = httpx2.Limits(max_connections=None)
            for url in urls:
                client = httpx2.AsyncClient(base_url=url, timeout=60, limits=limits)
                await stack.enter_async_context(client)
                for _ in range(334):
                    nursery.start_soon(tally.ask, client)
        await gateway.until_metric("semroute_extproc_streams 0.0")
        lines = await gateway.metrics()
    assert tally.outcomes == {"routed": 1002}
    assert not any(line.startswith("extproc_stream_errors_total{") for line in lines)


async def test_an_envoy_that_is_killed_leaves_nothing_behind() -> None:
    tally = Tally()
    async with running_gateway() as gateway:
        gateway.classifier.delay_seconds = 0.3
        assert gateway.router.listening is not None
        document = bootstrap_of(
            gateway_of(gateway.router.settings, gateway.router.listening.extproc)
        )
        log = gateway.directory / "access-2.log"
        with pytest.RaisesGroup(
            pytest.RaisesExc(EnvoyError, match="status -9"), flatten_subgroups=True
        ):
            async with (
                running_envoy(document, access_log=log) as envoy,
                httpx2.AsyncClient(base_url=f"http://{envoy.listen}", timeout=20) as doomed,
                trio.open_nursery() as nursery,
            ):
                for _ in range(20):
                    nursery.start_soon(tally.ask, doomed)
                await gateway.until_metric("semroute_extproc_streams 20.0")
                os.kill(envoy.pid, signal.SIGKILL)
                await trio.sleep_forever()
        with trio.fail_after(1):
            await gateway.until_metric("semroute_extproc_streams 0.0")
        await gateway.until_metric("semroute_retained_bytes 0.0")
        gateway.classifier.delay_seconds = 0
        async with gateway.http() as client:
            await tally.ask(client)
    assert tally.outcomes["routed"] == 1


async def test_stopping_the_gateway_under_load_loses_no_request() -> None:
    tally = Tally()
    async with running_gateway() as gateway, gateway.http() as client:
        gateway.classifier.delay_seconds = 0.05
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tally.ask_steadily, client, 100, 2)
            await trio.sleep(1)
            gateway.stop.set()
    assert set(tally.outcomes) <= {"routed", "refused"}
    assert tally.outcomes["routed"] > 80


async def test_envoy_is_announced_when_it_reaches_the_router_and_not_before(tmp_path: Path) -> None:
    tally = Tally()
    reached = trio.Event()

    async def reach(envoy: EnvoyProcess) -> None:
        await envoy.reach(ROUTER_CLUSTER)
        reached.set()

    async with running_gateway() as gateway, trio.open_nursery() as nursery:
        address = Address.parse(f"unix:{tmp_path}/late")
        document = bootstrap_of(gateway_of(gateway.router.settings, address))
        log = gateway.directory / "access-2.log"
        async with (
            running_envoy(document, access_log=log) as envoy,
            httpx2.AsyncClient(base_url=f"http://{envoy.listen}", timeout=20) as client,
        ):
            nursery.start_soon(reach, envoy)
            await tally.ask(client)
            assert tally.outcomes == {"503": 1}
            assert not reached.is_set()
            server = evolve(gateway.router.settings.server, extproc=str(address))
            late = Router(
                evolve(gateway.router.settings, server=server),
                gateway.classifier,
                gateway.router.detectors,
            )
            stop = trio.Event()
            await nursery.start(late.run, stop)
            with trio.fail_after(20):
                await reached.wait()
            await tally.ask(client)
            stop.set()
    assert tally.outcomes["routed"] == 1


async def test_stopping_one_of_two_routers_under_load_costs_no_request(tmp_path: Path) -> None:
    tally = Tally()
    async with running_gateway() as gateway, trio.open_nursery() as routers:
        gateway.classifier.delay_seconds = 0.05
        settings = gateway.router.settings
        server = evolve(settings.server, extproc=f"unix:{tmp_path}/second", drain_seconds=5)
        theirs = evolve(settings, server=server)
        second = Router(theirs, gateway.classifier, gateway.router.detectors)
        stop = trio.Event()
        listening = await routers.start(second.run, stop)
        assert gateway.router.listening is not None
        addresses = gateway.router.listening.extproc, listening.extproc
        document = bootstrap_of(gateway_of(settings, *addresses))
        log = gateway.directory / "access-2.log"
        async with (
            running_envoy(document, access_log=log) as envoy,
            httpx2.AsyncClient(base_url=f"http://{envoy.listen}", timeout=20) as client,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(tally.ask_steadily, client, 100, 6)
            await trio.sleep(1)
            stop.set()
            await trio.sleep(1)
            metrics = second.metrics().splitlines()
    (answered,) = (line for line in metrics if line.startswith("semroute_decisions_total{"))
    assert float(answered.rpartition(" ")[2]) > 20  # it had its share
    assert tally.outcomes == {"routed": 600}
