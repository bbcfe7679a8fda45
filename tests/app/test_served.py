"""Measuring what the router says, whoever says it."""

import pytest
from attrs import evolve, frozen

from semroute.adapters.memory import FaultyClassifier, QuickWordClassifier, WordClassifier
from semroute.app.assemble import roomy
from semroute.app.evaluation import (
    CategoryReport,
    LabelledPrompt,
    category_as_json,
    category_page,
    evaluate_categories,
)
from semroute.app.evaluation.categories import Classified
from semroute.app.evaluation.noises import NOISES
from semroute.app.senses import Senses
from semroute.app.served import ServedClassifier
from semroute.app.settings import (
    ClassifierSettings,
    EndpointSettings,
    ModelSettings,
    RoutingSettings,
    Settings,
)
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification, Rung
from semroute.domain.decisions import Decision
from semroute.domain.errors import ClassifierError
from semroute.domain.rungs import FastRung
from semroute.domain.signals.conditions import Shows
from semroute.domain.signals.definitions import ComplexitySignal

from .conftest import DEFINITIONS

SURE = "solve these equations and integrals"
UNSURE = "what?"
QUICK = QuickWordClassifier(WordClassifier(DEFINITIONS))
DEMANDING = Senses({"hard": ComplexitySignal(0.8)}, (Decision("hard", Shows("hard")),))


@frozen
class Law:
    """Takes everything for a matter of law."""

    is_ready = True

    async def classify(self, prompt: Prompt) -> Classification:
        return Classification.ranked({"law": 0.9, "math": 0.1})


def served(threshold: float | None, senses: Senses | None = None) -> ServedClassifier:
    return ServedClassifier(Law(), FastRung(QUICK, threshold), senses or Senses(), "auto")


async def test_the_fast_tier_answers_where_it_is_sure() -> None:
    said = await served(0.6).classify(Prompt(SURE))
    assert (said.best.category, said.rung) == ("math", Rung.FAST)
    said = await served(0.6).classify(Prompt(UNSURE))
    assert (said.best.category, said.rung) == ("law", Rung.ENCODER)


async def test_where_it_only_stands_in_it_is_not_asked() -> None:
    for each in (served(None), evolve(served(None), fast=None)):
        assert each.slower is None
        assert (await each.classify(Prompt(SURE))).rung is Rung.ENCODER


async def test_where_a_decision_turns_on_complexity_it_is_not_enough() -> None:
    """So it is in the router, and figures must be those of the router."""
    assert (await served(0.6, DEMANDING).classify(Prompt(SURE))).rung is Rung.ENCODER


async def test_a_stand_in_is_no_answer_to_a_measurement(classifier: FaultyClassifier) -> None:
    classifier.error = ClassifierError("boom")
    with pytest.raises(ClassifierError):
        await evolve(served(0.6), classifier=classifier).classify(Prompt(UNSURE))


async def test_who_decided_is_told_with_what_both_would_have_said() -> None:
    prompts = [LabelledPrompt(SURE, "math"), LabelledPrompt(UNSURE, "law")]
    cascade = served(0.6)
    report = await evaluate_categories(cascade, prompts, slower=cascade.slower)
    document = category_as_json(report)
    fast, encoder = document["rungs"]["fast"], document["rungs"]["encoder"]
    assert (fast["prompts"], fast["share"], fast["accuracy"]) == (1, 0.5, 1.0)
    assert fast["accuracy_of_both"] == 0
    assert (encoder["prompts"], encoder["share"], encoder["accuracy"]) == (1, 0.5, 1.0)
    assert document["both"]["accuracy"] == 0.5
    assert document["both"]["difference_points"] == 50
    assert document["both"]["difference_points_interval"] == (0, 100)
    page = category_page(report)
    assert page.tables[0].title == "Who decided"
    assert [row[0] for row in page.tables[0].rows] == ["fast", "encoder"]
    assert any("+50.00 (+0.00 to +100.00) points" in line for line in page.lines)


async def test_a_rung_that_decided_nothing_is_right_about_nothing() -> None:
    report = await evaluate_categories(served(1), [LabelledPrompt(UNSURE, "law")], slower=Law())
    assert category_as_json(report)["rungs"]["fast"]["accuracy"] is None


def test_where_only_the_encoder_decides_nothing_is_told_of_it() -> None:
    said = Classification.ranked({"math": 1.0})
    report = CategoryReport([Classified("math", said, dict.fromkeys(NOISES, "math"))])
    assert not {"rungs", "both"} & category_as_json(report).keys()
    assert all(table.title != "Who decided" for table in category_page(report).tables)


def test_prompts_that_are_asked_about_at_once_have_room() -> None:
    settings = Settings(
        endpoints={"gpu": EndpointSettings("127.0.0.1:1")},
        models={"big": ModelSettings({"gpu": 1})},
        categories={},
        routing=RoutingSettings("big"),
        classifier=ClassifierSettings(max_waiting=4, max_windows=4),
    )
    assert roomy(settings, 64).classifier.max_waiting == 256
    assert roomy(settings, 1) == settings
