"""How often the encoder is asked, with everything in place as it ships."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import trio
from attrs import define, evolve, field

from semroute.adapters.torch.encoder import Encoder
from semroute.app.assemble import parts, policies_of, route_of, router_of
from semroute.app.cli.configuration import read_configuration
from semroute.app.config import policy_of
from semroute.app.decisions import DecisionSettings
from semroute.app.guards import GuardSettings, PiiGuardSettings
from semroute.app.route import Route
from semroute.app.screen import Screen
from semroute.app.settings import FastSettings, Settings
from semroute.app.signals import SignalSettings, SimilaritySignalSettings
from semroute.domain.classification import Classification, Rung
from semroute.domain.ports import TextReader
from semroute.domain.reading import Reading
from semroute.domain.ruling import Ruling
from semroute.domain.signals.result import Match

from .conftest import asks

pytestmark = pytest.mark.model

DATA: Final = Path(__file__).parents[2] / "data"
SHIPPED: Final = read_configuration(None)
TWO_THREADS: Final = evolve(
    SHIPPED.settings, classifier=evolve(SHIPPED.settings.classifier, workers=2)
)
PEOPLED: Final = evolve(
    TWO_THREADS, guards=GuardSettings(pii=PiiGuardSettings(actions={"person": "mask"}))
)
QUICK: Final = evolve(
    TWO_THREADS, classifier=evolve(TWO_THREADS.classifier, fast=FastSettings("first"))
)
# What names its model is compared with examples, and not classified.
LIKENED: Final = evolve(
    TWO_THREADS,
    signals={"greeting": SignalSettings(similarity=SimilaritySignalSettings(("good morning",)))},
    decisions={"greeted": DecisionSettings(when="greeting", headers={"x-tone": "kind"})},
)


def texts_in(name: str) -> Sequence[str]:
    return [json.loads(line)["text"] for line in (DATA / name).read_text().splitlines()]


EVERYDAY: Final = texts_in("chat_dev.jsonl")[::50]
# Letters are in doubt about a good part of them, and most often about some sentences only.
NEARLY_ATTACKS: Final = [
    text
    for number, text in enumerate(texts_in("attacks/dev.jsonl"))
    if number % 2 or len(text) > 500
]


@pytest.fixture
def passes(encoder: Encoder) -> Iterator[list[object]]:
    """Something for each forward pass of the encoder."""
    passes: list[object] = []
    hook = encoder._model.embeddings.register_forward_hook(  # noqa: SLF001 - passes are counted where they happen
        lambda _module, _arguments, result: passes.append(result.shape)
    )
    yield passes
    hook.remove()


@define
class Asked:
    """A reader that knows what it was asked to read."""

    reader: TextReader
    texts: list[str] = field(factory=list)

    @property
    def is_ready(self) -> bool:
        return self.reader.is_ready

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += texts
        return await self.reader.read(texts)


@asynccontextmanager
async def routing(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Route]:
    """What rules on requests, as `semroute serve` puts it together, with a loaded encoder."""
    monkeypatch.setattr(parts, "load_encoder", lambda *_, **__: encoder)
    router, policy = router_of(settings, SHIPPED.library), policy_of(settings)
    policies = policies_of(settings, policy, router.embedder)
    async with trio.open_nursery() as nursery:
        await nursery.start(router.classifier.run)
        await policies.warm()
        yield route_of(
            settings,
            policy,
            router.classifier,
            router.detectors,
            fast=router.fast,
            policies=policies,
        )
        nursery.cancel_scope.cancel()


def said(ruling: Ruling) -> Classification:
    assert isinstance(ruling.classification, Classification)
    assert ruling.screening is not None
    assert not ruling.screening.failures
    return ruling.classification


@pytest.mark.parametrize("settings", [TWO_THREADS, PEOPLED], ids=["as shipped", "people masked"])
async def test_a_pass_tells_subject_complexity_attacks_and_people(
    settings: Settings,
    encoder: Encoder,
    passes: list[object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    several: list[tuple[str, list[object]]] = []
    async with routing(settings, encoder, monkeypatch) as route:
        for text in (*EVERYDAY, *NEARLY_ATTACKS):
            passes.clear()
            assert said(await route(asks(text))).rung is Rung.ENCODER
            if len(passes) != 1:
                several.append((text, passes.copy()))
    assert several == []


async def test_what_is_only_compared_with_examples_shares_the_pass_of_the_checks(
    encoder: Encoder, passes: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    async with routing(LIKENED, encoder, monkeypatch) as route:
        for text in NEARLY_ATTACKS:
            passes.clear()
            ruling = await route(asks(text, model="llama-3.1-8b"))
            assert ruling.classification is None
            assert ruling.signals["greeting"].match is not Match.UNKNOWN
            counts.append(len(passes))
    assert counts == [1] * len(NEARLY_ATTACKS)


async def test_no_pass_is_made_where_the_fast_tier_is_sure_and_the_letters_doubt_nothing(
    encoder: Encoder, passes: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: dict[tuple[Rung, bool], list[int]] = {}
    async with routing(QUICK, encoder, monkeypatch) as route:
        screen = route.screen
        assert isinstance(screen, Screen)
        assert screen.reader is not None
        screen.reader = reader = Asked(screen.reader)
        for text in (*EVERYDAY, *NEARLY_ATTACKS):
            passes.clear()
            reader.texts.clear()
            rung = said(await route(asks(text))).rung
            counts.setdefault((rung, bool(reader.texts)), []).append(len(passes))
    assert len(counts[Rung.FAST, False]) > len(EVERYDAY) / 4
    assert {case: set(each) for case, each in counts.items()} == {
        (Rung.FAST, False): {0},
        (Rung.FAST, True): {1},
        (Rung.ENCODER, False): {1},
        (Rung.ENCODER, True): {1},
    }
