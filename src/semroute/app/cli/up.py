"""`semroute up`."""

import logging
from functools import partial
from pathlib import Path
from typing import Annotated

import trio
from cyclopts import Parameter

from semroute.adapters.envoy import EnvoyProcess
from semroute.adapters.structlog import configure_logging
from semroute.app.assemble import router_of, run_gateway
from semroute.app.lifecycle import first_of, stop_on_signals

from .configuration import ConfigOption, Configuration, read_configuration
from .progress import show_progress

_log = logging.getLogger(__name__)

AccessLogOption = Annotated[
    Path | None,
    Parameter(help="Envoy's access log; standard error if not given."),
]


def up(*, config: ConfigOption = None, access_log: AccessLogOption = None) -> None:
    """Run the router and an Envoy in front of it, from one configuration.

    SIGTERM or SIGINT lets requests in flight finish, then exits with 0; a second one exits at
    once.
    """
    configuration = read_configuration(config)
    log = configuration.settings.log
    configure_logging(log.level, log.format)
    if configuration.settings.server.workers > 1:
        _log.warning("this runs one router process; `serve` runs server.workers of them")
    trio.run(_up, configuration, access_log)


async def _up(configuration: Configuration, access_log: Path | None) -> None:
    settings = configuration.settings
    router = router_of(settings, configuration.library)
    stop, announced = trio.Event(), trio.Event()

    def announce(envoy: EnvoyProcess) -> None:
        announced.set()
        where = f"clients connect to http://{envoy.listen}; Envoy's admin page is {envoy.admin}"
        print(where, flush=True)

    async with trio.open_nursery() as signals:
        await signals.start(stop_on_signals, stop)
        async with trio.open_nursery() as nursery:
            with show_progress() as progress:
                run = partial(
                    run_gateway, progress=progress, announce=announce, access_log=access_log
                )
                nursery.start_soon(run, router, stop)
                await first_of(announced, stop)
        signals.cancel_scope.cancel()
