"""The fast tier: what it computes, what it refuses, and what it never loads."""

import itertools
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from semroute.adapters.torch import CheckpointError
from semroute.adapters.torch.category_head import CATEGORIES_FILE
from semroute.adapters.torch.checkpoint import embedded
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.fast import (
    FAST_FILE,
    FastModel,
    Tokens,
    place_of_fast,
    strangers_to_fast,
)
from semroute.adapters.torch.fast.model import grounds_of
from semroute.adapters.torch.fast.packing import LARGEST, packed, unpacked
from semroute.adapters.torch.fast.tokens import PAIR_BITS, grams_of
from semroute.adapters.torch.training import (
    CategoryText,
    Vectorizer,
    hold_out,
    train_categories,
    train_fast,
)
from semroute.adapters.torch.training.fast import losses_of, principal, shrunk
from semroute.adapters.torch.training.files import write_weights
from semroute.adapters.torch.training.trust import trust_in
from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition

TOKENS = Tokens.load(embedded())
NAMES = ("art", "law", "math")
SIZE, WIDTH, KINDS = 4, 5, 2


def model() -> FastModel:
    chance = np.random.default_rng(1)

    def numbers(*shape: int) -> np.ndarray:
        return chance.normal(size=shape).astype(np.float32)

    return FastModel(
        NAMES,
        ("a", "b", "c"),
        TOKENS,
        numbers(TOKENS.size, SIZE),
        (numbers(WIDTH, SIZE), numbers(WIDTH)),
        (numbers(3, WIDTH), numbers(3)),
        numbers(TOKENS.size + 2**PAIR_BITS, 3 + KINDS),
        numbers(3 + KINDS),
        np.array([0.1, -0.3, 0.4, -0.2], np.float32),
        np.array([0.7, 0.3], np.float32),
        np.array([0.2, -0.1], np.float32),
        np.array([0.5, 0.7, 0.9], np.float32),
        np.array([0.02, 0.004, 0.001], np.float32),
    )


MODEL = model()


def save(directory: Path, encoder: str = TOKENS.fingerprint, **changed: Any) -> Path:
    vectors, vector_scales = shrunk(MODEL.vectors)
    grams, gram_scales = shrunk(MODEL.grams)
    tensors: dict[str, Any] = {
        "vectors": vectors,
        "vectors.scales": vector_scales,
        "grams": grams,
        "grams.scales": gram_scales,
        "hidden.weight": MODEL.hidden[0],
        "hidden.bias": MODEL.hidden[1],
        "output.weight": MODEL.output[0],
        "output.bias": MODEL.output[1],
        "bias": MODEL.bias,
        "trust": MODEL.trust,
        "beside": MODEL.beside,
        "trust_beside": MODEL.trust_beside,
        "thresholds": MODEL.thresholds,
        "losses": MODEL.losses,
    }
    notes = {"encoder": encoder, "names": json.dumps(NAMES), "digests": json.dumps([""] * 3)}
    write_weights(directory / FAST_FILE, tensors | changed, notes)
    return directory


