"""Several router processes as one router."""

import logging
import sys
from collections.abc import Sequence
from typing import Final

import trio
from attrs import field, frozen

from semroute import __version__
from semroute.adapters.http import DecisionPages, admin_app, bound_socket, serve_http
from semroute.adapters.processes import Job, Supervisor
from semroute.adapters.prometheus import MergedMetrics
from semroute.app.settings import ServerSettings
from semroute.domain.address import Address

_log = logging.getLogger(__name__)

_COMMAND: Final = (sys.executable, "-m", "semroute.app.cli", "worker")
_LAST_SECONDS: Final = 5.0  # what a worker may need beyond its notice and its drain


@frozen(eq=False)
class Workers:
    """Runs the workers, and shows how they are on one set of pages.

    Args:
        settings: The router's own listeners; how many workers there are.
        jobs: What the workers are to do.
        token: What operators must show who ask for decisions; None if nobody can be told any.
    """

    settings: ServerSettings
    jobs: Sequence[Job]
    token: str | None = field(default=None, repr=False)

    async def run(self, stop: trio.Event) -> None:
        """Serves until `stop` is set and every worker has finished, one after the other.

        Raises:
            WorkerError: A worker cannot be started; it has said why.
            OSError: The address for the pages cannot be had; the operator's fault.
        """
        metrics = MergedMetrics()
        patience = self.settings.notice_seconds + self.settings.drain_seconds
        grace_seconds = patience + _LAST_SECONDS
        supervisor = Supervisor(_COMMAND, self.jobs, grace_seconds, metrics.restarted)

        async def render() -> bytes:
            reports = await supervisor.reports()
            return metrics.render({key: each.metrics for key, each in reports.items() if each})

        async def unreadiness() -> str | None:
            reports = (await supervisor.reports()).values()
            reasons = [each.unreadiness if each else "not running" for each in reports]
            return None if None in reasons else ", ".join(filter(None, reasons))

        token = self.token
        pages = () if token is None else DecisionPages(supervisor.explained, token).routes
        admin, sock = bound_socket(Address.parse(self.settings.admin))
        async with trio.open_nursery() as background:
            app = admin_app(render, unreadiness, __version__, pages)
            await background.start(serve_http, app, sock)
            async with trio.open_nursery() as nursery:
                addresses = await nursery.start(supervisor.run, stop)
                _log.info("listening", extra={"extproc": addresses, "admin": str(admin)})
            background.cancel_scope.cancel()
        _log.info("stopped")
