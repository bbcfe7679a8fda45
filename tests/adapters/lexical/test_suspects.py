"""Which windows are looked at by others, of few and of many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.attacks import suspects
from semroute.adapters.lexical.attacks.windows import Windows, ranks_of


@st.composite
def scored(draw: st.DrawFn) -> tuple[np.ndarray, Windows]:
    letters = draw(st.integers(1, 3000))
    sentences = sorted(draw(st.sets(st.integers(0, letters - 1), max_size=80)) | {0})
    windows = Windows.of(letters, np.array(sentences, np.intp))
    logits = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=windows.starts.size)
    # Many windows of a hostile text say the same.
    return np.round(logits, draw(st.sampled_from([0, 1, 9]))), windows


@given(scored(), st.integers(1, 60))
def test_of_many_windows_those_are_found_that_are_of_few(
    text: tuple[np.ndarray, Windows], few: int
) -> None:
    logits, windows = text
    found = suspects.suspects_among(logits, windows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suspects, "_FEW", few)
        assert suspects.suspects_among(logits, windows) == found


@given(scored())
def test_suspects_fall_and_the_worst_comes_first(text: tuple[np.ndarray, Windows]) -> None:
    logits, windows = text
    found = logits[suspects.suspects_among(logits, windows)]
    assert found[0] == logits.max()
    assert np.all(np.diff(found) < 0)


@given(st.sets(st.integers(0, 500)), st.integers(0, 600))
def test_ranks_are_what_a_binary_search_finds(numbers: set[int], most: int) -> None:
    rising = np.array(sorted(number for number in numbers if number <= most), np.intp)
    expected = np.searchsorted(rising, np.arange(most + 1))
    assert np.array_equal(ranks_of(rising, most), expected)


def test_of_tiny_sentences_the_first_and_the_last_end_what_stands_before_them() -> None:
    windows = Windows.of(200, np.array([0, 44, 47, 50], np.intp))
    runs = set(zip(windows.starts[: windows.runs], windows.ends[: windows.runs], strict=True))
    assert {(0, 44), (0, 50)} <= runs
    assert (0, 47) not in runs