def reference(ids: list[int]) -> tuple[list[float], list[float]]:
    """The same sums, one number at a time: of every category, and of every kind of text."""
    total = [sum(float(MODEL.vectors[token][at]) for token in ids) for at in range(SIZE)]
    length = sum(value * value for value in total) ** 0.5
    direction = [value / length if length else 0.0 for value in total]
    places = set(ids)
    for first, second in itertools.pairwise(ids):
        mixed = (first * 2654435761 + second * 2246822519) % 2**32
        places.add(TOKENS.size + mixed // 2 ** (32 - PAIR_BITS))

    def said_by_grams(column: int) -> float:
        total = sum(float(MODEL.grams[place][column]) for place in places)
        return total / math.sqrt(max(len(places), 1)) + float(MODEL.bias[column])

    halves: list[tuple[float, float]] = []
    for name in range(3):
        network = float(MODEL.output[1][name])
        for unit in range(WIDTH):
            inner = float(MODEL.hidden[1][unit]) + sum(
                float(MODEL.hidden[0][unit][at]) * direction[at] for at in range(SIZE)
            )
            network += float(MODEL.output[0][name][unit]) * max(inner, 0.0)
        halves.append((network, said_by_grams(name)))
    first, second = (max(range(3), key=lambda name: halves[name][at]) for at in range(2))
    odds = [math.exp(said_by_grams(3 + kind)) for kind in range(KINDS)]
    kinds = [each / sum(odds) for each in odds]
    *by_kind, united, longer = map(float, MODEL.trust)
    always = sum(share * trust for share, trust in zip(kinds, by_kind, strict=True))
    trust = math.exp(always + united * (first == second) + longer * math.log(1 + len(ids)))
    return [trust * (network + words) for network, words in halves], kinds


@given(st.lists(st.integers(0, TOKENS.size - 1), max_size=30))
def test_its_scores_are_those_of_plain_arithmetic(ids: list[int]) -> None:
    scores, kinds = MODEL.scores(np.array(ids, np.intp))
    expected_scores, expected_kinds = reference(ids)
    assert scores == pytest.approx(expected_scores, abs=1e-3)
    assert kinds == pytest.approx(expected_kinds, abs=1e-5)


def test_beside_the_encoder_both_count_as_much_as_they_should() -> None:
    encoder = np.array([2, 0, -1], np.float32)
    ours, kinds = MODEL.scores(TOKENS.of("can my landlord evict me")[0])
    said = MODEL.with_encoder(encoder, "can my landlord evict me")
    sure = math.exp(0.2 * kinds[0] - 0.1 * kinds[1])
    assert said == pytest.approx(sure * (0.7 * encoder + 0.3 * ours), abs=1e-5)


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    said = MODEL.classify(Prompt(text))
    assert sum(score.probability for score in said.scores) == pytest.approx(1)
    assert said.coverage == 1


@pytest.mark.parametrize("text", ["", "\ud800", "x" * 100_000, "数学" * 2000])
def test_of_a_long_text_both_ends_are_read(text: str) -> None:
    said = MODEL.classify(Prompt(text))
    assert said.coverage == pytest.approx(min(1.0, 2048 / max(len(text), 1)))
    ends = f"{text[:1024]} {text[-1024:]}" if said.coverage < 1 else text
    assert MODEL.classify(Prompt(ends)).best == said.best


def test_words_are_put_right_before_they_are_read() -> None:
    typed, _ = TOKENS.of("waht is a goverment")
    meant, _ = TOKENS.of("what is a government")
    assert typed.tolist() == meant.tolist()


def test_a_text_is_made_of_its_tokens_and_their_pairs_each_once() -> None:
    there_and_back = grams_of(np.array([7, 8, 7, 8], np.intp), 100)
    assert there_and_back[:2].tolist() == [7, 8]
    assert len(there_and_back) == 4
    assert (there_and_back[2:] >= 100).all()
    assert grams_of(np.zeros(0, np.intp), 100).size == 0


def test_fewer_categories_share_what_the_others_had() -> None:
    even = evolve(MODEL, trust=np.zeros(4, np.float32))  # who is of one mind depends on the choice
    narrowed = even.narrowed(("math", "art"))
    assert narrowed.grams.flags.c_contiguous  # or each prompt would copy all of them
    assert narrowed.names == ("art", "math")
    whole = {each.category: each.probability for each in even.classify(Prompt("hello")).scores}
    part = {each.category: each.probability for each in narrowed.classify(Prompt("hello")).scores}
    assert part["art"] / part["math"] == pytest.approx(whole["art"] / whole["math"], rel=1e-4)
    ids, _ = TOKENS.of("hello")
    assert narrowed.scores(ids)[1] == pytest.approx(even.scores(ids)[1])


@pytest.mark.parametrize(
    ("risk", "threshold"), [(0.1, 0.5), (0.004, 0.7), (0.003, 0.9), (0.0, None)]
)
def test_the_more_risk_the_lower_the_threshold(risk: float, threshold: float | None) -> None:
    expected = None if threshold is None else pytest.approx(threshold)
    assert MODEL.threshold(risk) == expected


def test_it_is_surer_where_both_halves_say_the_same() -> None:
    first = np.array([[3.0, 0, 0], [3.0, 0, 0]], np.float32)
    second = np.array([[1.0, 0, 0], [0, 1.0, 0]], np.float32)
    kinds = np.array([[0.25, 0.75], [1, 0]], np.float32)
    grounds = grounds_of(first, second, kinds, np.array([0, 0]))
    assert np.exp(grounds @ np.array([0, 0, 1, 0])).tolist() == pytest.approx([np.e, 1])
    assert (grounds @ np.array([4, 8, 0, 0])).tolist() == [7, 4]


def test_trust_is_what_was_seen_of_texts_that_nobody_learnt() -> None:
    chance = np.random.default_rng(5)
    are_good = chance.random(2000) < 0.5
    labels = np.where(are_good, 0, chance.integers(0, 2, 2000))
    scores = np.tile(np.array([2.0, 0.0], np.float32), (2000, 1))
    grounds = np.column_stack([np.ones(2000), are_good]).astype(np.float32)
    trust = trust_in(scores, grounds, labels, np.ones(2000, np.float32))
    assert np.exp(trust[0]) < 0.2
    assert np.exp(trust.sum()) > 1.5


def test_a_loss_that_is_less_by_chance_below_one_that_is_more_does_not_count() -> None:
    lucky = evolve(MODEL, losses=np.array([0.0, 0.02, 0.0], np.float32))
    assert lucky.threshold(0.01) == pytest.approx(0.9)


def test_losses_count_what_the_encoder_would_have_known() -> None:
    labels = np.zeros(4, np.intp)
    right, wrong = [9.0, 0.0], [0.0, 9.0]
    fast = np.array([right, wrong, wrong, [0.0, 0.1]], np.float32)
    encoder = np.array([right, right, wrong, right], np.float32)
    losses = losses_of(fast, encoder, labels)
    assert losses[0] == pytest.approx(2 / 4), "believed throughout, two are wrong for nothing"
    assert losses[40] == pytest.approx(1 / 4), "the doubtful one is left to the encoder"
    assert losses_of(encoder, fast, labels)[0] == pytest.approx(-2 / 4)


def test_half_bytes_are_worth_nearly_what_they_stand_for(tmp_path: Path) -> None:
    loaded = FastModel.load(TOKENS, save(tmp_path))
    steps = 2.7 * MODEL.vectors.std(axis=1, keepdims=True) / LARGEST
    is_near = np.abs(loaded.vectors - MODEL.vectors) <= steps * 0.51
    is_cut = np.abs(loaded.vectors) >= steps * 6.9
    assert (is_near | is_cut).all()
    numbers, scales = shrunk(np.zeros((2, 3), np.float32))
    assert not unpacked(numbers).any()
    assert not scales.any()


@given(
    arrays(
        np.int8,
        array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.integers(-LARGEST, LARGEST),
    )
)
def test_what_is_packed_comes_out_again(numbers: np.ndarray) -> None:
    again = unpacked(packed(numbers))
    assert (again[:, : numbers.shape[1]] == numbers).all()
    assert not again[:, numbers.shape[1] :].any()


def test_a_model_of_another_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="was trained on the encoder sha256:other"):
        FastModel.load(TOKENS, save(tmp_path, "sha256:other"))


