"""Words that are put right before the encoder reads them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch.speller import WORDS_FILE, Corrected, Speller
from tests.costs import is_within

SPELLER = Speller.of(WORDS_FILE)
WORDS = [*SPELLER.ranks, *SPELLER.others]
LETTERS = st.sampled_from("abehinorst")


def test_the_words_are_lower_case_letters_and_each_stands_once() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)
    assert len(set(WORDS)) == len(WORDS) == len(WORDS_FILE.read_text().split())
    assert WORDS[:3] == ["the", "of", "and"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wich", "which"),  # one left out
        ("waht", "what"),  # two swapped
        ("allways", "always"),  # one too many
        ("wnglish", "english"),  # the key beside
        ("kwantum", None),  # two slips
        ("evli", "evil"),
        ("philosphers", "philosophers"),
    ],
)
def test_a_word_becomes_the_likeliest_that_is_one_slip_away(typed: str, meant: str | None) -> None:
    assert SPELLER.meant_by(typed) == meant


def test_a_frequent_word_is_likelier_than_a_rare_one() -> None:
    assert Speller({"there": 0, "theres": 1}).meant_by("therex") == "there"


def test_a_letter_is_rather_left_out_than_another_one_hit_far_away() -> None:
    # "with" is more frequent, but c and t are keys that nobody confuses.
    assert Speller({"with": 0, "which": 10}).meant_by("wich") == "which"


def test_a_word_rather_begins_as_it_was_typed() -> None:
    assert Speller({"hat": 0, "chart": 30}).meant_by("chat") == "chart"


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("waht is enregy?", "what is energy?"),
        ("so (waht) is teh speed", "so (what) is teh speed"),  # three letters may mean anything
        ("the goverment's plan", "the government's plan"),
        ("how do i sovle this, pls", "how do i solve this, pls"),
    ],
)
def test_slips_are_put_right_where_they_stand(text: str, reads: str) -> None:
    assert SPELLER.corrected(text).text == reads


@pytest.mark.parametrize(
    "text",
    [
        "Waht did Jonh Smiht say?",  # may be names
        "print(lenght) and self.enregy=waht",
        "write to jonh.smiht@exmaple.com or https://exmaple.com/enregy",
        "set use_enregy and enregy2 and --enregy",
        "Por qué los axones conducen más rápido que otros",
        "warum ist der himmel blau und das gras nicht",
        "enregyenregyenregyenregy",
        "",
        "?!",
    ],
)
def test_what_is_no_english_word_stays_as_it_is(text: str) -> None:
    assert SPELLER.corrected(text) == Corrected(text)


def test_a_text_in_another_language_is_told_by_its_words() -> None:
    # Each of these would be put right in an English text.
    assert SPELLER.meant_by("viel")
    assert SPELLER.meant_by("beim")
    assert SPELLER.corrected("viel spaß beim lesen der zeitung heute").text.startswith("viel")


def test_a_word_that_is_only_known_is_never_meant() -> None:
    speller = Speller({"sample": 0}, frozenset({"samuel"}))
    assert speller.corrected("samuel and a samuelx").text == "samuel and a samuelx"


def test_of_very_many_slips_the_first_are_put_right() -> None:
    read = SPELLER.corrected("the enregy of " * 100).text.split()
    assert read.count("energy") == 32
    assert "enregy" not in read[: 3 * 32]
    assert read.count("enregy") == 100 - 32


def test_without_words_every_text_stays_as_it_is() -> None:
    assert Speller.of(None).corrected("waht is enregy?") == Corrected("waht is enregy?")


def test_places_are_those_of_the_text_as_it_was() -> None:
    text = "so waht is enregy, in allways"
    corrected = SPELLER.corrected(text)
    assert corrected.text == "so what is energy, in always"
    places = {text[slice(*corrected.place(*each))] for each in ((3, 7), (4, 6), (3, 4))}
    assert places == {"waht"}
    assert corrected.place(0, 0) == (0, 0)
    at = corrected.text.index("in")
    assert text[slice(*corrected.place(at, at + 2))] == "in"
    assert text[slice(*corrected.place(at + 3, at + 9))] == "allways"
    assert corrected.place(0, len(corrected.text)) == (0, len(text))


def test_the_first_word_is_no_place_before_the_text() -> None:
    assert SPELLER.corrected("waht is it").place(0, 0) == (0, 0)


@given(
    st.lists(st.text(LETTERS, max_size=7) | st.sampled_from(["What", "x1", "é", ","]), max_size=30)
)
def test_places_lead_back_to_what_was_kept(words: list[str]) -> None:
    text = " ".join(words)
    corrected = SPELLER.corrected(text)
    places = [corrected.place(at, at + 1) for at in range(len(corrected.text))]
    assert all(first <= second for first, second in pairwise(places))
    assert all(0 <= start < end <= len(text) for start, end in places)
    kept = [(at, place) for at, place in enumerate(places) if place[1] - place[0] == 1]
    assert all(corrected.text[at] == text[slice(*place)] for at, place in kept)
    assert corrected.text.count(" ") == text.count(" ")


@given(st.text(LETTERS, min_size=4, max_size=12))
def test_what_was_meant_is_known_and_one_slip_away(word: str) -> None:
    meant = SPELLER.meant_by(word)
    if meant is None:
        return
    assert meant in SPELLER.ranks
    assert abs(len(meant) - len(word)) <= 1
    wrong = [at for at, pair in enumerate(zip(word, meant, strict=False)) if pair[0] != pair[1]]
    if len(meant) == len(word):
        assert len(wrong) <= 2  # one letter, or two that changed places
    else:
        longer, shorter = sorted((word, meant), key=len, reverse=True)
        assert any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


@pytest.mark.parametrize(
    "unit", ["a", "the ", "enregy ", "enregyx the ", "a,", "ab'", "(", "é ", "waht.\n"]
)
def test_a_hostile_megabyte_costs_what_its_length_does(unit: str) -> None:
    piece = unit * (100_000 // len(unit))
    few = is_within(3.0, lambda: SPELLER.corrected(piece))
    assert few
