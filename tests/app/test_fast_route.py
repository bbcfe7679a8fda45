"""Who says what a prompt is about when there is somebody who can say it at once."""

from typing import Literal

import pytest
import trio
import trio.testing
from attrs import evolve

from semroute.adapters.memory import FaultyClassifier, QuickWordClassifier, WordClassifier
from semroute.app.caching import CacheSettings
from semroute.app.checkpoints import CheckpointSettings
from semroute.app.config import policy_of
from semroute.app.explaining import Explanation
from semroute.app.fast import FastPlan, FastRole, plan_of
from semroute.app.guards import GuardSettings, PiiGuardSettings
from semroute.app.route import Route
from semroute.app.settings import (
    CategorySettings,
    ClassifierSettings,
    EndpointSettings,
    FastSettings,
    ModelSettings,
    RoutingSettings,
    Settings,
)
from semroute.domain.classification import Classification, Rung
from semroute.domain.errors import ClassifierError, NotLoadedError, OverloadedError
from semroute.domain.reasons import Reason
from semroute.domain.ruling import Ruling
from semroute.domain.rungs import FastRung
from semroute.domain.verdict import Routed

from .conftest import BUDGET, DEFINITIONS, POLICY, asks

PROMPT = "solve these equations and integrals"
QUICK = QuickWordClassifier(WordClassifier(DEFINITIONS))


def with_fast(route: Route, threshold: float | None) -> Route:
    return evolve(route, fast=FastRung(QUICK, threshold))


def found(ruling: Ruling) -> Classification:
    assert isinstance(ruling.classification, Classification)
    return ruling.classification


def told(ruling: Ruling) -> str:
    explanation = Explanation.of(ruling, POLICY, FastPlan(FastRole.FIRST))
    assert explanation is not None
    return explanation.rung


async def test_where_the_first_rung_is_sure_nobody_else_is_asked(
    route: Route, classifier: FaultyClassifier
) -> None:
    classifier.error = ClassifierError("nobody should ask")
    ruling = await with_fast(route, 0.6)(asks(PROMPT))
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.model == "euler"
    assert found(ruling).rung is Rung.FAST
    assert found(ruling).fault is None
    assert told(ruling).startswith("fast tier: ")


@pytest.mark.parametrize("threshold", [None, 0.9999])
async def test_where_it_is_not_the_classifier_decides(
    route: Route, classifier: FaultyClassifier, threshold: float | None
) -> None:
    ruling = await with_fast(route, threshold)(asks(PROMPT))
    assert found(ruling).rung is Rung.ENCODER
    assert told(ruling) == "encoder"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ClassifierError("boom"), Reason.CLASSIFIER_ERROR),
        (NotLoadedError(), Reason.NOT_LOADED),
        (OverloadedError(), Reason.CLASSIFIER_OVERLOAD),
    ],
)
async def test_a_classifier_that_fails_is_stood_in_for_visibly(
    route: Route, classifier: FaultyClassifier, error: ClassifierError, reason: Reason
) -> None:
    classifier.error = error
    ruling = await with_fast(route, None)(asks(PROMPT))
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.model == "euler"
    assert (found(ruling).rung, found(ruling).fault) == (Rung.FAST_FALLBACK, reason)
    assert told(ruling) == f"fast tier, in the encoder's place: {reason.value.replace('_', ' ')}"
    explanation = Explanation.of(ruling, POLICY)
    assert explanation is not None
    document = explanation.as_json()
    assert (document["rung"], document["classifier_fault"]) == ("fast_fallback", reason.value)


async def test_a_classifier_that_dawdles_is_stood_in_for_at_the_end_of_the_budget(
    route: Route, classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    classifier.delay_seconds = 60
    started = trio.current_time()
    ruling = await with_fast(route, None)(asks(PROMPT))
    assert trio.current_time() - started == pytest.approx(BUDGET)
    assert found(ruling).rung is Rung.FAST_FALLBACK
    assert found(ruling).fault is Reason.CLASSIFIER_TIMEOUT


async def test_a_stand_in_that_does_not_know_leaves_the_default_model(
    route: Route, classifier: FaultyClassifier
) -> None:
    classifier.error = OverloadedError()
    ruling = await with_fast(route, None)(asks("hm"))
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.model == "small"
    assert ruling.verdict.decision.reason is Reason.CLASSIFIER_OVERLOAD


SETTINGS = Settings(
    endpoints={"gpu": EndpointSettings("127.0.0.1:1")},
    models={"big": ModelSettings({"gpu": 1})},
    categories={"math": CategorySettings({"big": 1})},
    routing=RoutingSettings("big"),
    classifier=ClassifierSettings(fast=FastSettings("first")),
)


def test_what_the_first_rung_may_do_is_said_with_the_reason() -> None:
    def words(settings: Settings, *strangers: str, reads: bool = False) -> str:
        policy = policy_of(settings)
        return plan_of(settings, policy, strangers, reads_every_text=reads).words

    peopled = GuardSettings(pii=PiiGuardSettings(mode="enforce", actions={"person": "mask"}))

    def fast(mode: Literal["fallback", "off"]) -> Settings:
        return evolve(SETTINGS, classifier=ClassifierSettings(fast=FastSettings(mode)))

    elsewhere = ClassifierSettings(directory="/elsewhere", fast=FastSettings("first"))

    assert words(SETTINGS) == "first"
    assert words(SETTINGS, "bikes") == "off: it was not trained for 'bikes' as configured"
    assert "people and addresses" in words(evolve(SETTINGS, guards=peopled))
    alike = evolve(SETTINGS, cache=CacheSettings(mode="semantic"))
    assert "compares every prompt" in words(alike)
    assert words(SETTINGS, reads=True).startswith("fallback: ")
    assert words(fast("off")).startswith("off: ")
    assert words(fast("fallback")).startswith("fallback: ")
    assert words(evolve(SETTINGS, classifier=elsewhere)).startswith("off: ")
    checkpoints = (CheckpointSettings("/mine", "category"),)
    taught = ClassifierSettings(checkpoints=checkpoints, fast=FastSettings("first"))
    assert "a checkpoint of yours" in words(evolve(SETTINGS, classifier=taught))
    assert words(evolve(SETTINGS, categories={})).startswith("off: ")
    assert plan_of(SETTINGS, POLICY, None).role is FastRole.OFF