@pytest.mark.parametrize(
    "changed",
    [
        {"vectors": np.zeros((3, SIZE // 2), np.int8)},
        {"grams.scales": np.full(TOKENS.size + 2**PAIR_BITS, np.nan, np.float16)},
        {"losses": np.zeros(2, np.float32)},
        {"beside": np.zeros(1, np.float32)},
    ],
    ids=["of other tokens", "not finite", "of another grid", "alone"],
)
def test_a_damaged_model_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match="no usable tensor"):
        FastModel.load(TOKENS, save(tmp_path, **changed))


def test_categories_that_say_something_else_now_are_strangers(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "categories.safetensors").touch()
    plain = [CategoryDefinition(name) for name in NAMES]
    assert strangers_to_fast(tmp_path, plain) == ()
    changed = [*plain[1:], CategoryDefinition("art", "painting"), CategoryDefinition("bikes")]
    assert strangers_to_fast(tmp_path, changed) == ("art", "bikes")


def test_an_operator_s_heads_for_categories_do_without_the_shipped_model(tmp_path: Path) -> None:
    (tmp_path / "categories.safetensors").touch()
    assert place_of_fast(tmp_path) is None
    assert strangers_to_fast(tmp_path, []) is None


def test_principal_directions_are_the_same_every_time_and_come_first() -> None:
    chance = np.random.default_rng(2)
    lengths = np.array([1, 9, 1, 1, 4, 1], np.float32)
    points = chance.normal(size=(200, 6)).astype(np.float32) * lengths
    turned = principal(points, 2)
    assert (principal(points, 2) == turned).all()
    assert turned.shape == (200, 2)
    assert abs(np.corrcoef(turned[:, 0], points[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(turned[:, 1], points[:, 4])[0, 1]) > 0.98


def test_it_never_loads_torch() -> None:
    code = (
        "import sys\n"
        "from semroute.adapters.torch.checkpoint import embedded\n"
        "from semroute.adapters.torch.fast import FastModel, Tokens\n"
        "from semroute.domain.chat import Prompt\n"
        "model = FastModel.load(Tokens.load(embedded()))\n"
        "print(model.classify(Prompt('can my landlord evict me')).best.category)\n"
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.splitlines() == ["law", "[]"]


class ByWords(Vectorizer):
    """Takes what the encoder knows of a token before it has read it, which costs no pass."""

    def token_vectors(self) -> np.ndarray:
        weights = self.encoder._model.embeddings.word_embeddings.weight  # noqa: SLF001 - for speed
        return np.array(weights.detach().numpy())


SUBJECTS = {
    "food": ("egg", "bread", "soup", "onion"),
    "stars": ("moon", "comet", "sun", "mars"),
}
TEXTS = [
    CategoryText(text.format(word), label, kind)
    for label, words in SUBJECTS.items()
    for word in words
    for kind, text in (("chat", "tell me about the {}"), ("exam", "What is {} made of?"))
]
DEFINITIONS = [CategoryDefinition("food", "cooking"), CategoryDefinition("stars")]


@pytest.mark.model
def test_the_same_texts_make_the_same_model_and_it_has_learnt_them(
    encoder: Encoder, tmp_path: Path
) -> None:
    made = []
    for name in ("one", "two"):
        place = tmp_path / name
        place.mkdir()
        vectorizer = ByWords(encoder)
        held = hold_out(TEXTS, DEFINITIONS, vectorizer)
        figures = train_fast(held, vectorizer, place)
        made.append((place / FAST_FILE).read_bytes())
        assert {kind: each["texts"] for kind, each in figures.items()} == {
            "chat": 8,
            "chat with the encoder": 8,
            "exam": 8,
            "exam with the encoder": 8,
        }
    assert made[0] == made[1]
    learnt = FastModel.load(TOKENS, tmp_path / "one")
    assert learnt.classify(Prompt("bread and soup")).best.category == "food"
    assert learnt.classify(Prompt("the moon and mars")).best.category == "stars"


@pytest.mark.model
def test_what_is_set_apart_says_how_sure_to_be_and_nothing_else(
    encoder: Encoder, tmp_path: Path
) -> None:
    learnt: list[tuple[bytes, FastModel]] = []
    for name, labels in (("right", ("food", "stars")), ("wrong", ("stars", "food"))):
        place = tmp_path / name
        place.mkdir()
        apart = [
            CategoryText(text, label, "chat", is_apart=True)
            for label, some in zip(
                labels, (("eggs?", "some bread"), ("a comet", "moons")), strict=True
            )
            for text in some
        ]
        vectorizer = ByWords(encoder)
        held = hold_out([*TEXTS, *apart], DEFINITIONS, vectorizer)
        figures = train_fast(held, vectorizer, place)
        train_categories(held, vectorizer, place)
        assert figures["chat"]["texts"] == 8, "nothing is measured on them"
        learnt.append(((place / CATEGORIES_FILE).read_bytes(), FastModel.load(TOKENS, place)))
    (head, sure), (same, doubtful) = learnt
    assert head == same
    assert (sure.grams == doubtful.grams).all()
    assert (sure.vectors == doubtful.vectors).all()
    chat, _ = sure.trust_beside - doubtful.trust_beside
    assert chat > 0.5
    prompt = Prompt("tell me about the bread")
    assert sure.classify(prompt).best.probability > doubtful.classify(prompt).best.probability


@pytest.mark.model
def test_tokens_are_encoded_as_whole_texts(encoder: Encoder) -> None:
    shares: list[float] = []
    first, last = "[PAD]", "!"
    (number,), _ = TOKENS.of(last)
    vectors = encoder.encode_tokens(shares.append, number + 1)
    assert vectors.shape == (number + 1, encoder.dimensions)
    assert vectors[number] == pytest.approx(encoder.encode([last])[0], abs=1e-5)
    assert vectors[0] == pytest.approx(encoder.encode([first])[0], abs=1e-5)
    assert shares == sorted(shares)
    assert shares[-1] == 1
