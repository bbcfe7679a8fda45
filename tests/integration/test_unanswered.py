"""Whatever goes wrong and wherever, a model server gets what was ruled on or nothing."""

import itertools
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trio
from attrs import define, evolve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from semroute.adapters.extproc import service
from semroute.app import (
    assess,
    converse,
    flights,
    parsing,
    rank_tools,
    recall,
    route,
    screen,
    select_tools,
    senses,
    shape,
    unrouted,
)
from semroute.app.caching import CacheSettings, StoreSettings
from semroute.app.decisions import ConditionSettings, DecisionSettings, ToolPolicySettings
from semroute.app.guards import AttackGuardSettings, GuardSettings, PiiGuardSettings
from semroute.app.rank_tools import ToolOpinion
from semroute.app.settings import Settings
from semroute.app.signals import KeywordSignalSettings, SignalSettings, SimilaritySignalSettings
from semroute.domain.errors import ClassifierError
from semroute.domain.opinions import Replace
from tests.app.rerankers import FixedReranker

from .faults import Fault, injected
from .gateway import Gateway, running_gateway
from .test_cache import completion

pytestmark = pytest.mark.envoy

CHAT = "/v1/chat/completions"
TEXT = "Can my landlord evict me? "
QUESTION = {"role": "user", "content": TEXT}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("find_lawyer", "send_letter", "landlord_evict")
]
ASKED_WITH_TOOLS = {"model": "auto", "messages": [QUESTION], "tools": TOOLS}
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "short": (CHAT, {"model": "auto", "messages": [QUESTION]}),
    "streamed": (CHAT, {"model": "auto", "messages": [QUESTION], "stream": True}),
    "long": (CHAT, {"model": "auto", "messages": [{"role": "user", "content": TEXT * 3_000}]}),
    "many": (CHAT, {"model": "auto", "messages": [QUESTION] * 600}),
    "twice": (CHAT, {"model": "auto", "messages": [QUESTION]}),
    "tools": (CHAT, ASKED_WITH_TOOLS),
    "tools by words": (CHAT, {**ASKED_WITH_TOOLS, "seed": 1}),
    "unrouted": ("/completions", {"model": "saul-54b", "prompt": TEXT}),
}
MODULES = (
    converse,
    flights,
    assess,
    parsing,
    rank_tools,
    recall,
    route,
    screen,
    select_tools,
    senses,
    service,
    shape,
    unrouted,
)


# Letters and meaning are both asked, and it is of this decision that there is a choice of tools.
SIGNALS = {
    "evict": SignalSettings(keywords=KeywordSignalSettings(any=("evict",)), budget_ms=10_000),
    "like": SignalSettings(similarity=SimilaritySignalSettings((TEXT,), at_least=0.9)),
}
DECISIONS = {
    "landlords": DecisionSettings(
        when=ConditionSettings(all=("evict", "like")),
        tools=ToolPolicySettings(keep=1, database=str(Path(__file__).with_name("tools.yaml"))),
    ),
    # If nobody can say what is meant, it is of this one.
    "evictions": DecisionSettings(when="evict", tools=ToolPolicySettings(keep=1)),
}

OPINIONS = [ToolOpinion(FixedReranker([0, 9]), Replace(), 2)]


def guarded(settings: Settings) -> Settings:
    """Every check is enforced, and nothing that was found is remembered."""
    enforced = AttackGuardSettings(mode="enforce")
    guards = GuardSettings(
        jailbreak=enforced, injection=enforced, pii=PiiGuardSettings(mode="enforce")
    )
    # Everybody shares one thread here, and a machine may be slow: no ruling may fall by the clock.
    screening = evolve(settings.screening, remembered=0, budget_seconds=20)
    routing = evolve(settings.routing, budget_seconds=20)
    cache = CacheSettings(mode="semantic", scope="global", store=StoreSettings(kind="memory"))
    return evolve(
        settings,
        guards=guards,
        screening=screening,
        routing=routing,
        cache=cache,
        signals=SIGNALS,
        decisions=DECISIONS,
    )


