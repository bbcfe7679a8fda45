import json
from typing import Any

import pytest
from attrs import evolve

from semroute.adapters.memory import MemoryObserver
from semroute.adapters.openai import OpenAIResponses
from semroute.app.assemble.apis import ANSWERS
from semroute.app.remember import RememberPlaces, RememberUsage
from semroute.app.route import Route
from semroute.domain.headers import Headers
from semroute.domain.reasons import Reason
from semroute.domain.record import DecisionRecord, Outcome, UpstreamAnswer
from semroute.domain.routing import Place
from semroute.domain.verdict import Routed

from .conftest import asks, post

RESPONSE = {"id": "resp_9", "object": "response", "usage": {"input_tokens": 7, "output_tokens": 3}}
JSON = Headers.of({"content-type": "application/json"})


async def record(route: Route, **fields: Any) -> DecisionRecord:
    ruling = await route(post(path="/v1/responses", input="solve the equation", **fields))
    return DecisionRecord(Outcome.COMPLETED, ruling, 200)


def answer(**fields: object) -> UpstreamAnswer:
    return UpstreamAnswer(JSON, json.dumps(RESPONSE | fields).encode())


async def test_where_a_response_was_given_is_remembered_by_its_id(route: Route) -> None:
    places = RememberPlaces(OpenAIResponses())
    places(await record(route), answer())
    assert places.places.get("resp_9") == Place("euler", "gpu")
    assert places.places.get("resp_8") is None


async def test_only_answers_that_somebody_can_go_on_from_are(route: Route) -> None:
    places = RememberPlaces(OpenAIResponses())
    known = await record(route)
    places(evolve(known, status=500), answer())
    places(known, None)
    places(known, answer(id=7))
    places(await record(route, model="unheard-of"), answer())
    places(DecisionRecord(Outcome.ABANDONED), answer())
    chat = DecisionRecord(Outcome.COMPLETED, await route(asks("hi")), 200)
    places(chat, answer())
    assert places.places.get("resp_9") is None


async def test_a_request_that_goes_on_from_a_known_response_returns(route: Route) -> None:
    ruling = await route(
        post(path="/v1/responses", input="can my landlord evict me", previous_response_id="resp_1")
    )
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.model == "euler"
    assert ruling.verdict.decision.reason is Reason.STICKY
    ruling = await route(
        post(path="/v1/responses", input="can my landlord evict me", previous_response_id="resp_2")
    )
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.model == "portia"


@pytest.mark.parametrize(("service", "metered"), [("responses", 1), ("chat", 0), ("models", 0)])
async def test_what_an_answer_cost_is_read_as_its_api_says_it(
    route: Route, observer: MemoryObserver, service: str, metered: int
) -> None:
    known = await record(route)
    assert known.ruling is not None
    ruling = evolve(known.ruling, facts=evolve(known.ruling.facts, service=service))
    RememberUsage(ANSWERS, observer)(evolve(known, ruling=ruling), answer())
    assert len(observer.usages) == metered
