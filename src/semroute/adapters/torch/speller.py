"""Words that are one slip of the finger away from those that were meant."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from typing import Final

from attrs import frozen

WORDS_FILE: Final = Path(__file__).with_name("words.txt")
"""The words that are known, one a line; made by `training.words`.

First those that may be meant, most frequent first. After an empty line others, of any language.
"""

_BETWEEN_BLANKS: Final = re.compile(r"\S+")
# Lower-case letters and punctuation marks: no part of a name, an address, a program.
_WORD: Final = re.compile(r"""[(\[{"']?([a-z]{4,20})(?:'s)?[.,;:!?)\]}"']*""")
_ANY_WORD: Final = re.compile(r"[^\W\d_]+")
_FEW_WORDS: Final = 2  # so many tell no language
# Words of one text that are looked up, in 11 ms at most if they are long: who mistypes more is no
# person in a hurry, and the fast tier holds up everybody else meanwhile. No prompt that was learnt
# from has so many.
_MOST_WORDS: Final = 32

# What makes a word less likely to be meant than one that is as frequent; chosen on mistyped prompts
# of the training set, of which 92 % of those that are put right become what they were.
_RANK_OF_THE_BEST: Final = 20
_BEGINS_OTHERWISE: Final = 6
_ANOTHER_LETTER: Final = 4

_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside() -> Iterator[tuple[str, str]]:
    for row in _KEYS:
        yield from pairwise(row)
    for upper, lower in pairwise(_KEYS):
        for at, key in enumerate(lower):
            yield from ((key, above) for above in upper[max(at - 1, 0) : at + 2])


_BESIDE: Final = frozenset(pair for each in _beside() for pair in (each, each[::-1]))


@frozen
class Corrected:
    """A text after its words were put right.

    Args:
        text: What it reads now.
    """

    text: str
    _starts: Sequence[int] = ()  # in `text`, of the words that were put right
    _ends: Sequence[int] = ()
    _were: Sequence[tuple[int, int]] = ()  # where these stood in the text as it was

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Returns where in the text as it was a part of `text` stood.

        A part of a word that was put right stood where all of that word did.
        """
        before = bisect_right(self._starts, start) - 1
        first = start if before < 0 else self._moved(before, start, 0)
        before = bisect_left(self._starts, end) - 1
        return first, end if before < 0 else self._moved(before, end, 1)

    def _moved(self, number: int, at: int, side: int) -> int:
        """Returns where something stood that is in or after a word that was put right."""
        after = at - self._ends[number]
        is_inside = after < 0 if side == 0 else after <= 0
        return self._were[number][side] if is_inside else self._were[number][1] + after


@frozen
class Speller:
    """Puts words right that are one slip away from a word that is known.

    A slip swaps two letters, leaves one out, adds one, or hits another. Words of at least four
    lower-case letters are looked at that are not known themselves; a text most of whose words are
    not is no English, and stays as it is; of others the first 32 are looked up. Several threads may
    use it at once.

    Args:
        ranks: The words that may be meant, with how many are more frequent. If there are none,
            every text stays as it is.
        others: More words that are known, of any language.
    """

    ranks: Mapping[str, int]
    others: AbstractSet[str] = frozenset()

    @classmethod
    def of(cls, file: Path | None) -> "Speller":
        """Reads a list of words, once in a process; none if there is no file."""
        return cls({}) if file is None else _read(file)

    def corrected(self, text: str) -> Corrected:
        """Returns a text with its words put right."""
        strange = self._strange(text) if self.ranks else []
        if not strange or self._is_foreign(text):
            return Corrected(text)
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        were: list[tuple[int, int]] = []
        written, done = 0, 0
        for start, end in strange[:_MOST_WORDS]:
            meant = self.meant_by(text[start:end])
            if meant is None:
                continue
            pieces += text[done:start], meant
            starts.append(written + start - done)
            written = starts[-1] + len(meant)
            ends.append(written)
            were.append((start, end))
            done = end
        return Corrected("".join([*pieces, text[done:]]), starts, ends, were)

    def meant_by(self, word: str) -> str | None:
        """Returns the likeliest of the known words that are one slip away, if there are any."""
        known = [each for each in _one_slip_from(word) if each in self.ranks]
        return min(known, key=partial(self._unlikeliness, word), default=None)

    def _unlikeliness(self, word: str, meant: str) -> int:
        unlikeliness = self.ranks[meant] + _RANK_OF_THE_BEST
        if meant[0] != word[0]:
            unlikeliness *= _BEGINS_OTHERWISE
        if len(meant) == len(word):
            wrong = [pair for pair in zip(word, meant, strict=True) if pair[0] != pair[1]]
            if len(wrong) == 1 and wrong[0] not in _BESIDE:
                unlikeliness *= _ANOTHER_LETTER
        return unlikeliness

    def _strange(self, text: str) -> list[tuple[int, int]]:
        """Returns where words stand that are not known."""
        ranks, others = self.ranks, self.others
        places: list[tuple[int, int]] = []
        for piece in _BETWEEN_BLANKS.finditer(text):
            if piece[0] in ranks:
                continue
            word = _WORD.fullmatch(piece[0])
            if word is not None and word[1] not in ranks and word[1] not in others:
                start = piece.start() + word.start(1)
                places.append((start, start + len(word[1])))
        return places

    def _is_foreign(self, text: str) -> bool:
        words = _ANY_WORD.findall(text)
        unknown = sum(word.lower() not in self.ranks for word in words)
        return unknown > _FEW_WORDS and unknown > len(words) / 2


def _one_slip_from(word: str) -> list[str]:
    """Returns what a word may have been before one slip; some of it twice."""
    ways = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return [
        *(f"{before}{letter}{after}" for before, after in ways for letter in ascii_lowercase),
        *(
            f"{before}{letter}{after[1:]}"
            for before, after in ways[:-1]
            for letter in ascii_lowercase
        ),
        *(before + after[1:] for before, after in ways[:-1]),
        *(f"{before}{after[1]}{after[0]}{after[2:]}" for before, after in ways[:-2]),
    ]


@cache
def _read(file: Path) -> Speller:
    words, others = file.read_text(encoding="ascii").split("\n\n")
    ranks = {word: rank for rank, word in enumerate(words.split())}
    return Speller(ranks, frozenset(others.split()))
