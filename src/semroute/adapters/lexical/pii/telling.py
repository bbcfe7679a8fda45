"""The words of a text that say what a number beside them is."""

import math
from collections import defaultdict
from typing import Final

from attrs import frozen

from semroute.adapters.lexical.pii.automaton import Automaton
from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic

# A megabyte of prose has some 5,000 words that say what a number is, one of records under such
# headings five times as many. A text with more than this is made of them.
_CROWD: Final = 32_768
_SPACING: Final = 32  # characters; what a longer text may have more of is further apart than this

_WORDS: Final = sorted({first for phrases in PHRASES.values() for first in phrases})
# Each is looked for with what is before and behind it, in a copy of a byte for each character that
# has nothing but letters and blanks.
_AUTOMATON: Final = Automaton([f" {word} ".encode("latin-1") for word in _WORDS])
_LETTERS: Final = (*range(ord("a"), ord("z") + 1), *range(ord("ß"), 256))
_LETTERS_ALONE: Final = bytes(byte if byte in _LETTERS else ord(" ") for byte in range(256))
# Letters that have no byte: none is in any of the words, but one may be beside.
_HIGH: Final = "\u0100"
_HIGHEST: Final = "\u024f"


@frozen
class Telling:
    """The words that say something, whatever it is.

    Args:
        words: For each of them, where it has ended.
        crowded_from: From here on they are too many to be looked at; infinity if they are not.
            A number there is believed to stand beside every word that speaks for it, and beside
            none that speaks against it: in a text of nothing but such words more is found than
            there is, and never less.
    """

    words: dict[str, list[int]]
    crowded_from: float

    def places(self, topic: Topic, lower: str) -> tuple[list[int], list[int]]:
        """Returns where words and phrases of a topic begin in the text, and where they end."""
        starts: list[int] = []
        ends: list[int] = []
        rests_of = PHRASES[topic]
        for word, ended in self.words.items():
            for rest in rests_of.get(word, ()):
                said = [end for end in ended if lower.startswith(rest, end)] if rest else ended
                starts.extend([end - len(word) for end in said])
                ends.extend([end + len(rest) for end in said])
        if len(starts) > 1:
            starts.sort()
            ends.sort()
        return starts, ends


def telling_words(lower: str) -> Telling:
    """Returns the words of a text that say something; it must be in lower case."""
    text = f" {lower} "
    has_high = not text.isascii()
    letters = text.encode("latin-1", "replace").translate(_LETTERS_ALONE)
    ended: defaultdict[int, list[int]] = defaultdict(list)
    crowded_from = math.inf
    room = max(_CROWD, len(lower) // _SPACING)
    for block, matches in _AUTOMATON.blocks(letters):
        found = matches
        if has_high:
            found = [
                match
                for match in matches
                if not (
                    _HIGH <= text[block + match[1]] <= _HIGHEST
                    or _HIGH <= text[block + match[2] - 1] <= _HIGHEST
                )
            ]
        for word, _, behind in found[:room]:
            ended[word].append(block + behind - 2)  # without what is beside it
        if len(found) > room:
            crowded_from = block + found[room][1]
            break
        room -= len(found)
    return Telling({_WORDS[word]: ends for word, ends in ended.items()}, crowded_from)
