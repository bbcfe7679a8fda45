"""Texts as vectors that another process may keep."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
import trio

from semroute.adapters.torch import TorchClassifier
from semroute.adapters.torch.encoder import Encoder
from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition
from semroute.domain.errors import NotLoadedError
from semroute.domain.ports import Embedder  # noqa: TC001 - pytest reads it

pytestmark = pytest.mark.model

DEFINITIONS = (
    CategoryDefinition("cooking", "recipes, ingredients, ovens"),
    CategoryDefinition("astronomy", "stars, planets, the moon"),
)
LONG = "simmer the onions in butter until they are golden. " * 100


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
    model = TorchClassifier(DEFINITIONS, load=lambda: encoder, max_windows=4)
    await nursery.start(model.run)
    return model


def vector_of(data: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(data, "<f2").astype(np.float32)


async def test_a_vector_is_what_the_encoder_says_in_half_precision(
    model: TorchClassifier, encoder: Encoder
) -> None:
    embedder: Embedder = model
    vector = vector_of(await embedder.embed("how hot is the oven"))
    assert vector.shape == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    assert vector @ encoder.encode(["how hot is the oven"])[0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("text", ["how hot is the oven", LONG])
async def test_a_text_that_was_classified_costs_no_pass(
    model: TorchClassifier, rows: list[int], text: str
) -> None:
    rows.clear()
    await model.classify(Prompt(text))
    assert rows
    rows.clear()
    await model.embed(text)
    assert rows == []


async def test_a_text_that_is_embedded_twice_costs_one_pass(
    model: TorchClassifier, rows: list[int]
) -> None:
    rows.clear()
    first, second = [await model.embed("how hot is the oven") for _ in range(2)]
    assert rows == [1]
    assert first == second


async def test_a_long_text_is_the_mean_of_its_windows(model: TorchClassifier) -> None:
    vector = vector_of(await model.embed(LONG))
    sentence = vector_of(await model.embed(LONG[:51]))
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    assert vector @ sentence > 0.8


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0"])
async def test_no_text_is_too_strange(model: TorchClassifier, text: str) -> None:
    assert np.isfinite(vector_of(await model.embed(text))).all()


async def test_the_revision_is_the_fingerprint_of_the_files(
    encoder: Encoder, nursery: trio.Nursery
) -> None:
    model = TorchClassifier(DEFINITIONS, load=lambda: encoder)
    with pytest.raises(NotLoadedError):
        _ = model.revision
    with pytest.raises(NotLoadedError):
        await model.embed("hello")
    await nursery.start(model.run)
    assert model.revision == encoder.checkpoint.fingerprint
