import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest

from semroute.adapters.lexical import PatternFinder
from semroute.adapters.memory import FaultyClassifier, MemoryObserver, WordClassifier
from semroute.adapters.openai import OpenAIChat
from semroute.app.assemble.apis import ANSWERS, MODELS, apis_of
from semroute.app.converse import Converse
from semroute.app.remember import RememberUsage
from semroute.app.route import Route
from semroute.app.rulings import Rulings
from semroute.app.unrouted import ScreenTexts
from semroute.domain.budget import ByteBudget
from semroute.domain.classification import CategoryDefinition
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest
from semroute.domain.naming import HeaderNames
from semroute.domain.passage import Passage, Path
from semroute.domain.policy import Policy
from semroute.domain.ports import Classifier
from semroute.domain.routing import Candidate, Category, Model, Place, WeightedEndpoint
from semroute.domain.screening import Screening

DEFINITIONS = (
    CategoryDefinition("math", "numbers, equations, integrals", ("solve the equation",)),
    CategoryDefinition("law", "contracts, courts, landlords", ("can my landlord evict me",)),
)
POLICY = Policy(
    models={
        "small": Model("small", (WeightedEndpoint("cpu"),)),
        "euler": Model("euler", (WeightedEndpoint("gpu"),)),
        "portia": Model("portia", (WeightedEndpoint("gpu"),)),
    },
    default_model="small",
    categories={
        "math": Category("math", (Candidate("euler", 1),)),
        "law": Category("law", (Candidate("portia", 1),)),
    },
    min_confidence=0.6,
)
BUDGET = 0.5


def post(
    body: bytes | None = None, path: str = "/v1/chat/completions", **fields: Any
) -> HttpRequest:
    request = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]} | fields
    data = json.dumps(request).encode() if body is None else body
    headers = Headers.of({":method": "POST", ":path": path, "x-request-id": "r1"})
    return HttpRequest("POST", path, headers, data)


def asks(text: str, **fields: Any) -> HttpRequest:
    return post(messages=[{"role": "user", "content": text}], **fields)


@pytest.fixture
def classifier() -> FaultyClassifier:
    return FaultyClassifier(WordClassifier(DEFINITIONS))


@pytest.fixture
def observer() -> MemoryObserver:
    return MemoryObserver()


async def no_screen(passages: Sequence[Passage], opaque: Sequence[Path]) -> Screening:
    message = "nobody asked for a check"
    raise AssertionError(message)


def route_with(
    classifier: Classifier, policy: Policy = POLICY, screen: ScreenTexts = no_screen
) -> Route:
    numbers = itertools.count(1)
    rulings = Rulings(
        policy=policy,
        names=HeaderNames(),
        chat=OpenAIChat(),
        answers=OpenAIChat(),
        finder=PatternFinder(),
        watch_bytes=1000,
        now=lambda: 1_800_000_000.0,
    )
    return Route(
        apis=apis_of(rulings),
        unrouted={},
        models=MODELS,
        place_of={"resp_1": Place("euler", "gpu")}.get,
        classifier=classifier,
        screen=screen,
        budget_seconds=BUDGET,
        new_id=lambda: f"d{next(numbers)}",
    )


@pytest.fixture
def route(classifier: FaultyClassifier) -> Route:
    return route_with(classifier)


def conversing(route: Route, observer: MemoryObserver) -> Converse:
    return Converse(
        route=route,
        observer=observer,
        remember=(RememberUsage(ANSWERS, observer),),
        owned_headers=route.rulings.names.owned,
        max_body_bytes=100_000,
        budget=ByteBudget(10_000),
    )


@pytest.fixture
def converse(route: Route, observer: MemoryObserver) -> Converse:
    return conversing(route, observer)
