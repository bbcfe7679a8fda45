"""`semroute serve`."""

from functools import partial

import trio

from semroute.adapters.processes import Job
from semroute.adapters.structlog import configure_logging
from semroute.app.assemble import Workers, router_of
from semroute.app.assemble.cache_keys import operators_token_of
from semroute.app.lifecycle import stop_on_signals

from .configuration import ConfigOption, Configuration, WorkersOption, read_configuration
from .progress import show_progress


def serve(*, config: ConfigOption = None, workers: WorkersOption = None) -> None:
    """Serve Envoy's External Processing calls.

    With several workers, each is a process that listens on an address of its own; one that ends
    is started again, and `server.admin` shows how all of them are.

    SIGTERM or SIGINT lets exchanges in flight finish, worker after worker, then exits with 0; a
    second one exits at once.
    """
    configuration = read_configuration(config, workers)
    log = configuration.settings.log
    configure_logging(log.level, log.format)
    trio.run(_serve if configuration.settings.server.workers == 1 else _supervise, configuration)


async def _supervise(configuration: Configuration) -> None:
    server = configuration.settings.server
    jobs = [
        Job(configuration.text, configuration.name, index, server.workers)
        for index in range(server.workers)
    ]
    stop = trio.Event()
    async with trio.open_nursery() as signals:
        await signals.start(stop_on_signals, stop)
        await Workers(server, jobs, operators_token_of(configuration.settings)).run(stop)
        signals.cancel_scope.cancel()


async def _serve(configuration: Configuration) -> None:
    settings = configuration.settings
    router = router_of(settings, configuration.library)
    stop = trio.Event()
    async with trio.open_nursery() as signals:
        await signals.start(stop_on_signals, stop)
        async with trio.open_nursery() as nursery:
            with show_progress() as progress:
                nursery.start_soon(partial(router.run, progress=progress), stop)
                await router.settled.wait()
        signals.cancel_scope.cancel()
