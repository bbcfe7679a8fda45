"""The words of a text that say what a number beside them is."""

import math
import re
from collections.abc import Iterable
from itertools import groupby, islice
from typing import Final

from attrs import frozen

from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic

# A megabyte of prose has some 5,000 words that say what a number is, one of records under such
# headings five times as many. A text with more than this is made of them.
_CROWD: Final = 32_768
_SPACING: Final = 32  # characters; what a longer text may have more of is further apart than this


def _tree(words: Iterable[str]) -> str:
    """Returns a pattern of words in which each letter is looked at once, whatever they share."""
    branches = [
        first and first + _tree(word[1:] for word in some)
        for first, some in groupby(sorted(words, reverse=True), key=lambda word: word[:1])
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_LETTER: Final = "[a-zß-ɏ]"
# None of the words has one letter; to look for two is quicker than to try them all.
_TELLING: Final = re.compile(
    rf"(?<!{_LETTER})(?={_LETTER}{{2}})"
    rf"{_tree({first for phrases in PHRASES.values() for first in phrases})}(?!{_LETTER})"
)


@frozen
class Telling:
    """The words that say something, whatever it is.

    Args:
        words: Each of them, and where it has ended.
        crowded_from: From here on they are too many to be looked at; infinity if they are not.
            A number there is believed to stand beside every word that speaks for it, and beside
            none that speaks against it: in a text of nothing but such words more is found than
            there is, and never less.
    """

    words: list[tuple[str, int]]
    crowded_from: float

    def places(self, topic: Topic, lower: str) -> tuple[list[int], list[int]]:
        """Returns where words and phrases of a topic begin in the text, and where they end."""
        starts: list[int] = []
        ends: list[int] = []
        rests_of = PHRASES[topic]
        for word, end in self.words:
            if word in rests_of:
                for rest in rests_of[word]:
                    if lower.startswith(rest, end):
                        starts.append(end - len(word))
                        ends.append(end + len(rest))
        return starts, ends


def telling_words(lower: str) -> Telling:
    """Returns the words of a text that say something; it must be in lower case."""
    matches = _TELLING.finditer(lower)
    words = [
        (match[0], match.end()) for match in islice(matches, max(_CROWD, len(lower) // _SPACING))
    ]
    following = next(matches, None)
    return Telling(words, math.inf if following is None else following.start())
