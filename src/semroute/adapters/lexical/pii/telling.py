"""The words of a text that say what a number beside them is."""

import math
from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import Final

from attrs import frozen

from semroute.adapters.lexical.pii.automaton import Automaton
from semroute.adapters.lexical.pii.lexicon import PHRASES, Topic

# A megabyte of prose has some 5,000 words that say what a number is, one of records under such
# headings five times as many. A text with more than this is made of them.
_CROWD: Final = 32_768
_SPACING: Final = 32  # characters; what a longer text may have more of is further apart than this

_LETTERS: Final = (*range(ord("a"), ord("z") + 1), *range(ord("ß"), 256))
_LETTERS_ALONE: Final = bytes(byte if byte in _LETTERS else ord(" ") for byte in range(256))
# Letters that have no byte: none ends any of the phrases, but one may be beside.
_HIGH: Final = "\u0100"
_HIGHEST: Final = "\u024f"


def _letters(text: str) -> bytes:
    """Returns a text as a byte for each character, of which only letters are no blanks."""
    return text.encode("latin-1", "replace").translate(_LETTERS_ALONE)


def _by_letters() -> dict[bytes, tuple[str, ...]]:
    """Returns the phrases by what is looked for in such a copy of a text.

    That is with what is before, and if it is one word with what is behind.
    """
    phrases = sorted({phrase for some in PHRASES.values() for phrase in some})
    written = [(_letters(f" {each} " if each.isalpha() else f" {each}"), each) for each in phrases]
    return {
        letters: tuple(phrase for _, phrase in some)
        for letters, some in groupby(sorted(written), key=itemgetter(0))
    }


_BY_LETTERS: Final = _by_letters()
_PHRASES: Final = tuple(_BY_LETTERS.values())
_AUTOMATON: Final = Automaton(tuple(_BY_LETTERS))


@frozen
class Telling:
    """The words that say something, whatever it is.

    Args:
        phrases: For each of them, where it begins.
        crowded_from: From here on they are too many to be looked at; infinity if they are not.
            A number there is believed to stand beside every word that speaks for it, and beside
            none that speaks against it: in a text of nothing but such words more is found than
            there is, and never less.
    """

    phrases: dict[str, list[int]]
    crowded_from: float

    def places(self, topic: Topic) -> tuple[list[int], list[int]]:
        """Returns where words and phrases of a topic begin in the text, and where they end."""
        starts: list[int] = []
        ends: list[int] = []
        for phrase in PHRASES[topic]:
            begun = self.phrases.get(phrase)
            if begun is not None:
                length = len(phrase)
                starts += begun
                ends += [start + length for start in begun]
        starts.sort()
        ends.sort()
        return starts, ends


def telling_words(lower: str) -> Telling:
    """Returns the words of a text that say something; it must be in lower case."""
    text = f" {lower} "
    has_high = not text.isascii()
    begun: defaultdict[int, list[int]] = defaultdict(list)
    crowded_from = math.inf
    room = max(_CROWD, len(lower) // _SPACING)
    for block, found in _AUTOMATON.blocks(_letters(text)):
        if has_high:
            found = [
                match
                for match in found
                if not (
                    _HIGH <= text[block + match[1]] <= _HIGHEST
                    or _HIGH <= text[block + match[2] - 1] <= _HIGHEST
                )
            ]
        for letters, before, _ in found[:room]:
            begun[letters].append(block + before)  # as the text has no blank before it
        if len(found) > room:
            crowded_from = block + found[room][1]
            break
        room -= len(found)
    phrases: dict[str, list[int]] = {}
    for letters, starts in begun.items():
        for phrase in _PHRASES[letters]:
            said = starts if phrase.isalpha() else _said(lower, phrase, starts)
            if said:
                phrases[phrase] = said
    return Telling(phrases, crowded_from)


def _said(lower: str, phrase: str, starts: list[int]) -> list[int]:
    return [start for start in starts if lower.startswith(phrase, start)]
