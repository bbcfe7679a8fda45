"""What a category head says, and how it gets along with categories it has not learnt."""

from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch
from attrs import evolve

from semroute.adapters.torch import CheckpointError
from semroute.adapters.torch.category_head import (
    CATEGORIES_FILE,
    CategoryHead,
    digest_of,
    line_digest,
    trained_categories,
)
from semroute.adapters.torch.category_model import CategoryModel, lines_to_encode
from semroute.adapters.torch.complexity_head import ComplexityHead
from semroute.adapters.torch.quantiles import QUANTILES, quantiles_of, rank_in
from semroute.adapters.torch.training.category_parts import About, Parts, write_head
from semroute.adapters.torch.training.networks import Network
from semroute.domain.classification import CategoryDefinition

from .test_fast import MODEL as WORDS

SIZE = 8
NAMES = ("art", "law", "math")
SHIPPED = tuple(CategoryDefinition(name, f"all about {name}", (f"{name}?",)) for name in NAMES)
OWN = CategoryDefinition("bikes", "bicycles")
FINGERPRINT = "sha256:tests"


def units(*shape: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(*shape, SIZE)).astype(np.float32)
    return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True), np.float32)


def parts() -> Parts:
    chance = np.random.default_rng(1)

    def numbers(*shape: int) -> np.ndarray:
        return chance.normal(size=shape).astype(np.float16).astype(np.float32)

    network = Network((numbers(5, SIZE), numbers(5)), (numbers(3, 5), numbers(3)))
    return Parts(
        network,
        units(6).astype(np.float16).astype(np.float32),
        np.array([0, 0, 1, 1, 1, 2]),
        np.ones(6, np.float32),
        units(3, seed=2).astype(np.float16).astype(np.float32),
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    lines = [line for each in SHIPPED for line in (each.description, *each.examples)]
    vectors = dict(zip(map(line_digest, lines), units(len(lines), seed=3), strict=True))
    experts = np.array([0.5, 0.25, 2.0], np.float32)
    distances = quantiles_of(np.linspace(0, 1, 50, dtype=np.float32))
    digests = [digest_of(each) for each in SHIPPED]
    about = About(NAMES, digests, experts, distances, vectors)
    write_head(parts(), about, FINGERPRINT, tmp_path)
    return tmp_path


@pytest.fixture
def head(directory: Path) -> CategoryHead:
    return CategoryHead.load(directory, FINGERPRINT, SIZE)


def test_its_scores_are_those_it_was_trained_with(head: CategoryHead) -> None:
    vectors = units(20, seed=4)
    opinions = parts().opinions(vectors)
    expected = sum(
        weight * opinion for weight, opinion in zip((0.5, 0.25, 2.0), opinions.all, strict=True)
    )
    said = np.stack([head.opinion(vector).scores for vector in vectors])
    assert np.abs(said - expected).max() < 1e-4


def test_its_network_is_torchs(head: CategoryHead) -> None:
    vector = units(1, seed=5)[0]
    first, last = torch.nn.Linear(SIZE, 5), torch.nn.Linear(5, 3)
    with torch.no_grad():
        for layer, (weight, bias) in ((first, head.hidden), (last, head.output)):
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
        expected = last(torch.relu(first(torch.from_numpy(vector)))).numpy()
    only = evolve(head.experts, network=1, prototypes=0, description=0)
    alone = evolve(head, experts=only)
    assert np.abs(alone.opinion(vector).scores - expected).max() < 1e-5


def test_what_a_prompts_words_say_is_heeded_too(head: CategoryHead) -> None:
    vector, text = units(1, seed=6)[0], "can my landlord evict me"
    model = CategoryModel.of(SHIPPED, {}, head, words=WORDS)
    shares = {each.category: each.probability for each in model.classify(vector, text).scores}
    together = WORDS.with_encoder(head.opinion(vector).scores, text).astype(float)
    expected = np.exp(together) / np.exp(together).sum()
    assert [shares[name] for name in NAMES] == pytest.approx(expected.tolist(), rel=1e-4)
    meaning = CategoryModel.of(SHIPPED, {}, head).classify(vector, text)
    assert meaning.best.probability != pytest.approx(max(shares.values()), rel=1e-2)


def test_a_subset_divides_the_whole_among_itself(head: CategoryHead) -> None:
    vector = units(1, seed=6)[0]
    whole = CategoryModel.of(SHIPPED, {}, head).classify(vector, "")
    some = CategoryModel.of(SHIPPED[:2], {}, head).classify(vector, "")
    shares = {each.category: each.probability for each in whole.scores}
    assert sum(shares.values()) == pytest.approx(1)
    for each in some.scores:
        expected = shares[each.category] / (shares["art"] + shares["law"])
        assert each.probability == pytest.approx(expected, rel=1e-4)


def test_a_category_of_ones_own_stands_beside_those_that_were_learnt(head: CategoryHead) -> None:
    vector = units(1, seed=7)[0]
    definitions = (*SHIPPED, OWN)
    assert lines_to_encode(definitions, head) == ("bicycles",)
    vectors = {"bicycles": units(1, seed=8)[0]}
    mixed = CategoryModel.of(definitions, vectors, head)
    shares = {each.category: each.probability for each in mixed.classify(vector, "").scores}
    alone = CategoryModel.of(SHIPPED, {}, head).classify(vector, "")
    assert mixed.bank is not None
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["bikes"] == pytest.approx(mixed.bank.probabilities(vector)["bikes"])
    for each in alone.scores:
        expected = (1 - shares["bikes"]) * each.probability
        assert shares[each.category] == pytest.approx(expected, rel=1e-4)


def test_a_learnt_category_that_says_something_else_is_taken_at_its_word(
    head: CategoryHead,
) -> None:
    changed = evolve(SHIPPED[0], description="paintings only")
    assert not head.knows(changed)
    assert head.knows(SHIPPED[0])
    assert head.knows(CategoryDefinition("art"))
    assert not head.knows(CategoryDefinition("bikes"))
    assert lines_to_encode((changed, *SHIPPED[1:]), head) == ("paintings only",)


def test_starting_with_learnt_categories_encodes_nothing(head: CategoryHead) -> None:
    assert lines_to_encode(SHIPPED, head) == ()
    assert CategoryModel.of(SHIPPED, {}, head).bank is None


def test_a_category_that_only_the_head_knows_lends_the_bank_its_prototypes(
    head: CategoryHead,
) -> None:
    definitions = (CategoryDefinition("law"), OWN)
    model = CategoryModel.of(definitions, {"bicycles": units(1, seed=8)[0]}, head)
    assert model.bank is not None
    assert model.bank.probabilities(head.own_prototypes("law")[1])["law"] > 0.5


def test_a_category_of_which_nothing_is_known_is_refused(head: CategoryHead) -> None:
    with pytest.raises(CheckpointError, match="'bikes' says nothing"):
        CategoryModel.of((*SHIPPED, CategoryDefinition("bikes")), {}, head)


def test_what_is_far_from_everything_is_strange(head: CategoryHead) -> None:
    near = head.opinion(head.prototypes[0]).strangeness
    far = head.opinion(-head.prototypes.mean(axis=0)).strangeness
    assert 0 <= near < 0.05
    assert near < far <= 1


def test_a_head_of_another_encoder_is_refused(directory: Path) -> None:
    with pytest.raises(CheckpointError, match="was trained on the encoder sha256:tests"):
        CategoryHead.load(directory, "sha256:other", SIZE)
    with pytest.raises(CheckpointError, match="has no usable tensor"):
        CategoryHead.load(directory, FINGERPRINT, SIZE + 1)
    assert trained_categories(directory) == frozenset(NAMES)


def test_a_damaged_head_is_refused(directory: Path, tmp_path: Path) -> None:
    path = directory / CATEGORIES_FILE
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(CheckpointError, match="cannot be read"):
        CategoryHead.load(directory, FINGERPRINT, SIZE)
    with pytest.raises(CheckpointError, match="has no heads in it"):
        trained_categories(tmp_path / "nowhere")


def test_ranks_go_from_none_to_all() -> None:
    quantiles = quantiles_of(np.arange(1000, dtype=np.float32))
    assert quantiles.shape == (QUANTILES,)
    assert rank_in(quantiles, -5) == 0
    assert rank_in(quantiles, 5000) == 1
    assert rank_in(quantiles, 250) == pytest.approx(0.25, abs=0.01)


def test_the_shipped_heads_are_small() -> None:
    shipped = resources.files("semroute")
    assert isinstance(shipped, Path)
    heads = list(shipped.rglob("*.safetensors"))  # letters and encoder alike
    assert len(heads) == 6
    assert sum(path.stat().st_size for path in heads) < 10_000_000


def test_complexity_is_a_rank() -> None:
    head = ComplexityHead(units(1)[0], quantiles_of(np.linspace(-1, 1, 100, dtype=np.float32)))
    assert head.complexity(units(1)[0]) == pytest.approx(1)
    assert head.complexity(-units(1)[0]) == pytest.approx(0, abs=1e-6)
    assert head.complexity(np.zeros(SIZE, np.float32)) == pytest.approx(0.5)
