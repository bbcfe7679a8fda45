from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch.windows import (
    OVERLAP_CHARS,
    WINDOW_CHARS,
    WORD_CHARS,
    spans_of,
    windows_of,
)

TEXTS = st.one_of(
    st.text(max_size=3000),
    st.lists(st.text("abc", min_size=1, max_size=60), max_size=200).map(" ".join),
    st.integers(0, 20_000).map(lambda size: "x" * size),
    st.integers(0, 20_000).map(lambda size: " " * size),
)


@given(TEXTS, st.integers(1, 20), st.sampled_from([WINDOW_CHARS, 3 * WINDOW_CHARS]))
def test_windows_are_bounded_in_size_and_number(text: str, limit: int, size: int) -> None:
    windows = windows_of(text, limit, size)
    assert 1 <= len(windows.pieces) <= limit
    assert all(len(piece) <= size for piece in windows.pieces)
    assert 0 < windows.coverage <= 1


@given(TEXTS)
def test_no_character_is_lost_and_neighbours_overlap(text: str) -> None:
    spans = spans_of(text, limit=1000)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(spans):
        assert OVERLAP_CHARS <= end - start <= OVERLAP_CHARS + WORD_CHARS
    assert windows_of(text, limit=1000).coverage == 1


@given(st.integers(1, 100_000), st.integers(1, 20))
def test_a_text_with_too_many_windows_is_covered_evenly_from_end_to_end(
    size: int, limit: int
) -> None:
    text = "x" * size
    spans = spans_of(text, limit)
    assert spans[0][0] == 0
    assert spans[-1][1] == size or limit == 1
    covered = set().union(*(range(start, end) for start, end in spans))
    assert windows_of(text, limit).coverage == len(covered) / size


def test_words_are_left_whole_where_that_is_possible() -> None:
    windows = windows_of("word " * 400, limit=10)
    assert all(piece.startswith("word") for piece in windows.pieces)
