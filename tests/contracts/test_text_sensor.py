"""What everything promises that finds a signal in the letters of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.signals import keyword_sensor, language_sensor, pattern_sensor
from semroute.domain.ports import TextSensor
from semroute.domain.signals.definitions import KeywordSignal, LanguageSignal, PatternSignal
from semroute.domain.signals.result import Match
from tests.costs import costing

SENSORS: dict[str, TextSensor] = {
    "keywords": keyword_sensor(KeywordSignal(any=("refund", "money back"), typos=2)),
    "pattern": pattern_sensor(PatternSignal(r"(?i)\brefund")),
    "language": language_sensor(LanguageSignal(frozenset({"en"}))),
}
sensors = pytest.mark.parametrize("sensor", SENSORS.values(), ids=SENSORS)

YES = "Could you please tell me how to get a refund for these shoes?"
NO = "Wie komme ich von hier aus am schnellsten zum Hafen?"

# All that `why` may say: words of ours and of the operator's.
REASONS = ("", "refund", "money back", "too short to tell")


@sensors
def test_it_tells_texts_apart(sensor: TextSensor) -> None:
    assert sensor.sense(YES).match is Match.MATCHED
    assert sensor.sense(NO).match is Match.NOT_MATCHED


@sensors
@given(st.one_of(st.text(), st.text(alphabet=st.characters(codec=None), max_size=50)))
def test_no_text_is_too_strange(sensor: TextSensor, text: str) -> None:
    assert sensor.sense(text) == sensor.sense(text)


@sensors
@given(st.text(min_size=30))
def test_no_word_of_the_text_is_in_what_it_says(sensor: TextSensor, text: str) -> None:
    result = sensor.sense(text)
    assert result.why in REASONS or result.why.startswith("most probably ")
    assert result.value is None or isinstance(result.value, float)


@sensors
@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "\udfff" * 100, "😀", "\n" * 100])
def test_a_text_without_words_does_not_match(sensor: TextSensor, text: str) -> None:
    assert sensor.sense(text).match is not Match.MATCHED


@sensors
@pytest.mark.parametrize("piece", ["a", "a ", "refun ", "\u0301", "退款", "refund"[::-1], "\ud800"])
def test_a_long_text_is_dealt_with_in_time(sensor: TextSensor, piece: str) -> None:
    text = piece * (200_000 // len(piece))
    with costing(5):
        sensor.sense(text)
