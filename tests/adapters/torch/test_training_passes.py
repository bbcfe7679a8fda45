"""Texts that share a pass of the encoder."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch.encoder import MAX_TOKENS, Encoder
from semroute.adapters.torch.training import Vectorizer
from semroute.adapters.torch.training.passes import passes_of

TEXTS = (
    *("", "a", "to be", "How do I change a flat tyre?", "word " * 100, "word " * 200),
    *("moon " * (2 * MAX_TOKENS), *(" ".join(["tide"] * count) for count in range(1, 40))),
)
LAYERS = (2, 6)


@pytest.mark.model
def test_a_text_that_shares_a_pass_is_the_same_to_the_last_bit(encoder: Encoder) -> None:
    vectors, parts = encoder.encode_each(TEXTS, LAYERS)
    for text, vector, its in zip(TEXTS, vectors, parts, strict=True):
        (expected,), (alone,) = encoder.encode_with_parts([text], LAYERS)
        assert (vector == expected).all(), text
        assert len(its) == len(alone)
        for part, other in zip(its, alone, strict=True):
            assert (part.offsets, part.words) == (other.offsets, other.words)
            assert bool((part.states == other.states).all()), text


@pytest.mark.model
def test_enough_rows_have_the_same_products_in_whatever_company(encoder: Encoder) -> None:
    fused = encoder._fused  # noqa: SLF001 - what is tried out before texts share passes
    assert fused is not None
    least = fused.least_alike()
    if least is None:
        pytest.skip("this machine's BLAS sums rows in another order, however many there are")
    chance = torch.Generator().manual_seed(7)
    for weight in (fused.layers[-1].weight, fused.layers[-1].dense.weight):
        rows = torch.randn(300, weight.shape[1], generator=chance)
        with torch.inference_mode():
            whole = rows @ weight.T
            for count in range(least, 130):
                assert torch.equal(rows[count : 2 * count] @ weight.T, whole[count : 2 * count])


@pytest.mark.model
def test_nothing_is_encoded_in_no_pass(encoder: Encoder) -> None:
    vectors, parts = encoder.encode_each([])
    assert vectors.shape == (0, encoder.dimensions)
    assert not parts


@given(st.lists(st.integers(0, 3000)))
def test_every_text_is_read_once_and_in_order(sizes: list[int]) -> None:
    passes = list(passes_of(range(len(sizes)), sizes))
    assert [at for some in passes for at in some] == list(range(len(sizes)))
    assert all(some for some in passes)
    assert all(len(some) == 1 or sum(sizes[at] for at in some) <= 2048 for some in passes)
    firsts = [sizes[some[0]] for some in passes]
    for some, first in zip(passes, firsts[1:], strict=False):
        assert sum(sizes[at] for at in some) + first > 2048, "no pass begins too soon"


@pytest.mark.model
def test_what_was_lent_is_not_encoded_again_and_what_is_regained_is_known(
    encoder: Encoder, tmp_path: Path
) -> None:
    def fails(what: str, _share: float) -> None:
        pytest.fail(what)

    lent, kept = tmp_path / "lent.npz", tmp_path / "kept.npz"
    one = Vectorizer(encoder, memory=kept)
    one.lend(lent)
    assert not lent.exists(), "nothing is known yet"
    one.regain(lent)
    first = one.vectors(["a moat"], "texts")
    one.lend(lent)
    other = Vectorizer(encoder, fails, lent)
    assert (other.vectors(["a moat"], "texts") == first).all()
    second = Vectorizer(encoder, memory=lent).vectors(["a comet"], "texts")
    one.regain(lent)
    again = Vectorizer(encoder, fails, kept).vectors(["a moat", "a comet"], "texts")
    assert (again == np.concatenate([first, second])).all()
