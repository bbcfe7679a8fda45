import json
from typing import Any

import pytest
import trio
import trio.testing
from attrs import evolve

from semroute.adapters.memory import FaultyClassifier
from semroute.app.assemble.apis import apis_of
from semroute.app.route import Route
from semroute.domain.classification import Classification, Unclassified
from semroute.domain.errors import ClassifierError, NotLoadedError, OverloadedError
from semroute.domain.headers import Headers
from semroute.domain.http import BodyFault, HttpRequest, LocalReply
from semroute.domain.reasons import Reason
from semroute.domain.routing import Model, RoutingDecision, WeightedEndpoint
from semroute.domain.ruling import PASSED_THROUGH, RequestEdit, Ruling
from semroute.domain.verdict import Answered, Refused, Routed

from .conftest import BUDGET, POLICY, asks, post


def decision(ruling: Ruling) -> RoutingDecision:
    assert isinstance(ruling.verdict, Routed)
    return ruling.verdict.decision


def reply(ruling: Ruling) -> LocalReply:
    assert isinstance(ruling.action, LocalReply)
    return ruling.action


def edit(ruling: Ruling) -> RequestEdit:
    assert isinstance(ruling.action, RequestEdit)
    return ruling.action


async def test_a_prompt_goes_to_the_model_of_its_category(route: Route) -> None:
    ruling = await route(asks("solve these equations and integrals", seed=7))
    assert decision(ruling).model == "euler"
    assert decision(ruling).reason is Reason.CLASSIFIER
    assert isinstance(ruling.classification, Classification)
    change = edit(ruling)
    assert change.headers.set["x-gateway-destination-endpoint"] == "gpu"
    assert change.body is not None
    assert json.loads(change.body) == {
        "model": "euler",
        "messages": [{"role": "user", "content": "solve these equations and integrals"}],
        "seed": 7,
    }
    assert ruling.response_headers["x-selected-model"] == "euler"
    assert ruling.response_headers["x-semroute-decision-id"] == "d1"
    assert float(ruling.response_headers["x-semroute-overhead-ms"]) >= 0
    assert ruling.metadata["model"] == "euler"
    assert ruling.facts.requested_model == "auto"


async def test_a_named_model_keeps_every_byte_of_its_request(
    route: Route, classifier: FaultyClassifier
) -> None:
    classifier.error = ClassifierError("nobody should ask")
    ruling = await route(asks("solve the equation", model="portia"))
    assert decision(ruling) == RoutingDecision("portia", "gpu", Reason.EXPLICIT_MODEL)
    assert edit(ruling).body is None
    assert ruling.classification is None
    assert ruling.response_headers["x-semroute-reason"] == "explicit_model"


async def test_an_unknown_model_is_refused_in_openai_s_words(route: Route) -> None:
    ruling = await route(asks("hi", model="gpt-9"))
    assert reply(ruling).status == 404
    assert json.loads(reply(ruling).body)["error"]["code"] == "model_not_found"
    assert reply(ruling).headers.get("x-semroute-decision-id") == "d1"
    assert ruling.facts.requested_model == "other"
    assert b"gpt-9" not in reply(ruling).body


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ClassifierError("boom"), Reason.CLASSIFIER_ERROR),
        (NotLoadedError(), Reason.NOT_LOADED),
        (OverloadedError(), Reason.CLASSIFIER_OVERLOAD),
    ],
)
async def test_a_classifier_that_fails_costs_the_client_nothing(
    route: Route, classifier: FaultyClassifier, error: ClassifierError, reason: Reason
) -> None:
    classifier.error = error
    ruling = await route(asks("solve the equation"))
    assert decision(ruling) == RoutingDecision("small", "cpu", reason)
    assert ruling.classification == Unclassified(reason)
    assert ruling.response_headers["x-semroute-reason"] == reason.value
    assert ruling.metadata["reason"] == reason.value


