"""A whole gateway for one test: real Envoy, the real router, real HTTP servers behind it."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import httpx2
import trio
from anthropic import Anthropic
from attrs import define, evolve, field
from openai import OpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from semroute.adapters.envoy import ROUTER_CLUSTER, EnvoyProcess, running_envoy
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.adapters.http import bound_socket, model_server, serve_http
from semroute.adapters.memory import (
    FaultyClassifier,
    FaultyEmbedder,
    FaultyFinder,
    FaultyReader,
    FaultyScorer,
    WordClassifier,
    WordReader,
)
from semroute.app.assemble import Detectors, Router, detectors_of, gateway_of, run_gateway
from semroute.app.cli.configuration import configuration_of, read_configuration
from semroute.app.config import definitions_of
from semroute.app.rank_tools import ToolOpinion
from semroute.app.reasoning import families_of
from semroute.app.settings import Settings
from semroute.domain.address import Address
from semroute.domain.http import Service, Unrouted, target_of

from .scans import ScanLog

T = TypeVar("T")

Change = Callable[[Settings], Settings]
Patch = Callable[[dict[str, Any]], None]


@define
class Received:
    """One request as a model server got it."""

    endpoint: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@define(eq=False)
class ModelServers:
    """What stands behind Envoy. Keeps every request it gets.

    `answer` replaces the ordinary answer when a test wants another. `arrived` is set when the
    headers of a request have come, whatever becomes of its body.
    """

    received: list[Received] = field(factory=list)
    answer: Callable[[Request], Response] | None = None
    arrived: trio.Event = field(factory=trio.Event)

    def app(self, endpoint: str) -> Starlette:
        ordinary = model_server(endpoint)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] == "/health":
                await ordinary(scope, receive, send)
                return
            self.arrived.set()
            request = Request(scope, receive)
            body = await request.body()
            self.received.append(Received(endpoint, scope["path"], dict(request.headers), body))
            if self.answer is not None:
                await self.answer(request)(scope, receive, send)
                return
            sent = False

            async def again() -> dict[str, Any]:
                nonlocal sent
                if sent:
                    return dict(await receive())
                sent = True
                return {"type": "http.request", "body": body, "more_body": False}

            await ordinary(scope, again, send)

        return serve  # type: ignore[return-value]  # an ASGI application is any such function


@define(eq=False)
class Faults:
    """The detectors and the embedder of a gateway, each of which can be made to fail."""

    finder: FaultyFinder
    answer_finder: FaultyFinder
    scorer: FaultyScorer
    reader: FaultyReader
    embedder: FaultyEmbedder = field(factory=FaultyEmbedder)


@define(eq=False)
class Gateway:
    """A running gateway, and what a test wants to look at."""

    envoy: EnvoyProcess
    servers: ModelServers
    classifier: FaultyClassifier
    faults: Faults
    router: Router
    directory: Path
    stop: trio.Event

    @property
    def url(self) -> str:
        return f"http://{self.envoy.listen}"

    async def openai(self, use: Callable[[OpenAI], T]) -> T:
        """Lets OpenAI's client loose on the gateway, in a thread."""

        def call() -> T:
            with OpenAI(
                base_url=f"{self.url}/v1", api_key="none", max_retries=0, timeout=20
            ) as client:
                return use(client)

        return await trio.to_thread.run_sync(call)

    async def anthropic(self, use: Callable[[Anthropic], T]) -> T:
        """Lets Anthropic's client loose on the gateway, in a thread."""

        def call() -> T:
            with Anthropic(base_url=self.url, api_key="none", max_retries=0, timeout=20) as client:
                return use(client)

        return await trio.to_thread.run_sync(call)

    def http(self) -> httpx2.AsyncClient:
        limits = httpx2.Limits(max_connections=None)
        return httpx2.AsyncClient(base_url=self.url, timeout=20, limits=limits)

    async def stat(self, name: str) -> int:
        """Reads one of Envoy's counters."""
        async with httpx2.AsyncClient() as client:
            url = f"http://{self.envoy.admin}/stats?format=json&filter=^{name}$"
            return sum(stat["value"] for stat in (await client.get(url)).json()["stats"])

    async def metrics(self) -> list[str]:
        """Reads the router's metrics."""
        assert self.router.listening is not None
        async with httpx2.AsyncClient() as client:
            response = await client.get(f"http://{self.router.listening.admin}/metrics")
            return response.text.splitlines()

    async def until_metric(self, line: str) -> list[str]:
        """Waits until the router's metrics have this line, and returns them."""
        with trio.fail_after(10):
            while line not in (lines := await self.metrics()):  # noqa: ASYNC110 - over HTTP
                await trio.sleep(0.05)
        return lines

    async def access_log(self, lines: int) -> list[dict[str, Any]]:
        """Waits for that many lines in Envoy's access log, and returns them."""
        log = trio.Path(self.directory / "access.log")
        with trio.fail_after(10):
            while len(text := (await log.read_text()).splitlines()) < lines:  # noqa: ASYNC110 - a file
                await trio.sleep(0.02)
        return [json.loads(line) for line in text]


