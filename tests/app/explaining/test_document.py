"""What is told of a decision: everything that was weighed, and no word of the request."""

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from semroute.adapters.memory import FaultyClassifier
from semroute.app.explaining import Evidence, Explanation, RememberedDecisions, document_of
from semroute.app.explaining.candidates import lines_of
from semroute.app.explaining.conditions import condition_as_json
from semroute.app.route import Route
from semroute.app.senses import Senses
from semroute.app.turn import Turn
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.decisions import Decision
from semroute.domain.grounds import Grounds
from semroute.domain.policy import Policy
from semroute.domain.routing import Candidate, Price
from semroute.domain.signals.conditions import Every, Not, Shows, Some, evaluate
from semroute.domain.signals.definitions import ContextSignal, HeaderSignal, Signal
from semroute.domain.signals.result import Match, SignalResult
from semroute.domain.verdict import Routed
from tests.app.conftest import POLICY, asks, route_with

from .requests import grounds, policies

SECRET = "equations about Rumpelstilzchen"
SIGNALS: dict[str, Signal] = {"long": ContextSignal(at_least=1000), "gold": HeaderSignal("x-tier")}
MODELS = {
    name: evolve(model, price=Price(price, price))
    for (name, model), price in zip(POLICY.models.items(), (1, 10, 5), strict=True)
}
RULED = evolve(
    POLICY,
    models=MODELS,
    signals=SIGNALS,
    knob=QualityKnob(0.7, 0.2, 1.0),
    decisions=(
        Decision("golden", Shows("gold"), 10, (Candidate("euler", 1),)),
        Decision(
            "brief",
            Not(Shows("long")),
            candidates=(Candidate("euler", 0.9), Candidate("small", 0.8)),
        ),
    ),
)


@pytest.fixture
def ruled(classifier: FaultyClassifier) -> Route:
    route = route_with(classifier, RULED)
    return evolve(route, senses=Senses(RULED.signals, RULED.decisions))


async def told(route: Route, policy: Policy, **fields: Any) -> dict[str, Any]:
    evidence = Evidence.of(await route(asks(SECRET, **fields)))
    assert evidence is not None
    return document_of(evidence, policy)


async def test_every_stage_is_told_in_one_document(ruled: Route) -> None:
    document = await told(ruled, RULED, model="auto:0.4")
    assert document["asked"] == {
        "model": "auto", "is_alias": True, "wished": 0.4, "quality": 0.4,
        "default": 0.7, "least": 0.2, "most": 1.0,
    }  # fmt: skip
    assert document["decision"] == "brief"
    assert [(each["name"], each["match"], each["chosen"]) for each in document["decisions"]] == [
        ("golden", "not_matched", False),
        ("brief", "matched", True),
    ]
    assert document["signals"]["long"]["margin"] < 0
    assert document["signals"]["gold"] == {
        "kind": "header", "match": "not_matched",
        "value": None, "threshold": None, "margin": None, "why": None,
    }  # fmt: skip
    assert document["candidates"] == {"small": 0.8, "euler": 0.9}
    assert [each["model"] for each in document["weighed"]] == ["small", "euler"]
    assert document["weighed"][1]["formula"] == "1.00·q0.40 − 1.00·0.60"  # noqa: RUF001 - a minus
    assert document["edits"]["model"] == "small"
    assert document["cache"]["obstacle"] == "off"
    assert document["would_change"][0]["kind"] in {"quality", "score"}
    json.dumps(document)


async def test_no_word_of_the_request_is_kept_or_told(ruled: Route) -> None:
    ruling = await ruled(asks(SECRET, user="Rumpelstilzchen"))
    evidence = Evidence.of(ruling)
    assert evidence is not None
    assert "Rumpelstilzchen" not in repr(evidence)
    assert "Rumpelstilzchen" not in json.dumps(document_of(evidence, RULED))


async def test_a_model_that_nobody_knows_is_not_repeated(ruled: Route) -> None:
    document = await told(ruled, RULED, model="Rumpelstilzchen")
    assert document["refused"] == 404
    assert "Rumpelstilzchen" not in json.dumps(document)


async def test_the_last_decisions_are_remembered_and_the_first_forgotten(ruled: Route) -> None:
    remembered = RememberedDecisions(ruled, 2)
    ids = [(await remembered(asks(SECRET), Turn())).facts.decision_id for _ in range(3)]
    assert len(remembered) == 2
    assert remembered.get(ids[0]) is None
    last = remembered.get(ids[2])
    assert last is not None
    assert document_of(last, RULED)["id"] == ids[2]


async def test_what_asks_for_nothing_is_not_remembered(ruled: Route) -> None:
    remembered = RememberedDecisions(ruled, 0)
    await remembered(asks(SECRET), Turn())
    assert len(remembered) == 0


def test_a_condition_is_told_with_all_its_parts() -> None:
    condition = Every((Some((Shows("a"), Shows("b"))), Not(Shows("c"))))
    results = {"a": SignalResult(Match.NOT_MATCHED), "c": SignalResult(Match.MATCHED)}
    assert condition_as_json(evaluate(condition, results)) == {
        "match": "not_matched",
        "all": [
            {
                "match": "unknown",
                "any": [
                    {"match": "not_matched", "signal": "a"},
                    {"match": "unknown", "signal": "b"},
                ],
            },
            {"match": "not_matched", "not": {"match": "matched", "signal": "c"}},
        ],
    }


@given(grounds(), policies())
def test_the_sum_that_is_told_is_the_worth(known: Grounds, policy: Policy) -> None:
    verdict = known.verdict(policy)
    assert isinstance(verdict, Routed)
    routed = verdict.decision
    for line in lines_of(routed, known.needs, policy):
        worth = line.good * routed.quality - line.burden * (1 - routed.quality)
        assert worth == pytest.approx(line.weighed.utility)


async def test_an_explanation_has_the_stages_of_its_decision_alone(ruled: Route) -> None:
    assert Explanation.of(await ruled(asks("x", model="gpt-9")), RULED) is None