async def test_a_classifier_that_dawdles_is_given_up_at_the_end_of_the_budget(
    route: Route, classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    classifier.delay_seconds = 60
    started = trio.current_time()
    ruling = await route(asks("solve the equation"))
    assert trio.current_time() - started == pytest.approx(BUDGET)
    assert decision(ruling) == RoutingDecision("small", "cpu", Reason.CLASSIFIER_TIMEOUT)
    assert ruling.timings.classify == pytest.approx(BUDGET)


async def test_a_classifier_in_time_is_heard(
    route: Route, classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    classifier.delay_seconds = BUDGET - 0.01
    ruling = await route(asks("solve the equation"))
    assert decision(ruling).reason is Reason.CLASSIFIER
    assert ruling.timings.total == pytest.approx(BUDGET - 0.01)


@pytest.mark.parametrize(
    "content", ["", None, [{"type": "image_url", "image_url": {"url": "data:x"}}]]
)
async def test_a_prompt_without_text_goes_to_the_default_model(route: Route, content: Any) -> None:
    ruling = await route(post(messages=[{"role": "user", "content": content}]))
    assert decision(ruling).reason is Reason.DEFAULT
    assert decision(ruling).model == "small"


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (post(b"not json"), 400, "invalid_request"),
        (post(b"[]"), 400, "invalid_request"),
        (post(b""), 400, "invalid_request"),
        (post(b'{"model": "auto", "model": "b"}'), 400, "invalid_request"),
        (post(messages=[]), 400, "invalid_request"),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(
    route: Route, request_: HttpRequest, status: int, code: str
) -> None:
    ruling = await route(request_)
    assert isinstance(ruling.verdict, Refused)
    assert reply(ruling).status == status
    assert reply(ruling).headers.get("content-type") == "application/json"
    assert json.loads(reply(ruling).body)["error"]["code"] == code
    assert ruling.metadata == {"decision_id": "d1", "error": code}


async def test_what_cannot_be_read_is_refused_before_it_is_parsed(route: Route) -> None:
    headers = Headers.of({"content-encoding": "gzip"})
    packed = HttpRequest("POST", "/v1/chat/completions", headers, b"\x1f\x8b")
    assert reply(await route(packed)).status == 415
    large = HttpRequest("POST", "/v1/chat/completions", Headers(), b"", BodyFault.TOO_LARGE)
    assert reply(await route(large)).status == 413


async def test_a_large_body_is_parsed_in_a_thread_with_the_same_result(route: Route) -> None:
    ruling = await route(asks("solve the equation " * 10_000))
    assert decision(ruling).model == "euler"
    broken = await route(post(b'{"x": "' + b"y" * 200_000))
    assert reply(broken).status == 400


async def test_models_are_listed_with_the_aliases_first(route: Route) -> None:
    ruling = await route(HttpRequest("GET", "/v1/models", Headers()))
    assert isinstance(ruling.verdict, Answered)
    listed = [model["id"] for model in json.loads(reply(ruling).body)["data"]]
    assert listed == ["auto", "small", "euler", "portia"]


@pytest.mark.parametrize(("name", "status"), [("auto", 200), ("euler", 200), ("nobody", 404)])
async def test_one_model_is_described(route: Route, name: str, status: int) -> None:
    ruling = await route(HttpRequest("GET", f"/v1/models/{name}", Headers()))
    assert reply(ruling).status == status


async def test_other_paths_pass(route: Route) -> None:
    assert await route(post(path="/v1/fine_tuning/jobs")) is PASSED_THROUGH


async def test_every_attempt_at_a_request_goes_to_the_same_endpoint(route: Route) -> None:
    places = tuple(WeightedEndpoint(f"e{i}") for i in range(8))
    policy = evolve(POLICY, models={**POLICY.models, "euler": Model("euler", places)})
    route = evolve(route, apis=apis_of(evolve(route.rulings, policy=policy)))

    def attempt(number: int) -> HttpRequest:
        headers = Headers.of({"x-request-id": f"request-{number}"})
        return evolve(asks("hi", model="euler"), headers=headers)

    chosen = [decision(await route(attempt(number))).endpoint for number in range(50)]
    again = [decision(await route(attempt(number))).endpoint for number in range(50)]
    assert chosen == again
    assert len(set(chosen)) > 4
