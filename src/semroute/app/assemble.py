"""The composition root: which adapter plays which role."""

import logging
import os
from pathlib import Path
from typing import Final

import trio
from attrs import define, field, frozen
from ulid import ULID

from semroute import __version__
from semroute.adapters.envoy import Gateway, Upstream
from semroute.adapters.extproc import SERVICE_NAME, ExtProcService
from semroute.adapters.grpc import Health, Limits, Server, open_listener
from semroute.adapters.http import admin_app, bound_socket, serve_http
from semroute.adapters.openai import OpenAIChat, OpenAIModels
from semroute.adapters.prometheus import PrometheusObserver
from semroute.adapters.structlog import StructlogObserver
from semroute.adapters.torch import CheckpointError, Progress, TorchClassifier
from semroute.domain.address import Address
from semroute.domain.naming import METADATA_NAMESPACE
from semroute.domain.policy import Policy
from semroute.domain.ports import Classifier

from .config import Library, definitions_of, names_of, policy_of
from .converse import Converse
from .lifecycle import drain
from .observers import Observers
from .remember import RememberUsage
from .route import Route
from .settings import Settings

_log = logging.getLogger(__name__)

HEALTH_NAME: Final = "semantic_router"
_HEALTH_NAMES: Final = ("", HEALTH_NAME, SERVICE_NAME)

# gRPC frames and ExtProc's own fields around a body of the largest size.
_MESSAGE_OVERHEAD: Final = 64 * 1024


@frozen
class Listening:
    """Where a router really listens.

    Args:
        extproc: For Envoy.
        admin: For operators.
    """

    extproc: Address
    admin: Address


def classifier_of(settings: Settings, library: Library) -> TorchClassifier:
    """Returns the embedded classifier; it is not loaded yet."""
    options = settings.classifier
    return TorchClassifier(
        definitions_of(settings, library),
        directory=None if options.directory is None else Path(options.directory),
        workers=options.workers or len(os.sched_getaffinity(0)),
        max_waiting=options.max_waiting,
        max_windows=options.max_windows,
    )


def route_of(settings: Settings, policy: Policy, classifier: Classifier) -> Route:
    """Returns what rules on requests."""
    return Route(
        policy=policy,
        names=names_of(settings),
        chat=OpenAIChat(),
        models=OpenAIModels(),
        classifier=classifier,
        budget_seconds=settings.routing.budget_seconds,
        watch_bytes=settings.metering.max_answer_bytes,
        new_id=lambda: str(ULID()),
    )


def gateway_of(settings: Settings, *routers: Address) -> Gateway:
    """Returns the Envoy that these settings ask for, with the router at `routers`."""
    envoy, names = settings.envoy, names_of(settings)
    default = settings.models[settings.routing.default_model]
    return Gateway(
        listen=Address.parse(envoy.listen),
        admin=Address.parse(envoy.admin),
        routers=routers or (Address.parse(settings.server.extproc),),
        upstreams=tuple(
            Upstream(name, Address.parse(place.address), place.health_path, place.tls)
            for name, place in settings.endpoints.items()
        ),
        fallback=next(iter(default.endpoints)),
        endpoint_header=names.endpoint,
        owned_headers=names.owned,
        failure_mode=envoy.failure_mode,
        message_timeout_seconds=envoy.message_timeout_seconds,
        request_timeout_seconds=envoy.request_timeout_seconds,
        max_body_bytes=settings.server.max_body_bytes,
        max_streams=settings.server.max_streams,
        metadata_namespace=METADATA_NAMESPACE,
        service=HEALTH_NAME,
        ca_file=envoy.ca_file,
    )


@define(eq=False)
class Router:
    """The router, put together.

    Args:
        settings: What was configured.
        classifier: Says what prompts are about.

    Attributes:
        settled: Set once the classifier is loaded and Envoy is told so, or never will be.
        trouble: Why the classifier cannot be loaded; None if it can.
    """

    settings: Settings
    classifier: TorchClassifier
    settled: trio.Event = field(init=False, factory=trio.Event)
    trouble: str | None = field(init=False, default=None)
    _health: Health = field(init=False, factory=lambda: Health(_HEALTH_NAMES))
    _is_draining: bool = field(init=False, default=False)

    async def run(
        self,
        stop: trio.Event,
        progress: Progress = lambda _what, _share: None,
        *,
        task_status: trio.TaskStatus[Listening] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serves until `stop` is set and everything in flight is finished.

        Started as soon as it listens. Until the classifier is loaded it tells Envoy that it
        does not serve yet; a model that cannot be loaded leaves it in that state, with the
        reason in the log.

        Raises:
            OSError: An address cannot be had; the operator's fault.
        """
        server_settings = self.settings.server
        policy = policy_of(self.settings)
        metrics = PrometheusObserver(__version__, policy.digest)
        observer = Observers((metrics, StructlogObserver()))
        route = route_of(self.settings, policy, self.classifier)
        converse = Converse(
            route=route,
            observer=observer,
            remember=RememberUsage(route.chat, observer),
            owned_headers=route.names.owned,
            max_body_bytes=server_settings.max_body_bytes,
        )
        metrics.watch_streams(lambda: converse.open_streams)
        limits = Limits(
            max_streams=server_settings.max_streams,
            max_message_bytes=server_settings.max_body_bytes + _MESSAGE_OVERHEAD,
        )
        server = Server([ExtProcService(converse), self._health], limits)
        pages = admin_app(metrics.render, self._unreadiness, __version__)
        admin, sock = bound_socket(Address.parse(server_settings.admin))
        async with (
            open_listener(Address.parse(server_settings.extproc)) as (extproc, listener),
            trio.open_nursery() as background,
        ):
            await background.start(serve_http, pages, sock)
            background.start_soon(self._classify, progress)
            async with trio.open_nursery() as serving:
                await serving.start(server.serve, [listener])
                _log.info("listening", extra={"extproc": str(extproc), "admin": str(admin)})
                task_status.started(Listening(extproc, admin))
                await stop.wait()
                _log.info("draining")
                self._is_draining = True
                self._health.set_serving(is_serving=False)
                await drain(server, converse.hang_up, server_settings.drain_seconds)
            # Conversations in flight could classify to the last.
            background.cancel_scope.cancel()
        self.settled.set()
        _log.info("stopped")

    async def _classify(self, progress: Progress) -> None:
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.classifier.run, progress)
                self._health.set_serving(is_serving=not self._is_draining)
                self.settled.set()
                _log.info("ready")
        except* CheckpointError as group:
            self.trouble = str(group.exceptions[0])
            self.settled.set()
            _log.error("the classifier cannot be loaded: %s", self.trouble)

    def _unreadiness(self) -> str | None:
        if self._is_draining:
            return "draining"
        if self.trouble is not None:
            return self.trouble
        return None if self.classifier.is_ready else "loading"
