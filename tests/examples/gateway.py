"""A gateway with an example's configuration: real Envoy, the real router and its encoder."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trio
from attrs import evolve, frozen

from semroute.adapters.envoy import EnvoyProcess
from semroute.adapters.http import bound_socket, serve_http
from semroute.app.assemble import Router, router_of, run_gateway
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
            router = router_of(settings, configuration.library)
            run = partial(run_gateway, announce=announce, access_log=Path(name) / "access.log")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(run, router, stop)
                with trio.fail_after(120):
                    await announced.wait()
                    await _until_unhealthy(router, len(down))
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


async def _until_unhealthy(router: Router, endpoints: int) -> None:
    """Waits until the router knows how many endpoints are out of order, if it is to know."""
    if router.settings.routing.health == "envoy":
        line = f"semroute_endpoints_unhealthy {endpoints:.1f}"
        while line not in router.metrics().splitlines():  # noqa: ASYNC110 - it has no event for it
            await trio.sleep(0.05)