def private(settings: Settings, directory: Path) -> Settings:
    anywhere = "127.0.0.1:0"
    return evolve(
        settings,
        server=evolve(
            settings.server,
            extproc=f"unix:{directory}/extproc.sock",
            admin=anywhere,
            drain_seconds=2,
        ),
        envoy=evolve(settings.envoy, listen=anywhere, admin=anywhere),
    )


@asynccontextmanager
async def running_gateway(
    change: Change = lambda settings: settings,
    patch: Patch | None = None,
    *,
    written: str | None = None,
    is_screened: bool = True,
    tool_opinions: Sequence[ToolOpinion] = (),
) -> AsyncIterator[Gateway]:
    """Runs a gateway with the shipped configuration and models that need no loading.

    At the end, every text that reached a model server must have been screened, unless Envoy is
    told to fail open.

    Args:
        change: Changes the settings.
        patch: Changes the configuration that Envoy gets; the gateway then is put together here
            and not by `run_gateway`.
        written: A configuration as an operator writes it, instead of the shipped one.
        is_screened: Whether everything is screened; not if a test sees to it that it is not.
        tool_opinions: Who says, beside the embedder, which tools serve best.
    """
    configuration = (
        read_configuration(None) if written is None else configuration_of(written, "a test's")
    )
    classifier = FaultyClassifier(
        WordClassifier(definitions_of(configuration.settings, configuration.library))
    )
    servers = ModelServers()
    stop = trio.Event()
    with TemporaryDirectory(prefix="semroute-") as name:
        directory = Path(name)
        async with trio.open_nursery() as models:
            settings = private(configuration.settings, directory)
            endpoints = {}
            for endpoint, place in settings.endpoints.items():
                address, sock = bound_socket(Address("127.0.0.1", 0))
                await models.start(serve_http, servers.app(endpoint), sock)
                endpoints[endpoint] = evolve(place, address=str(address))
            settings = change(evolve(settings, endpoints=endpoints))
            detectors, faults, log_of_scans = _faulty(settings)
            families = families_of(settings.reasoning, configuration.library.families)
            router = Router(
                settings,
                classifier,
                detectors,
                faults.embedder,
                families=families,
                tool_opinions=tool_opinions,
            )
            run = partial(_run_patched, patch=patch) if patch else run_gateway
            async with trio.open_nursery() as nursery:
                announced = trio.Event()
                envoys: list[EnvoyProcess] = []

                def announce(envoy: EnvoyProcess) -> None:
                    envoys.append(envoy)
                    announced.set()

                log = directory / "access.log"
                nursery.start_soon(partial(run, announce=announce, access_log=log), router, stop)
                with trio.fail_after(30):
                    await announced.wait()
                yield Gateway(envoys[0], servers, classifier, faults, router, directory, stop)
                stop.set()
            if is_screened and settings.envoy.failure_mode == "closed":
                for received in servers.received:
                    target = target_of("POST", received.path)
                    has_words = isinstance(target, Service) and target.has_body
                    is_read = isinstance(target, Unrouted) and target.is_read
                    kind = received.headers.get("content-type", "")
                    if received.body and is_read and kind.startswith("multipart/"):
                        log_of_scans.check_form(received.body, kind, received.path)
                    elif received.body and (has_words or is_read):
                        log_of_scans.check(received.body, received.path)
            models.cancel_scope.cancel()


def _faulty(settings: Settings) -> tuple[Detectors, Faults, ScanLog]:
    detectors = detectors_of(settings, None)
    wants_data = settings.guards.pii.mode != "off"
    scans = ScanLog(detectors.scorer, detectors.finder, wants_data)
    faults = Faults(
        FaultyFinder(scans),
        FaultyFinder(detectors.answer_finder),
        FaultyScorer(scans),
        FaultyReader(WordReader()),
    )
    replaced = Detectors(faults.finder, faults.answer_finder, faults.scorer, faults.reader)
    return replaced, faults, scans


async def _run_patched(
    router: Router,
    stop: trio.Event,
    *,
    patch: Patch,
    announce: Callable[[EnvoyProcess], None],
    access_log: Path,
) -> None:
    async with trio.open_nursery() as nursery:
        listening = await nursery.start(router.run, stop)
        await router.settled.wait()
        document = bootstrap_of(gateway_of(router.settings, listening.extproc))
        patch(document)
        async with running_envoy(document, access_log=access_log) as envoy:
            await envoy.reach(ROUTER_CLUSTER)
            announce(envoy)
            await stop.wait()


def found(document: Any, key: str) -> list[Any]:
    """Returns every value of a key in a JSON document, at any depth."""
    if isinstance(document, dict):
        here = [document[key]] if key in document else []
        return here + [each for value in document.values() for each in found(value, key)]
    if isinstance(document, list):
        return [each for value in document for each in found(value, key)]
    return []
