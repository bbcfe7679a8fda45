"""How often the encoder is asked, with everything in place."""

from collections.abc import Iterator

import pytest
import trio
from attrs import evolve

from semroute.adapters.memory import QuickWordClassifier, WordClassifier
from semroute.adapters.torch import TorchClassifier
from semroute.adapters.torch.encoder import Encoder
from semroute.app.assemble import detectors_of, route_of
from semroute.app.config import policy_of
from semroute.app.guards import GuardSettings, PiiGuardSettings
from semroute.app.settings import (
    CategorySettings,
    EndpointSettings,
    ModelSettings,
    RoutingSettings,
    Settings,
)
from semroute.domain.rungs import FastRung

from .conftest import DEFINITIONS, asks

pytestmark = pytest.mark.model

SETTINGS = Settings(
    endpoints={"gpu": EndpointSettings("127.0.0.1:1")},
    models={"big": ModelSettings({"gpu": 1})},
    categories={each.name: CategorySettings({"big": 1}) for each in DEFINITIONS},
    routing=RoutingSettings("big", budget_seconds=30),
)
PEOPLED = evolve(SETTINGS, guards=GuardSettings(pii=PiiGuardSettings(actions={"person": "mask"})))
PROMPT = "Can you solve these equations and integrals?"


@pytest.fixture
def rows(encoder: Encoder) -> Iterator[list[int]]:
    """How many rows each pass of the encoder has had."""
    passes: list[int] = []
    hook = encoder._model.embeddings.register_forward_pre_hook(  # noqa: SLF001 - passes are counted where they happen
        lambda _module, _arguments, fields: passes.append(len(fields["input_ids"])),
        with_kwargs=True,
    )
    yield passes
    hook.remove()


@pytest.mark.parametrize(
    ("settings", "threshold", "passes"),
    [(SETTINGS, 0.5, []), (SETTINGS, None, [1]), (PEOPLED, None, [1])],
    ids=["none if the first rung is sure", "one if it is not", "one for names and subject"],
)
async def test_a_pass_is_made_only_for_what_it_is_needed_for(  # noqa: PLR0913, PLR0917 - three are fixtures
    encoder: Encoder,
    nursery: trio.Nursery,
    rows: list[int],
    settings: Settings,
    threshold: float | None,
    passes: list[int],
) -> None:
    policy = policy_of(settings)
    model = TorchClassifier(
        DEFINITIONS, load=lambda: encoder, attacks=True, entities=policy.wants_entities
    )
    await nursery.start(model.run)
    rows.clear()  # what the categories cost
    fast = FastRung(QuickWordClassifier(WordClassifier(DEFINITIONS)), threshold)
    route = route_of(settings, policy, model, detectors_of(settings, model), fast=fast)
    ruling = await route(asks(PROMPT))
    assert ruling.screening is not None
    assert not ruling.screening.failures
    assert rows == passes
    nursery.cancel_scope.cancel()
