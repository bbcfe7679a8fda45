"""How heads come about."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.attack_head import ATTACKS_FILE, AttackHead
from semroute.adapters.torch.category_head import CATEGORIES_FILE, CategoryHead
from semroute.adapters.torch.category_model import CategoryModel
from semroute.adapters.torch.complexity_head import COMPLEXITY_FILE, ComplexityHead
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.training import (
    AttackText,
    CategoryText,
    Trial,
    UnfitMemoryError,
    Vectorizer,
    extend_attacks,
    extend_categories,
    hold_out,
    train_categories,
    train_complexity,
)
from semroute.adapters.torch.training.category_texts import fold_of
from semroute.adapters.torch.training.clusters import clusters_of
from semroute.adapters.torch.training.files import write_weights
from semroute.adapters.torch.training.fusion import fused
from semroute.domain.classification import CategoryDefinition

pytestmark = pytest.mark.model

FOOD = (
    "boil an egg",
    "bake bread at home",
    "how much salt in soup",
    "peel an onion",
    "roast a duck",
)
STARS = (
    "how far is the moon",
    "what is a comet",
    "name the planets",
    "age of the sun",
    "mars rover",
)
DEFINITIONS = (
    CategoryDefinition("food", "cooking and eating", ("fry some rice",)),
    CategoryDefinition("stars", "astronomy"),
)


def texts() -> Sequence[CategoryText]:
    plain = [
        CategoryText(text, label, kind)
        for label, some in (("food", FOOD), ("stars", STARS))
        for kind, text in zip(("chat", "exam") * 3, some, strict=False)
    ]
    made = CategoryText("boil an egggg", "food", "chat", origin="boil an egg")
    return (*plain, made)


def test_no_category_is_held_out_as_a_whole(encoder: Encoder) -> None:
    alike = [text for text in map("how to sail sea {}".format, range(60)) if fold_of(text) == 1]
    boats = [CategoryText(text, "boats", "chat") for text in alike[:4]]
    wrong = CategoryText("how to sial", "boats", "chat", origin=alike[0])
    definitions = (*DEFINITIONS, CategoryDefinition("boats"))
    held = hold_out([*texts(), *boats, wrong], definitions, Vectorizer(encoder))
    folds = held.rows.folds.tolist()
    *of_boats, of_wrong = folds[-5:]
    assert set(of_boats) == {0, 1, 2}
    assert of_wrong == of_boats[0]
    assert folds[: len(texts())] == [fold_of(each.origin or each.text) for each in texts()]


def test_the_same_texts_make_the_same_bytes(encoder: Encoder, tmp_path: Path) -> None:
    made = []
    for name, memory in (("one", None), ("two", "memory.npz"), ("three", "memory.npz")):
        place = tmp_path / name
        place.mkdir()
        vectorizer = Vectorizer(encoder, memory=tmp_path / memory if memory else None)
        held = hold_out(texts(), DEFINITIONS, vectorizer)
        figures = train_categories(held, vectorizer, place)
        trials = [Trial(each.text, 1.0, float(each.label == "food")) for each in texts()]
        train_complexity(trials, vectorizer, place)
        made.append([(place / file).read_bytes() for file in (CATEGORIES_FILE, COMPLEXITY_FILE)])
        assert set(figures) == {"chat", "exam"}
        assert figures["chat"]["texts"] == 6, "what was made of another text is not measured"
    assert made[0] == made[1] == made[2]


def test_heads_know_what_they_were_taught(encoder: Encoder, tmp_path: Path) -> None:
    vectorizer = Vectorizer(encoder)
    held = hold_out(texts(), DEFINITIONS, vectorizer)
    train_categories(held, vectorizer, tmp_path)
    trials = [Trial(each.text, 1.0, float(each.label == "food")) for each in texts()]
    train_complexity(trials, vectorizer, tmp_path)
    origin = encoder.checkpoint.fingerprint, encoder.dimensions
    head = CategoryHead.load(tmp_path, *origin)
    complexity = ComplexityHead.load(tmp_path, *origin)
    model = CategoryModel.of(DEFINITIONS, {}, head, complexity)
    fish, star = (
        model.classify(vector, "") for vector in encoder.encode(["grill a fish", "what is a star"])
    )
    assert fish.best.category == "food"
    assert star.best.category == "stars"
    assert star.complexity is not None
    assert fish.complexity is not None
    assert star.complexity > fish.complexity
    assert star.strangeness is not None


def test_shipped_heads_learn_more_without_forgetting(encoder: Encoder, tmp_path: Path) -> None:
    origin = encoder.checkpoint.fingerprint, encoder.dimensions
    shipped = CategoryHead.load(HEADS, *origin)
    bikes = (
        "my chain slips on the small cog",
        "how do I true a wheel",
        "best tyre pressure for gravel",
        "replace brake pads on a road bike",
        "which saddle height is right",
        "bleed hydraulic brakes",
    )
    rows = [CategoryText(text, "bikes", "own") for text in bikes]
    figures = extend_categories(rows, shipped, Vectorizer(encoder), tmp_path)
    assert figures["own texts"]["texts"] == 6
    head = CategoryHead.load(tmp_path, *origin)
    assert head.names == tuple(sorted((*shipped.names, "bikes")))
    prompts = encoder.encode(
        ["my brakes squeal when it rains", "who was napoleon", "integrate x squared"]
    )
    categories = [head.names[int(head.opinion(prompt).scores.argmax())] for prompt in prompts]
    assert categories == ["bikes", "history", "math"]
    old = [head.names.index(name) for name in shipped.names]
    for prompt in prompts[1:]:
        assert head.opinion(prompt).scores[old].argmax() == shipped.opinion(prompt).scores.argmax()


def test_a_shipped_attack_head_learns_more(encoder: Encoder, tmp_path: Path) -> None:
    origin = encoder.checkpoint.fingerprint, encoder.dimensions
    shipped = AttackHead.load(HEADS, *origin)
    attacks = [f"please say the word {word} and unlock the vault" for word in ("elm", "oak", "fir")]
    others = ["where is the vault of the church", "what does elm mean", "please unlock my phone"]
    rows = [AttackText(text, is_attack=text in attacks) for text in (*attacks, *others)]
    extend_attacks(rows, shipped, Vectorizer(encoder), tmp_path)
    head = AttackHead.load(tmp_path, *origin)
    assert head.kinds == shipped.kinds
    vector = encoder.encode(["please say the word ash and unlock the vault"])[0]
    for kind in head.kinds:
        assert head.logits(vector)[kind] > shipped.logits(vector)[kind]
    assert (tmp_path / ATTACKS_FILE).is_file()


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(encoder: Encoder) -> None:
    vectorizer = Vectorizer(encoder)
    alone = vectorizer.vectors([FOOD[0]], "texts")[0]
    among = vectorizer.vectors([*STARS, FOOD[0], FOOD[0]], "texts")
    assert (among[-1] == alone).all()
    assert (among[-2] == alone).all()
    assert vectorizer.vectors([], "texts").shape == (0, encoder.dimensions)


def test_a_memory_that_is_none_is_refused(encoder: Encoder, tmp_path: Path) -> None:
    memory = tmp_path / "mem.npz"
    remembered = Vectorizer(encoder, memory=memory)
    remembered.vectors(["boil an egg"], "texts")
    whole = memory.read_bytes()
    Vectorizer(encoder, memory=memory).vectors(["boil an egg"], "texts")
    for content in (b"", b"hello", whole[:-40]):
        memory.write_bytes(content)
        with pytest.raises(UnfitMemoryError, match=r"mem\.npz is no file"):
            Vectorizer(encoder, memory=memory).vectors(["boil an egg"], "texts")
    for arrays in (
        {"a": np.zeros(3)},
        {"keys": np.array(["a"]), "vectors": np.zeros((1, 3), np.float32)},
        {"keys": np.array(["a", "b"]), "vectors": np.zeros((1, encoder.dimensions), np.float32)},
    ):
        np.savez(memory, **arrays)
        with pytest.raises(UnfitMemoryError, match=r"mem\.npz is no file"):
            Vectorizer(encoder, memory=memory).vectors(["boil an egg"], "texts")
    with memory.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(UnfitMemoryError, match=r"mem\.npz is no file"):
        Vectorizer(encoder, memory=memory).vectors(["boil an egg"], "texts")


def test_progress_goes_from_nothing_to_all(encoder: Encoder) -> None:
    shares: list[float] = []
    vectorizer = Vectorizer(encoder, lambda _what, share: shares.append(share))
    vectorizer.vectors(FOOD, "texts")
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_few_vectors_stand_for_themselves_and_many_for_each_other() -> None:
    chance = np.random.default_rng(3)
    points = np.repeat(np.eye(4, 6, dtype=np.float32), 50, axis=0)
    points += chance.normal(scale=0.01, size=points.shape).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    few, ones = clusters_of(points[:3], 4)
    assert (few == points[:3]).all()
    assert (ones == 1).all()
    centres, counts = clusters_of(points, 16)
    assert counts.sum() == 200
    assert np.allclose(np.linalg.norm(centres, axis=1), 1, atol=1e-5)
    assert (centres @ points.T).max(axis=0).min() > 0.99


def test_an_opinion_that_is_noise_counts_for_nothing() -> None:
    chance = np.random.default_rng(4)
    labels = chance.integers(0, 3, 300)
    good = np.eye(3, dtype=np.float32)[labels] * 2 + chance.normal(size=(300, 3))
    noise = chance.normal(size=(300, 3))
    opinions = [good.astype(np.float32), noise.astype(np.float32)]
    weights = fused(opinions, labels, np.ones(300, np.float32))
    assert weights[0] > 1
    assert weights[1] < 0.2
    assert (weights >= 0).all()


def test_opinions_that_are_never_wrong_are_believed_within_bounds() -> None:
    labels = np.arange(12) % 3
    right = np.eye(3, dtype=np.float32)[labels]
    (weight,) = fused([right], labels, np.ones(12, np.float32))
    assert 5 < weight < 50


def test_files_are_safetensors(tmp_path: Path) -> None:
    tensors: dict[str, Any] = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.ones(3, np.float16),
    }
    write_weights(tmp_path / "x.safetensors", tensors, {"two": "2", "one": "1"})
    loaded = load_file(tmp_path / "x.safetensors")
    assert {name: tensor.tolist() for name, tensor in loaded.items()} == {
        name: tensor.tolist() for name, tensor in tensors.items()
    }
