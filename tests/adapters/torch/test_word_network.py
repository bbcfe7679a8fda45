"""What a word's neighbours say of it."""

import numpy as np
import pytest
import torch
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch.word_network import NEIGHBOURHOOD, WordNetwork, with_neighbours

INPUTS, WIDTH, CLASSES = 3, 4, 2
SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=6)


@given(SIZES)
def test_neighbours_are_of_the_same_text(sizes: list[int]) -> None:
    texts = [torch.rand(size, WIDTH) + 1 for size in sizes]
    starts = torch.tensor([sum(sizes[:index]) for index in range(len(sizes))])
    together = with_neighbours(torch.cat(texts), starts)
    alone = [with_neighbours(each, torch.zeros(1, dtype=torch.int64)) for each in texts]
    assert torch.equal(together, torch.cat(alone))
    first = torch.zeros(len(together), dtype=torch.bool)
    first[starts] = True
    assert torch.equal((together[:, :WIDTH] == 0).all(dim=1), first)
    assert torch.equal((together[:, -WIDTH:] == 0).all(dim=1), first.roll(-1))


def test_a_word_is_read_beside_its_neighbours_and_no_others() -> None:
    words = np.random.default_rng(1).normal(size=(5, INPUTS)).astype(np.float32)
    before = _network().probabilities(torch.from_numpy(words))
    assert before.shape == (5, CLASSES)
    assert before.sum(axis=1) == pytest.approx(np.ones(5))
    words[0] += 1
    after = _network().probabilities(torch.from_numpy(words))
    changed = np.abs(after - before).max(axis=1) > 1e-6
    assert changed.tolist() == [True, True, False, False, False]


def test_what_is_twice_as_warm_is_half_as_sure() -> None:
    words = torch.from_numpy(np.random.default_rng(2).normal(size=(5, INPUTS)).astype(np.float32))
    network = _network()
    plain = network.probabilities(words)
    warm = evolve(network, temperature=2.0).probabilities(words)
    odds = np.log(plain[:, 0] / plain[:, 1])
    assert np.log(warm[:, 0] / warm[:, 1]) == pytest.approx(odds / 2, abs=1e-4)


def _network() -> WordNetwork:
    generator = torch.Generator().manual_seed(1)

    def layer(outputs: int, inputs: int) -> tuple[torch.Tensor, torch.Tensor]:
        weight = torch.randn(outputs, inputs, generator=generator)
        return weight, torch.randn(outputs, generator=generator)

    return WordNetwork(layer(WIDTH, INPUTS), layer(6, NEIGHBOURHOOD * WIDTH), layer(CLASSES, 6))
