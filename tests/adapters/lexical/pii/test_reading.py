"""What is near a word is found by reading what is about such words, and no more of a text."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.telling import telling_words

_NUMBER = re.compile(r"[0-9](?<![^\W_].)[0-9 ]{4,20}+(?![^\W_])")
_TOPICS = (Topic.PHONE, Topic.LICENCE)
_TELLING = {first for phrases in PHRASES.values() for first in phrases}

lines = st.lists(
    st.sampled_from(["phone", "driver license", "12 345", "123456", "9 8 7", "of", "nothing", ""]),
    max_size=40,
).map(" ".join)


@given(st.lists(lines, max_size=12).map("\n".join))
def test_a_number_near_a_word_is_read_as_if_all_were_read(text: str) -> None:
    reading = Reading(text)
    everything = _NUMBER.finditer(text)
    near = [each.span() for each in everything if reading.near(_TOPICS, *each.span())]
    beside = [each.span() for each in reading.beside(_NUMBER, _TOPICS)]
    assert [span for span in beside if reading.near(_TOPICS, *span)] == near


@given(
    st.lists(
        st.sampled_from(
            [*"x é7ş?\nɏɐ字\ud800", "phone", "passeport", "téléphone", "telefonnummer", "dl"]
        )
    ),
    st.sampled_from(["", "of the ", "1 2 "]),
)
def test_a_word_is_found_whatever_most_of_the_text_is(parts: list[str], most: str) -> None:
    text = "".join(parts) + 50 * most
    assert telling_words(text).words == _words_of(text)


@pytest.mark.parametrize("gap", range(65_500, 65_540))
def test_a_word_is_found_wherever_it_begins(gap: int) -> None:
    text = f"{'.' * gap}telefonnummer id,dl {'.' * gap}driver"
    assert telling_words(text).words == _words_of(text)


def test_from_the_first_word_on_that_is_one_too_many_none_is_looked_at() -> None:
    told = telling_words("id or " * 40_000)
    assert told.crowded_from == 6 * 32_768
    assert told.words == {"id": [6 * place + 2 for place in range(32_768)]}
    assert telling_words("id or " * 32_768).crowded_from == math.inf


def _words_of(text: str) -> dict[str, list[int]]:
    words: dict[str, list[int]] = {}
    for run in re.finditer("[a-zß-ɏ]+", text):
        if run[0] in _TELLING:
            words.setdefault(run[0], []).append(run.end())
    return words


def test_a_phrase_reaches_as_far_as_the_longest_that_it_is() -> None:
    text = f"social security{' ' * 40}123456789"
    assert Reading(text).near(Topic.SSN, len(text) - 9, len(text))


def test_what_is_far_from_a_word_is_not_read() -> None:
    far = "1234567 and " * 100
    reading = Reading(f"{far}my phone: 7654321\n{far}")
    assert 0 < len(list(reading.beside(_NUMBER, Topic.PHONE))) < 50
    assert list(reading.beside(_NUMBER, Topic.PASSPORT)) == []


@given(st.sampled_from(sorted(Topic)), st.data())
def test_every_phrase_of_a_topic_is_near_what_follows_it(topic: Topic, data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(sorted(PHRASES[topic])))
    phrase = first + data.draw(st.sampled_from(PHRASES[topic][first]))
    reading = Reading(f"The {phrase.upper()}: 12345")
    start = len(reading.text) - 5
    assert reading.mentions(topic)
    assert reading.near(topic, start, start + 5)
    assert not Reading(f"The x{phrase}x: 12345").near(topic, start + 2, start + 7)
