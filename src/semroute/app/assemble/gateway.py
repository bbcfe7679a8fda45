"""The whole gateway: the router, and an Envoy in front of it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import trio

from semroute.adapters.envoy import (
    ROUTER_CLUSTER,
    EnvoyError,
    EnvoyProcess,
    find_envoy,
    running_envoy,
)
from semroute.adapters.torch import Progress
from semroute.app.lifecycle import first_of

from .parts import gateway_of
from .router import Router


async def run_gateway(
    router: Router,
    stop: trio.Event,
    progress: Progress = lambda _what, _share: None,
    *,
    announce: Callable[[EnvoyProcess], None] = lambda _envoy: None,
    access_log: Path | None = None,
) -> None:
    """Serves until `stop` is set and everything in flight is finished.

    Envoy goes first at the end, so that the router is there for every request that Envoy has
    accepted.

    Args:
        router: The router; not running yet.
        stop: Set by somebody when it is enough.
        progress: Told how loading goes.
        announce: Told when clients may come, and where to.
        access_log: Where Envoy's access log goes; standard error if not given.

    Raises:
        EnvoyError: Envoy, or the router behind it, cannot be started, or Envoy has stopped.
        OSError: An address cannot be had; the operator's fault.
    """
    find_envoy()  # before seconds of loading, not after
    async with trio.open_nursery() as nursery:
        router_stop = trio.Event()
        listening = await nursery.start(partial(router.run, progress=progress), router_stop)
        await first_of(router.settled, stop)
        if router.trouble is not None:
            raise EnvoyError(router.trouble)
        if not stop.is_set():
            # Imported here: Envoy's types take most of a second, and loading has just hidden it.
            from semroute.adapters.envoy.bootstrap import bootstrap_of  # noqa: PLC0415

            progress("starting Envoy", 1.0)
            configuration = bootstrap_of(gateway_of(router.settings, listening.extproc))
            async with running_envoy(configuration, access_log=access_log) as envoy:
                async with trio.open_nursery() as announcing:
                    announcing.start_soon(_announce, envoy, announce)
                    await stop.wait()
                    announcing.cancel_scope.cancel()
                await envoy.drain(router.settings.server.drain_seconds)
        router_stop.set()


async def _announce(envoy: EnvoyProcess, announce: Callable[[EnvoyProcess], None]) -> None:
    await envoy.reach(ROUTER_CLUSTER)
    announce(envoy)
