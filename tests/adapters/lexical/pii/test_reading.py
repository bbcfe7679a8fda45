"""What is near a word is found by reading what is about such words, and no more of a text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic
from semroute.adapters.lexical.pii.reading import Reading

_NUMBER = re.compile(r"[0-9](?<![^\W_].)[0-9 ]{4,20}+(?![^\W_])")
_TOPICS = (Topic.PHONE, Topic.LICENCE)

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
