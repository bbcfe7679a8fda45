"""One text while it is read: what several recognisers ask about it is worked out once."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final, TypeAlias

from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic
from semroute.domain.pii import PiiSpan

# How far a word may stand from the value it is about, in characters: "my phone number, in case
# you need it, is" fits, a word of the sentence before mostly does not.
BEFORE: Final = 44
AFTER: Final = 16

_WORD: Final = re.compile(r"[a-zß-ɏ]{2,}")
_DIGIT: Final = re.compile(r"[0-9]")


class Reading:
    """A text with the places of the words that say what a number beside them is."""

    def __init__(self, text: str) -> None:
        self.text = text

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
        places: dict[Topic, tuple[list[int], list[int]]] = {}
        lower = self.lower
        for match in _WORD.finditer(lower):
            phrases = PHRASES.get(match[0])
            if phrases is None:
                continue
            start = match.start()
            for rest, topic in phrases:
                if lower.startswith(rest, match.end()):
                    place = places.get(topic)
                    if place is None:
                        place = places[topic] = ([], [])
                    place[0].append(start)
                    place[1].append(match.end() + len(rest))
        return places

    def mentions(self, topic: Topic) -> bool:
        """Returns whether a word of the topic stands anywhere in the text."""
        return topic in self._places

    def near(
        self, topic: Topic, start: int, end: int, before: int = BEFORE, after: int = AFTER
    ) -> bool:
        """Returns whether a word of the topic stands close before or after a span."""
        place = self._places.get(topic)
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
