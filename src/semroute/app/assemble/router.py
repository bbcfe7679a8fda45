"""The router, put together and run."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import trio
from attrs import define, field, frozen
from starlette.routing import BaseRoute

from semroute import __version__
from semroute.adapters.extproc import SERVICE_NAME, ExtProcService
from semroute.adapters.grpc import Health, Server, open_listener
from semroute.adapters.http import DecisionPages, admin_app, bound_socket, serve_http
from semroute.adapters.prometheus import PrometheusObserver
from semroute.adapters.structlog import StructlogObserver
from semroute.adapters.torch import CheckpointError, Progress
from semroute.app.config import Library, policy_of
from semroute.app.converse import Converse
from semroute.app.explaining import RememberedDecisions, document_of
from semroute.app.fast import NO_FAST_TIER, FastPlan
from semroute.app.lifecycle import drain
from semroute.app.observers import Observers
from semroute.app.rank_tools import ToolOpinion
from semroute.app.reasoning import families_of
from semroute.app.remember import RememberPlaces, RememberUsage
from semroute.app.settings import Settings
from semroute.domain.address import Address
from semroute.domain.budget import ByteBudget
from semroute.domain.ports import Classifier, Embedder
from semroute.domain.reasoning import Family
from semroute.domain.rungs import FastRung

from .apis import ANSWERS, RESPONSES
from .cache_keys import operators_token_of
from .caching import running_cache
from .checkpoints import tool_opinions_of
from .ensemble import Loadable
from .fast import fast_of, fast_plan_of
from .parts import HEALTH_NAME, Detectors, classifier_of, detectors_of, limits_of, route_of
from .policies import Policies, policies_of

_log = logging.getLogger(__name__)

_POLLED_SECONDS: Final = 10.0  # who checks our health more rarely will not hear in time
_POLL_SECONDS: Final = 0.05
_HEALTH_NAMES: Final = ("", HEALTH_NAME, SERVICE_NAME)


@frozen
class Listening:
    """Where a router really listens.

    Args:
        extproc: For Envoy.
        admin: For operators.
    """

    extproc: Address
    admin: Address


class LoadableClassifier(Classifier, Loadable, Protocol):
    """A classifier that has to be loaded, and needs a task to work in."""


@define(eq=False)
class Router:
    """The router, put together.

    Args:
        settings: What was configured.
        classifier: Says what prompts are about.
        detectors: Look for what the checks are about.
        embedder: Says what texts mean, for the cache; None if nobody can.
        fast: Says it at once, where that will do; None if nobody can.
        families: How models are told to reason, by the name of the family.
        plan: What the fast tier is to do, for those who ask.
        tool_opinions: Who says, beside the embedder, which tools serve best.

    Attributes:
        settled: Set once the classifier is loaded and Envoy is told so, or never will be.
        trouble: Why the classifier cannot be loaded; None if it can.
        listening: Where it listens; None until it does.
    """

    settings: Settings
    classifier: LoadableClassifier
    detectors: Detectors
    embedder: Embedder | None = None
    fast: FastRung | None = None
    families: Mapping[str, Family] = field(factory=dict)
    plan: FastPlan = NO_FAST_TIER
    tool_opinions: Sequence[ToolOpinion] = ()
    settled: trio.Event = field(init=False, factory=trio.Event)
    trouble: str | None = field(init=False, default=None)
    listening: Listening | None = field(init=False, default=None)
    _health: Health = field(init=False, factory=lambda: Health(_HEALTH_NAMES))
    _metrics: PrometheusObserver = field(init=False)
    _decisions: RememberedDecisions | None = field(init=False, default=None)
    _is_draining: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self._metrics = PrometheusObserver(__version__, policy_of(self.settings).digest)

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
            CacheError: The cache cannot be had; the operator's fault.
        """
        server_settings = self.settings.server
        policy = policy_of(self.settings)
        metrics = self._metrics
        budget = ByteBudget(self.settings.limits.max_retained_bytes)
        observer = Observers((metrics, StructlogObserver()))
        metrics.watch("semroute_retained_bytes", lambda: budget.used)
        policies = policies_of(
            self.settings, policy, self.embedder, self.families, self.tool_opinions
        )
        metrics.watch("semroute_endpoints_unhealthy", lambda: len(policies.unhealthy()))

        async def render() -> bytes:
            return metrics.render()

        async def unreadiness() -> str | None:
            return self.unreadiness()

        admin, sock = bound_socket(Address.parse(server_settings.admin))
        async with (
            open_listener(Address.parse(server_settings.extproc)) as (extproc, listener),
            running_cache(self.settings, policy, self.embedder, metrics, budget) as cache,
            trio.open_nursery() as background,
        ):
            recall = None if cache is None else cache.recall
            places = RememberPlaces(RESPONSES)
            route = route_of(
                self.settings,
                policy,
                self.classifier,
                self.detectors,
                recall,
                places.places.get,
                self.fast,
                policies,
            )
            learners = (RememberUsage(ANSWERS, observer), places, policies.conversations)
            decisions = RememberedDecisions(route, self.settings.log.remembered_decisions)
            self._decisions = decisions
            converse = Converse(
                route=decisions,
                observer=observer,
                remember=learners if cache is None else (*learners, cache.keep),
                owned_headers=route.rulings.names.owned,
                max_body_bytes=server_settings.max_body_bytes,
                budget=budget,
                reads_unrouted=policy.screens_unrouted,
            )
            server = Server(
                [ExtProcService(converse), self._health],
                limits_of(self.settings),
                limited=metrics.limit_reached,
                budget=budget,
            )
            metrics.watch("semroute_extproc_streams", lambda: converse.open_streams)
            metrics.watch("semroute_grpc_connections", lambda: server.connections)
            pages = (
                *(() if cache is None else cache.pages),
                *self._decision_pages(),
            )
            app = admin_app(render, unreadiness, __version__, pages)
            await background.start(serve_http, app, sock)
            background.start_soon(self._classify, progress, policies)
            background.start_soon(policies.run)
            async with trio.open_nursery() as serving:
                await serving.start(server.serve, [listener])
                _log.info("listening", extra={"extproc": str(extproc), "admin": str(admin)})
                self.listening = Listening(extproc, admin)
                task_status.started(self.listening)
                await stop.wait()
                _log.info("draining")
                self._is_draining = True
                self._health.close()
                await self._give_notice(server)
                await drain(server, converse.hang_up, server_settings.drain_seconds)
            # Conversations in flight could classify to the last.
            background.cancel_scope.cancel()
        self.settled.set()
        _log.info("stopped")

    def _decision_pages(self) -> Sequence[BaseRoute]:
        """Returns what explains the last decisions to operators; nothing if none can be known."""
        token = operators_token_of(self.settings)

        async def explain(decision_id: str) -> dict[str, Any] | None:
            return self.explained(decision_id)

        return () if token is None else DecisionPages(explain, token).routes

    async def _classify(self, progress: Progress, policies: Policies) -> None:
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.classifier.run, progress)
                await policies.warm()
                self._health.set_serving(is_serving=not self._is_draining)
                self.settled.set()
                _log.info("ready")
        except* CheckpointError as group:
            self.trouble = str(_innermost(group))
            self.settled.set()
            _log.error("the classifier cannot be loaded: %s", self.trouble)

    async def _give_notice(self, server: Server) -> None:
        """Serves on until whoever asks for our health has had time to hear that we stop."""
        if self._health.was_asked(_POLLED_SECONDS):
            with trio.move_on_after(self.settings.server.notice_seconds):
                while server.connections:  # noqa: ASYNC110 - the server has no event for it
                    await trio.sleep(_POLL_SECONDS)

    def metrics(self) -> str:
        """Returns the metrics, in Prometheus' text format."""
        return self._metrics.render().decode()

    def explained(self, decision_id: str) -> dict[str, Any] | None:
        """Returns the explanation of a decision; None if it is not remembered."""
        evidence = None if self._decisions is None else self._decisions.get(decision_id)
        if evidence is None:
            return None
        return document_of(evidence, policy_of(self.settings), self.plan)

    def unreadiness(self) -> str | None:
        """Returns why Envoy should go elsewhere; None when it may come."""
        if self._is_draining:
            return "draining"
        if self.trouble is not None:
            return self.trouble
        return None if self.classifier.is_ready else "loading"


def _innermost(error: BaseException) -> BaseException:
    """Returns the first exception that nurseries wrapped, however often."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def router_of(settings: Settings, library: Library) -> Router:
    """Returns the router that settings ask for, with the embedded model."""
    model = classifier_of(settings, library)
    detectors = detectors_of(settings, model)
    families = families_of(settings.reasoning, library.families)
    plan = fast_plan_of(settings, library)
    return Router(
        settings,
        model,
        detectors,
        model,
        fast_of(settings, library),
        families,
        plan,
        tool_opinions_of(model),
    )
