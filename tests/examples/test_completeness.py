"""Whatever policy can do is used in an example."""

from pathlib import Path

import pytest
from attrs import fields

from semroute.app.cli.configuration import read_configuration
from semroute.app.decisions import DecisionSettings
from semroute.app.settings import ModelSettings, RoutingSettings, Settings
from semroute.app.signals import SignalSettings

from .journeys import journeys_in

EXAMPLES = Path(__file__).parents[2] / "examples"
# Of routing, what choosing a model brought; the rest is older, and in the file that ships.
FIRST_OF_CHOOSING = "quality"
OF_BUDGETS = "budget_ms"
OLDER = {"guards", "cache"}  # of models


@pytest.fixture(scope="module")
def configured() -> list[Settings]:
    monkeypatch = pytest.MonkeyPatch()
    settings = []
    for file in EXAMPLES.glob("*/semroute.yaml"):
        monkeypatch.chdir(file.parent)
        settings.append(read_configuration(file).settings)
    monkeypatch.undo()
    return settings


def test_every_kind_of_signal_is_used(configured: list[Settings]) -> None:
    used = {
        kind for each in configured for signal in each.signals.values() for kind in signal.kinds
    }
    assert used | {OF_BUDGETS} == {each.name for each in fields(SignalSettings)}


@pytest.mark.parametrize("key", [each.name for each in fields(DecisionSettings)])
def test_everything_a_decision_does_is_used(configured: list[Settings], key: str) -> None:
    assert any(getattr(each, key) for one in configured for each in one.decisions.values())


@pytest.mark.parametrize("key", sorted({each.name for each in fields(ModelSettings)} - OLDER))
def test_everything_that_is_known_of_models_is_used(configured: list[Settings], key: str) -> None:
    assert any(getattr(each, key) is not None for one in configured for each in one.models.values())


def test_every_setting_of_choosing_is_used(configured: list[Settings]) -> None:
    ours = [each.name for each in fields(RoutingSettings)]
    shipped = RoutingSettings("m")
    for key in ours[ours.index(FIRST_OF_CHOOSING) :]:
        used = {getattr(each.routing, key) for each in configured}
        # The most that clients get, and pinning by cost, are meant as they ship.
        assert used - {getattr(shipped, key)} or key in {"max_quality", "pin"}, key


def test_every_api_and_every_reason_of_choosing_is_shown() -> None:
    journeys = [
        each
        for file in EXAMPLES.glob("*/requests.yaml")
        for each in journeys_in(file.parent).requests
    ]
    assert {each.api for each in journeys} == {
        *("chat", "completions", "embeddings", "responses", "messages"),
    }
    assert {each.expect.reason for each in journeys} >= {
        *("classifier", "rule", "capability", "health", "pinned", "canary"),
        *("explicit_model", "abstain", "default", "cache_hit"),
    }
