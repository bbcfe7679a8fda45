"""The language of a prompt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from semroute.adapters.lexical.signals import known_languages, language_sensor
from semroute.domain.errors import InvalidPolicyError
from semroute.domain.signals.definitions import LanguageSignal
from semroute.domain.signals.result import Match, SignalResult
from tests.costs import costing

PROMPTS = Path(__file__).parent / "languages.txt"
FRENCH = LanguageSignal(frozenset({"fr"}))
LONG = "Le jardin est derrière la maison, et il y pleut depuis ce matin. "


def prompts() -> Iterator[tuple[str, str]]:
    """The prompts of the file, each with its language; half of them are of a few words."""
    language = ""
    for line in PROMPTS.read_text("utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
        else:
            yield language, line


def sensed(text: str, *languages: str, at_least: float = 0.5) -> SignalResult:
    return language_sensor(LanguageSignal(frozenset(languages), at_least)).sense(text)


def named(text: str) -> str:
    return sensed(text, "fr").why.removeprefix("most probably ")


def test_it_is_right_about_nearly_every_prompt_long_or_short() -> None:
    cases = list(prompts())
    assert len(cases) == 240
    wrong = [(language, text) for language, text in cases if named(text) != language]
    assert len(wrong) <= 4, wrong
    unsure = [text for language, text in cases if sensed(text, language).match is not Match.MATCHED]
    assert len(unsure) <= 10, unsure


def test_shouting_makes_it_no_other_language() -> None:
    wrong = [text for language, text in prompts() if named(text.upper()) != language]
    assert len(wrong) <= 5, wrong


@pytest.mark.parametrize("text", ["", " ", "ok", "Danke", "12345 + 67890", "😀" * 50, "你好", "π"])
def test_a_short_text_is_unknown_rather_than_guessed(text: str) -> None:
    assert sensed(text, "fr") == SignalResult.unknown("too short to tell")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("안녕", "ko"),
        ("ここは", "ja"),
        ("何時か", "ja"),
        ("γεια", "el"),
        ("שלום", "he"),
        ("สวัสดี", "th"),
    ],
)
def test_a_script_of_one_language_needs_no_length(text: str, language: str) -> None:
    assert sensed(text, language) == SignalResult(
        Match.MATCHED, 1.0, 0.5, f"most probably {language}"
    )


def test_how_probable_it_must_be_is_the_operators_choice() -> None:
    text = "Encurta este parágrafo, por favor"  # the model takes it for Spanish
    assert sensed(text, "pt").match is Match.NOT_MATCHED
    assert sensed(text, "pt", at_least=0.1).match is Match.MATCHED
    assert sensed(text, "pt", "es", at_least=0.9).match is Match.MATCHED


def test_programs_and_addresses_are_not_read() -> None:
    program = "```\nfor each in the_list: print(each) # this is what the people want\n```"
    question = "Pourquoi est-ce que ça ne marche pas ?"
    assert sensed(f"{question}\n{program}", "fr").match is Match.MATCHED
    address = "https://example.org/this/is/what/the/people/want"
    assert sensed(f"{address} {question}", "fr").match is Match.MATCHED
    assert sensed(program, "fr").match is Match.UNKNOWN


def test_languages_that_are_part_of_another_count_as_it() -> None:
    text = "Jeg skjønner ikke hvorfor det skal være så vanskelig å få tak i noen som hjelper."
    assert sensed(text, "no").match is Match.MATCHED
    assert sensed(text, "nb").match is Match.MATCHED
    assert sensed(text, "sv").match is Match.NOT_MATCHED


def test_all_of_a_long_text_is_sampled() -> None:
    assert sensed(LONG * 2000, "fr").match is Match.MATCHED
    assert sensed("x " * 20_000 + LONG * 20_000 + "x " * 20_000, "fr").match is Match.MATCHED


def test_what_the_model_can_answer_is_known() -> None:
    known = known_languages()
    assert {"en", "de", "nb", "zh", "ja"} <= known
    assert {named(text) for _, text in prompts()} <= known
    with pytest.raises(InvalidPolicyError, match="nobody can tell: english, xx"):
        language_sensor(LanguageSignal(frozenset({"xx", "en", "english"})))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "数学" * 100_000,
        "`" * 200_000,
        "a@" * 100_000,
        "ab " * 70_000,
        "\0" * 200_000,
    ],
    ids=["word", "chinese", "fences", "addresses", "words", "nothing"],
)
def test_no_text_takes_long(text: str) -> None:
    sensor = language_sensor(FRENCH)
    with costing(1):
        sensor.sense(text)
