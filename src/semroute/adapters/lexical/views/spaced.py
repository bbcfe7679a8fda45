"""Words spelled letter by letter: `i g n o r e`, `i.g.n.o.r.e  a.l.l`."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from .edit import Edit
from .segments import divided
from .shape import Shape

# Five letters: shorter runs are sides of a triangle, answers to choose from, initials.
_LEAST_LETTERS: Final = 5

# And one of them must be a word, as in "p r i n t", unless it is a long row of short ones.
_LEAST_WORD: Final = 4
_SURELY_CHARS: Final = 20

# A row of the same letter is a column of a table, or of line breaks that were escaped twice.
_LEAST_KINDS: Final = 3

_GAP: Final = r"[\s.\-_*·•|/\\,~:]{1,4}"
_RUN: Final = re.compile(rf"(?<![^\W_])[^\W\d_](?:{_GAP}[^\W_](?![^\W_])){{{_LEAST_LETTERS - 1},}}")
_STOPS: Final = ".,:"
_LETTER: Final = re.compile(r"[^\W_]")

# Longer than nearly all words: several of them, with nothing to show where they end.
_LONG_WORD: Final = 12
# Dividing costs 3 microseconds a letter; what is left as it is still has its letters in a row.
_MOST_DIVIDED: Final = 20_000

_SIGNS: Final = tuple((b"a" + b" " * gap) * 3 + b"a" for gap in range(1, 5))


def may_be_spaced(shape: Shape) -> bool:
    """Whether letters stand alone, four in a row."""
    words = shape.words
    if (b" a a " in words or words.startswith(b"a a ")) and _SIGNS[0] in words:
        return True
    return (b" a  " in words or words.startswith(b"a  ")) and any(
        sign in words for sign in _SIGNS[1:]
    )


def spaced_edits(text: str) -> Iterator[Edit]:
    """Finds words whose letters stand alone."""
    room = _MOST_DIVIDED
    for run in _RUN.finditer(text):
        words = _words(run)
        if not _is_spelled(run[0], words):
            continue
        for index, word in enumerate(words):
            after = words[index + 1][0] if index + 1 < len(words) else None
            pieces = [word]
            if _LONG_WORD < len(word) <= room:
                room -= len(word)
                pieces = _divided(text, word)
            for piece, following in zip(
                pieces, [*(each[0] for each in pieces[1:]), after], strict=True
            ):
                yield from _joined(text, piece)
                if following is not None:
                    yield Edit(piece[-1] + 1, following, _between(text, word, piece[-1], following))


def _is_spelled(run: str, words: list[list[int]]) -> bool:
    letters = set(_LETTER.findall(run))
    is_long = len(run) >= _SURELY_CHARS or max(map(len, words)) >= _LEAST_WORD
    return is_long and len(letters) >= _LEAST_KINDS


def _words(run: re.Match[str]) -> list[list[int]]:
    """Returns where the letters of each word stand: a word ends where a gap is unusual."""
    text = run.string
    places = [letter.start() for letter in _LETTER.finditer(text, run.start(), run.end())]
    gaps = [text[here + 1 : there] for here, there in pairwise(places)]
    usual, _ = Counter(gaps).most_common(1)[0]
    words = [places[:1]]
    for place, gap in zip(places[1:], gaps, strict=True):
        if len(gap) > len(usual) or (gap != usual and gap.isspace()):
            words.append([])
        words[-1].append(place)
    return words


def _divided(text: str, word: list[int]) -> list[list[int]]:
    """Divides letters between which no gap is longer than others."""
    rest = iter(word)
    letters = "".join(text[place] for place in word).lower()
    return [list(islice(rest, len(part))) for part in divided(letters)]


def _between(text: str, word: list[int], last: int, following: int) -> str:
    """Returns a blank, after a mark that ends a sentence if its like stands between no letters."""
    mark = text[last + 1 : following].strip()
    is_stop = len(mark) == 1 and mark in _STOPS and len(word) > 1
    return f"{mark} " if is_stop and mark not in text[word[0] + 1 : word[1]] else " "


def _joined(text: str, word: list[int]) -> Iterator[Edit]:
    start, last = word[0], word[-1]
    letters = "".join(text[place] for place in word)
    stride, odd = divmod(last - start, max(len(word) - 1, 1))
    if not odd and word == list(range(start, last + 1, max(stride, 1))):
        yield Edit(start, last + 1, letters, max(stride, 1), 1)
        return
    for place, following in pairwise([*word, last + 1]):
        yield Edit(place, following, text[place], 1, 1)