def doubt(gateway: Gateway) -> None:
    """Has the encoder read every text, so that what waits for it is reached."""
    gateway.faults.scorer.logit = -1.0


def quick(_: Request) -> Response:
    events = b'data: {"choices": []}\n\ndata: [DONE]\n\n'
    return Response(events, media_type="text/event-stream")


@define
class Slow:
    """Answers fit to be kept, each after a while, so that others can follow."""

    seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await trio.sleep(self.seconds)
        await JSONResponse(completion())(scope, receive, send)


async def ask(gateway: Gateway, client: httpx2.AsyncClient, request: str) -> httpx2.Response | None:
    """Sends a request; None if the connection is cut."""
    path, body = REQUESTS[request]
    # Without the encoder, nobody knows what is meant, and it is words that tools are chosen by.
    is_wordless = request == "tools by words"
    gateway.faults.embedder.error = ClassifierError("no") if is_wordless else None
    if request != "twice":
        return await sent(client, path, body)
    # Two at once that nobody has asked before: one leads, the other follows.
    seconds = 1.5 if gateway.servers.answer is None else 0.05
    slow = Slow(seconds)
    gateway.servers.answer = lambda _request: slow  # type: ignore[assignment, return-value]
    different = {**body, "seed": next(SEEDS)}
    responses: list[httpx2.Response | None] = []

    async def ask_one() -> None:
        responses.append(await sent(client, path, different))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask_one)
        nursery.start_soon(ask_one)
    failing = [each for each in responses if each is None or each.status_code != 200]
    return failing[0] if failing else responses[0]


async def sent(client: httpx2.AsyncClient, path: str, body: object) -> httpx2.Response | None:
    try:
        return await client.post(path, json=body)
    except httpx2.TransportError:
        return None


SEEDS = itertools.count()


@pytest.mark.parametrize("request_", REQUESTS)
async def test_no_fault_lets_a_request_through_that_was_not_ruled_on(request_: str) -> None:
    path, _ = REQUESTS[request_]
    with injected(*MODULES) as injector:
        async with (
            running_gateway(guarded, tool_opinions=OPINIONS) as gateway,
            gateway.http() as client,
        ):
            doubt(gateway)
            gateway.servers.answer = quick
            # Nobody screens the operator's tools. Those of this client are called the same.
            await ask(gateway, client, "tools")
            gateway.servers.received.clear()
            injector.reached.clear()
            response = await ask(gateway, client, request_)
            assert response is not None
            assert response.status_code == 200
            reached = sorted(injector.reached, key=str)
            failed = 0
            for site, kind, when in itertools.product(
                reached, ("raise", "cancel"), ("before", "after")
            ):
                for visit in itertools.count():
                    injector.arm(Fault(kind, when, site, visit))
                    response = await ask(gateway, client, request_)
                    if not injector.has_struck:
                        break
                    failed += response is None or response.status_code != 200
                    where = f"{kind} {when} {site}, visit {visit}"
                    for received in gateway.servers.received:
                        assert received.json["model"] == "saul-54b", where
                        assert received.endpoint == ("gpu-2" if path == CHAT else "gpu-1"), where
                    gateway.servers.received.clear()
            injector.disarm()
            assert failed > 2 * len(reached)  # most faults come before the ruling is out
            response = await ask(gateway, client, request_)
            assert response is not None
            assert response.status_code == 200
            await gateway.until_metric("semroute_extproc_streams 0.0")


async def test_every_await_is_reached_by_some_request() -> None:
    with injected(*MODULES) as injector:
        async with (
            running_gateway(guarded, tool_opinions=OPINIONS) as gateway,
            gateway.http() as client,
        ):
            doubt(gateway)
            for request in REQUESTS:
                await ask(gateway, client, request)
            await client.get("/v1/models")
        assert len(injector.sites) > 10
        assert sorted(map(str, injector.sites - injector.reached)) == []
