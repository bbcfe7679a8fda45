"""`semroute serve`."""

from functools import partial

import trio

from semroute.adapters.structlog import configure_logging
from semroute.app.assemble import Router, classifier_of
from semroute.app.lifecycle import stop_on_signals

from .configuration import ConfigOption, Configuration, read_configuration
from .progress import show_progress


def serve(*, config: ConfigOption = None) -> None:
    """Serve Envoy's External Processing calls.

    SIGTERM or SIGINT lets exchanges in flight finish, then exits with 0; a second one exits at
    once.
    """
    configuration = read_configuration(config)
    log = configuration.settings.log
    configure_logging(log.level, log.format)
    trio.run(_serve, configuration)


async def _serve(configuration: Configuration) -> None:
    settings = configuration.settings
    router = Router(settings, classifier_of(settings, configuration.library))
    stop = trio.Event()
    async with trio.open_nursery() as signals:
        await signals.start(stop_on_signals, stop)
        async with trio.open_nursery() as nursery:
            with show_progress() as progress:
                nursery.start_soon(partial(router.run, progress=progress), stop)
                await router.settled.wait()
        signals.cancel_scope.cancel()
