"""One text while it is read: what several recognisers ask about it is worked out once."""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate, compress
from operator import add
from typing import Final, TypeAlias

from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic
from semroute.adapters.lexical.pii.typography import typed
from semroute.domain.pii import PiiSpan

# How far a word may stand from the value it is about, in characters: "my phone number, in case
# you need it, is" fits, a word of the sentence before mostly does not.
BEFORE: Final = 44
AFTER: Final = 16

# A megabyte of prose has some 5,000 words that say what a number is, one of records under such
# headings five times as many. A text with more than this is made of them; see `_crowded_from`.
_PLACES: Final = 32_768
_SPACING: Final = 32  # characters; what a longer text may have more of is further apart than this

_WORD: Final = re.compile(r"[a-zß-ɏ]{2,}")
_DIGIT: Final = re.compile(r"[0-9]")


class Reading:
    """A text with the places of the words that say what a number beside them is."""

    def __init__(self, text: str) -> None:
        self.text = typed(text)
        # From here on a number is believed to stand beside every word that speaks for it, and
        # beside none that speaks against it: in a text of nothing but such words more is found
        # than there is, and never less.
        self._crowded_from = math.inf

    @cached_property
    def has_digit(self) -> bool:
        """Whether any ASCII digit is in the text; most kinds need one."""
        return _DIGIT.search(self.text) is not None

    @cached_property
    def lower(self) -> str:
        """The text in lower case, character for character."""
        lower = self.text.lower()
        if len(lower) == len(self.text):
            return lower
        return self.text.replace("İ", "i").lower()  # the only one that becomes two characters

    @cached_property
    def _places(self) -> dict[Topic, tuple[list[int], list[int]]]:
        lower = self.lower
        words = _WORD.findall(lower)
        if PHRASES.keys().isdisjoint(words):
            return {}
        places: dict[Topic, tuple[list[int], list[int]]] = {topic: ([], []) for topic in Topic}
        # No step of Python's for the many words that say nothing: a third of the time.
        gaps = map(len, _WORD.split(lower))
        ends = accumulate(map(add, gaps, map(len, words)))
        telling = compress(zip(words, ends, strict=True), map(PHRASES.__contains__, words))
        most = max(_PLACES, len(lower) // _SPACING)
        for count, (word, end) in enumerate(telling):
            start = end - len(word)
            if count == most:
                self._crowded_from = start
                break
            alone, rests, longer = PHRASES[word]
            for topic in alone:
                starts, reached = places[topic]
                starts.append(start)
                reached.append(end)
            if lower.startswith(rests, end):
                for rest, topic in longer:
                    if lower.startswith(rest, end):
                        places[topic][0].append(start)
                        places[topic][1].append(end + len(rest))
        return {topic: place for topic, place in places.items() if place[0]}

    def mentions(self, topic: Topic) -> bool:
        """Returns whether a word of the topic stands anywhere in the text."""
        return topic in self._places or self._crowded_from < math.inf

    def near(
        self, topic: Topic, start: int, end: int, before: int = BEFORE, after: int = AFTER
    ) -> bool:
        """Returns whether a word of the topic stands close before or after a span."""
        place = self._places.get(topic)
        if end + after >= self._crowded_from:
            return topic is not Topic.VERSION  # which speaks against an address
        if place is None:
            return False
        starts, ends = place
        last = bisect_right(ends, start) - 1
        if last >= 0 and start - ends[last] <= before:
            return True
        following = bisect_left(starts, end)
        return following < len(starts) and starts[following] - end <= after

    def distance_before(self, topic: Topic, start: int) -> int | None:
        """Returns how far before a place the last word of the topic ends, if there is one."""
        place = self._places.get(topic)
        if place is None:
            return None
        last = bisect_right(place[1], start) - 1
        return start - place[1][last] if last >= 0 else None


Recogniser: TypeAlias = Callable[[Reading], Iterator[PiiSpan]]
"""Finds one kind, or a few that look alike, in linear time."""
