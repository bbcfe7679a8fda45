from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii.automaton import BLOCK, Automaton

LETTERS = st.text("ab", min_size=1, max_size=4).map(str.encode)


@given(
    st.lists(LETTERS, min_size=1, max_size=6, unique=True),
    st.integers(0, 30),
    st.text("abc", max_size=40).map(str.encode),
)
def test_every_string_is_found_once_wherever_the_blocks_meet(
    strings: list[bytes], before: int, text: bytes
) -> None:
    raw = b"c" * (BLOCK - before) + text
    found = [
        (string, block + start, block + end)
        for block, matches in Automaton(strings).blocks(raw)
        for string, start, end in matches
    ]
    assert sorted(found) == sorted(_places(strings, raw, BLOCK - before))


def _places(strings: Iterable[bytes], raw: bytes, begin: int) -> Iterable[tuple[int, int, int]]:
    for index, string in enumerate(strings):
        for start in range(begin, len(raw)):
            if raw.startswith(string, start):
                yield index, start, start + len(string)


def test_a_text_of_nothing_has_no_blocks() -> None:
    assert list(Automaton([b"a"]).blocks(b"")) == []
