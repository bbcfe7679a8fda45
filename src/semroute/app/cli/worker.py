"""`semroute worker`, which `serve` runs and people do not."""

import os

import structlog
import trio

from semroute.adapters.processes import Report, Supervision, supervised
from semroute.adapters.structlog import configure_logging
from semroute.app.assemble import router_of
from semroute.app.config import settings_of_worker
from semroute.app.lifecycle import stop_on_any_signal

from .configuration import Configuration, configuration_of


def worker() -> None:
    """Serve as one of several processes. The job comes on standard input."""
    trio.run(_worker)


async def _worker() -> None:
    async with supervised() as supervision:
        job = supervision.job
        configuration = configuration_of(job.configuration, job.name, workers=job.count)
        log = configuration.settings.log
        configure_logging(log.level, log.format)
        structlog.contextvars.bind_contextvars(worker=job.index)
        await _serve(supervision, configuration)


async def _serve(supervision: Supervision, configuration: Configuration) -> None:
    cores = len(os.sched_getaffinity(0))
    settings = settings_of_worker(configuration.settings, supervision.job.index, cores)
    router = router_of(settings, configuration.library)
    stop = trio.Event()

    def report() -> Report:
        return Report(router.metrics(), router.unreadiness())

    async def answer() -> None:
        await supervision.answer(report, router.explained)
        stop.set()  # the supervisor is gone, and with it whoever could stop us

    async with trio.open_nursery() as background:
        await background.start(stop_on_any_signal, stop)
        async with trio.open_nursery() as nursery:
            listening = await nursery.start(router.run, stop)
            await supervision.started(str(listening.extproc))
            background.start_soon(answer)
        background.cancel_scope.cancel()
