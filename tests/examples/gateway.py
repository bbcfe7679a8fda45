"""A gateway with an example's configuration: real Envoy, the real router and its encoder."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import trio
from attrs import evolve, frozen

from semroute.adapters.envoy import EnvoyProcess
from semroute.adapters.http import bound_socket, serve_http
from semroute.app.assemble import router_of, run_gateway
from semroute.app.cli.configuration import read_configuration
from semroute.app.settings import Settings
from semroute.domain.address import Address
from tests.integration.gateway import ModelServers, private

_ANYWHERE = Address("127.0.0.1", 0)
_PATIENCE_SECONDS = 10.0  # a slow machine must not change what is decided


@frozen
class Example:
    """A gateway that runs, and what stands behind it."""

    envoy: EnvoyProcess
    servers: ModelServers

    @property
    def url(self) -> str:
        return f"http://{self.envoy.listen}"


@asynccontextmanager
async def running_example(directory: Path, down: Collection[str] = ()) -> AsyncIterator[Example]:
    """Runs the gateway of a directory's `semroute.yaml`.

    Args:
        directory: The example's.
        down: The endpoints at which nobody shall listen.
    """
    configuration = read_configuration(directory / "semroute.yaml")
    servers, stop = ModelServers(), trio.Event()
    envoys: list[EnvoyProcess] = []
    announced = trio.Event()

    def announce(envoy: EnvoyProcess) -> None:
        envoys.append(envoy)
        announced.set()

    async def run(settings: Settings, log: Path) -> None:
        router = router_of(settings, configuration.library)
        await run_gateway(router, stop, announce=announce, access_log=log)

    with TemporaryDirectory(prefix="semroute-") as name:
        async with trio.open_nursery() as models:
            settings = _patient(private(configuration.settings, Path(name)))
            endpoints = {}
            for endpoint, place in settings.endpoints.items():
                address, sock = bound_socket(_ANYWHERE)
                if endpoint in down:
                    sock.close()
                else:
                    await models.start(serve_http, servers.app(endpoint), sock)
                endpoints[endpoint] = evolve(place, address=str(address))
            settings = evolve(settings, endpoints=endpoints)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(run, settings, Path(name) / "access.log")
                with trio.fail_after(120):
                    await announced.wait()
                    await _until_unhealthy(envoys[0], down)
                yield Example(envoys[0], servers)
                stop.set()
            models.cancel_scope.cancel()


def _patient(settings: Settings) -> Settings:
    routing, admin = settings.routing, settings.envoy.admin
    if routing.health == "envoy":  # the router must be told where to ask before Envoy runs
        address, sock = bound_socket(_ANYWHERE)
        sock.close()
        admin = str(address)
    return evolve(
        settings,
        routing=evolve(routing, budget_seconds=_PATIENCE_SECONDS),
        screening=evolve(settings.screening, budget_seconds=_PATIENCE_SECONDS),
        envoy=evolve(settings.envoy, admin=admin, message_timeout_seconds=2 * _PATIENCE_SECONDS),
    )


async def _until_unhealthy(envoy: EnvoyProcess, down: Collection[str]) -> None:
    """Waits until Envoy knows who is down."""
    async with httpx2.AsyncClient() as client:
        for endpoint in down:
            name = f"cluster.{endpoint}.membership_healthy"
            while f"{name}: 0" not in await _stats(client, envoy, name):  # noqa: ASYNC110 - over HTTP
                await trio.sleep(0.05)


async def _stats(client: httpx2.AsyncClient, envoy: EnvoyProcess, name: str) -> str:
    return (await client.get(f"http://{envoy.admin}/stats?filter={name}")).text
