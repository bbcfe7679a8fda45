"""Words with typos in them."""

from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from semroute.adapters.lexical.signals.typos import SHORTEST, Typos, may_be_mistyped

LETTERS = "abcå"
words = st.text(alphabet=LETTERS, min_size=SHORTEST, max_size=10)
edits = st.tuples(
    st.sampled_from(["wrong", "missing", "superfluous", "exchanged"]),
    st.integers(0, 9),
    st.sampled_from(LETTERS),
)


def edited(word: str, edit: tuple[str, int, str]) -> str:
    kind, place, letter = edit
    at = place % len(word)
    match kind:
        case "wrong":
            return word[:at] + letter + word[at + 1 :]
        case "missing":
            return word[:at] + word[at + 1 :]
        case "superfluous":
            return word[:at] + letter + word[at:]
        case _:
            return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


@given(words, st.lists(edits, max_size=2))
def test_a_word_is_found_after_as_many_typos_as_allowed(
    word: str, typos: list[tuple[str, int, str]]
) -> None:
    mistyped = word
    for typo in typos:
        mistyped = edited(mistyped, typo)
    index = Typos.of([word], 2)
    assert index.near(mistyped) == [word]


@given(st.lists(words, max_size=8), st.text(alphabet=LETTERS, max_size=12), st.integers(1, 2))
def test_it_finds_what_comparing_with_every_word_finds(
    known: list[str], word: str, allowed: int
) -> None:
    near = {each for each in known if DamerauLevenshtein.distance(each, word) <= allowed}
    assert set(Typos.of(known, allowed).near(word)) == near


@given(words, words, st.integers(1, 2))
def test_it_does_not_matter_which_of_two_words_is_the_typo(
    one: str, other: str, allowed: int
) -> None:
    assert bool(Typos.of([one], allowed).near(other)) is bool(Typos.of([other], allowed).near(one))


@given(st.text(max_size=8), st.text(max_size=8))
def test_what_must_be_right_is_not_in_the_index(known: str, word: str) -> None:
    assume(not may_be_mistyped(known))
    assert Typos.of([known], 2).near(word) == []


def test_without_typos_nothing_is_near() -> None:
    assert Typos.of(["urgent"], 0).near("urgent") == []
