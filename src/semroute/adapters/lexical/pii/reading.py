"""One text while it is read: what several recognisers ask about it is worked out once."""

import math
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import chain
from typing import Final, Protocol, TypeAlias

from semroute.adapters.lexical.pii.lexicon import Topic, Topics
from semroute.adapters.lexical.pii.telling import Telling, telling_words
from semroute.adapters.lexical.pii.typography import typed
from semroute.domain.pii import PiiSpan

# How far a word may stand from the value it is about, in characters: "my phone number, in case
# you need it, is" fits, a word of the sentence before mostly does not.
BEFORE: Final = 44
AFTER: Final = 16

_LONGEST: Final = 96  # characters; no number in groups has more, with what must not follow it
_AROUND: Final = BEFORE + AFTER + _LONGEST
# Numbers are in one row until a line ends or a word comes that is part of none. A row is followed
# back as far as this.
_APART: Final = re.compile(r"\n|[^\W\d_]{6}")
_IN_A_ROW: Final = 64
_DIGIT: Final = re.compile(r"[0-9]")
_NOWHERE: Final[tuple[list[int], list[int]]] = ([], [])


class Search(Protocol):
    """Finds what some pattern fits, as compiled patterns do."""

    def finditer(
        self, string: str, pos: int = 0, endpos: int = sys.maxsize, /
    ) -> Iterator[re.Match[str]]:
        """Yields from left to right what a part of a text has, without overlaps."""
        ...


class Reading:
    """A text with the places of the words that say what a number beside them is."""

    def __init__(self, text: str) -> None:
        self.text = typed(text)
        self._places: dict[Topic | Topics, tuple[list[int], list[int]]] = {}

    @cached_property
    def has_digit(self) -> bool:
        """Whether any ASCII digit is in the text; most kinds need one."""
        return _DIGIT.search(self.text) is not None

    @cached_property
    def lower(self) -> str:
        """The text in lower case, character for character."""
        return self.text.replace("İ", "i").lower()  # the only one that becomes two characters

    @cached_property
    def _telling(self) -> Telling:
        return telling_words(self.lower)

    @cached_property
    def _crowded_from(self) -> float:
        return self._telling.crowded_from

    def _spoken(self, topic: Topic | Topics) -> tuple[list[int], list[int]]:
        """Returns where the words of a topic, or of any of several, begin and have ended."""
        spoken = self._places.get(topic)
        if spoken is None:
            if not self._telling.words:
                spoken = _NOWHERE
            elif isinstance(topic, Topic):
                spoken = self._telling.places(topic, self.lower)
            else:
                starts, ends = zip(*map(self._spoken, topic), strict=True)
                spoken = sorted(chain.from_iterable(starts)), sorted(chain.from_iterable(ends))
            self._places[topic] = spoken
        return spoken

    def mentions(self, topic: Topic | Topics) -> bool:
        """Returns whether a word of the topic stands anywhere in the text, or of any of several."""
        return bool(self._spoken(topic)[0]) or self._crowded_from < math.inf

    def near(
        self, topic: Topic | Topics, start: int, end: int, before: int = BEFORE, after: int = AFTER
    ) -> bool:
        """Returns whether a word of the topic, or of any of several, is close to a span."""
        if end + after >= self._crowded_from:
            return topic is not Topic.VERSION  # which speaks against an address
        starts, ends = self._places.get(topic) or self._spoken(topic)
        if not starts:
            return False
        last = bisect_right(ends, start) - 1
        if last >= 0 and start - ends[last] <= before:
            return True
        following = bisect_left(starts, end)
        return following < len(starts) and starts[following] - end <= after

    def beside(self, search: Search, topic: Topic | Topics) -> Iterator[re.Match[str]]:
        """Yields the matches that are near a word of the topic, or of several, and some others.

        What is far from such words is not read, but for a few words before them: so many that
        numbers in a row are parted as they would be if all were read.
        """
        if not self.mentions(topic):
            return
        starts, _ = self._spoken(topic)
        if len(starts) * _AROUND > len(self.text):
            yield from search.finditer(self.text)  # to part them would take longer
            return
        reached = 0
        for first, last in self._surroundings(topic):
            for match in search.finditer(self.text, max(reached, first), last + _LONGEST):
                if match.start() > last:
                    break
                reached = match.end()
                yield match

    def _surroundings(self, topic: Topic | Topics) -> Iterator[tuple[int, int]]:
        """Yields from where to where a match may begin that is near a word."""
        starts, ends = self._spoken(topic)
        places = zip(starts, ends, strict=True)
        crowd = self._crowded_from
        beyond = [(int(crowd), len(self.text))] if crowd < math.inf else []
        first, last = 0, -1
        for start, end in chain(places, beyond):
            begin = max(0, start - AFTER - _LONGEST)
            if begin > last:
                if last >= 0:
                    yield first, last
                apart = _APART.search(self.text[max(0, begin - _IN_A_ROW) : begin][::-1])
                first = begin if apart is None else begin - apart.start()
            last = max(last, end + BEFORE)
        if last >= 0:
            yield first, last

    def distance_before(self, topic: Topic, start: int) -> int | None:
        """Returns how far before a place the last word of the topic ends, if there is one."""
        _, ends = self._places.get(topic) or self._spoken(topic)
        last = bisect_right(ends, start) - 1
        return start - ends[last] if last >= 0 else None


Recogniser: TypeAlias = Callable[[Reading], Iterator[PiiSpan | None]]
"""Finds one kind, or a few that look alike, in linear time.

It yields None for each dear test that only said that something is none: what takes time counts
where findings count.
"""
