"""Prompts that mean about the same as examples do."""

from collections.abc import Iterator

import numpy as np
import pytest
import trio

from semroute.adapters.memory import WordEmbedder
from semroute.adapters.torch import TorchClassifier
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.exemplars import Exemplars
from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition
from semroute.domain.errors import ClassifierError, OverloadedError
from semroute.domain.ports import MeaningSensor  # noqa: TC001 - pytest reads it
from semroute.domain.signals.definitions import SimilaritySignal
from semroute.domain.signals.result import Match

REFUND = SimilaritySignal(("I want my money back", "please refund what I paid"), at_least=0.6)
ROADS = SimilaritySignal(("how do I get to the station", "which bus goes to the harbour"))
DEFINITIONS = (
    CategoryDefinition("cooking", "recipes, ingredients, ovens"),
    CategoryDefinition("astronomy", "stars, planets, the moon"),
)


class StubbornEmbedder(WordEmbedder):
    """Fails until it is told not to."""

    fails = True

    async def embed(self, text: str) -> bytes:
        if self.fails:
            message = "too many texts are waiting"
            raise OverloadedError(message)
        return await super().embed(text)


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


@pytest.fixture
async def model(encoder: Encoder, nursery: trio.Nursery) -> TorchClassifier:
    model = TorchClassifier(DEFINITIONS, load=lambda: encoder)
    await nursery.start(model.run)
    return model


async def test_the_nearest_example_is_named_and_its_cosine_told() -> None:
    sensor: MeaningSensor = Exemplars(REFUND, WordEmbedder())
    result = await sensor.sense("refund what I paid")
    assert result.match is Match.MATCHED
    assert result.why.startswith("example 2, then example ")
    assert result.value == pytest.approx(np.sqrt(4 / 5), abs=1e-3)
    assert result.threshold == 0.6


async def test_what_is_like_no_example_does_not_match() -> None:
    result = await Exemplars(REFUND, WordEmbedder()).sense("when does winter begin")
    assert result.match is Match.NOT_MATCHED
    assert result.value == 0


async def test_an_example_itself_has_a_cosine_of_one_and_no_more() -> None:
    sensor = Exemplars(SimilaritySignal(REFUND.examples, at_least=1.0), WordEmbedder())
    result = await sensor.sense(REFUND.examples[0])
    assert isinstance(result.value, float)
    assert 0.999 < result.value <= 1


async def test_examples_are_encoded_once_even_if_many_ask_at_once() -> None:
    embedder = WordEmbedder()
    sensor = Exemplars(REFUND, embedder)
    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(sensor.sense, "money")
    assert embedder.calls == len(REFUND.examples) + 5


async def test_once_it_is_warm_only_the_text_is_encoded() -> None:
    embedder = WordEmbedder()
    sensor = Exemplars(REFUND, embedder)
    await sensor.warm()
    assert embedder.calls == len(REFUND.examples)
    await sensor.warm()
    await sensor.sense("money")
    assert embedder.calls == len(REFUND.examples) + 1


async def test_a_failure_is_one_plain_error_and_not_remembered() -> None:
    embedder = StubbornEmbedder()
    sensor = Exemplars(REFUND, embedder)
    with pytest.raises(ClassifierError):
        await sensor.sense("money back")
    embedder.fails = False
    assert (await sensor.sense("i want my money back")).match is Match.MATCHED


async def test_whoever_is_cancelled_leaves_the_sensor_usable() -> None:
    sensor = Exemplars(REFUND, WordEmbedder())
    with trio.CancelScope() as scope:
        scope.cancel()
        await sensor.sense("money")
    assert (await sensor.sense("I want my money back")).match is Match.MATCHED


@pytest.mark.model
async def test_paraphrases_are_nearer_than_other_matters(model: TorchClassifier) -> None:
    sensor = Exemplars(REFUND, model)
    with trio.fail_after(60):
        alike = await sensor.sense("Can I get my money back for this order?")
        other = await sensor.sense("What is the tallest mountain on Mars?")
    assert alike.match is Match.MATCHED
    assert other.match is Match.NOT_MATCHED
    assert isinstance(alike.value, float)
    assert isinstance(other.value, float)
    assert alike.value > other.value + 0.3


@pytest.mark.model
async def test_one_pass_serves_all_sensors_and_the_classifier(
    model: TorchClassifier, rows: list[int]
) -> None:
    sensors = [Exemplars(REFUND, model), Exemplars(ROADS, model)]
    with trio.fail_after(60):
        for sensor in sensors:
            await sensor.warm()
        rows.clear()
        prompt = Prompt("they charged me twice and I want it back")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(model.classify, prompt)
            for sensor in sensors:
                nursery.start_soon(sensor.sense, prompt.text)
    assert rows == [1]


@pytest.mark.model
async def test_examples_share_passes(model: TorchClassifier, rows: list[int]) -> None:
    examples = tuple(f"where is parcel number {number}" for number in range(40))
    with trio.fail_after(60):
        rows.clear()
        await Exemplars(SimilaritySignal(examples), model).warm()
    assert sum(rows) == len(examples)
    assert len(rows) <= len(examples) / 4


@pytest.mark.model
@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0", "word " * 5000])
async def test_no_text_is_too_strange(model: TorchClassifier, text: str) -> None:
    with trio.fail_after(60):
        result = await Exemplars(REFUND, model).sense(text)
    assert isinstance(result.value, float)
    assert -1 <= result.value <= 1
