"""Words that are English only after a turn: rot13, backwards."""

import re
import string
from collections.abc import Callable, Iterator
from typing import Final

from .edit import Edit
from .shape import Shape
from .words import COMMON

_LOWER: Final = string.ascii_lowercase
_ROT13: Final = str.maketrans(
    _LOWER + _LOWER.upper(),
    _LOWER[13:] + _LOWER[:13] + _LOWER[13:].upper() + _LOWER[:13].upper(),
)

# Whole words: base64 has every word of three letters somewhere.
_WORD: Final = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z]{3,}(?![A-Za-z0-9+/=])")

# Two different common words in a stretch without any as it stands. Of 4,498 ordinary texts (exam
# questions, requests to an assistant, letters) none has that.
_LEAST_SIGNS: Final = 2


def rot13(text: str) -> str:
    """Returns the text with its letters turned by half an alphabet."""
    return text.translate(_ROT13)


def backwards(text: str) -> str:
    """Returns the text from its end to its beginning."""
    return text[::-1]


def _signs(turn: Callable[[str], str]) -> frozenset[str]:
    return frozenset(map(turn, COMMON)) - COMMON


_ROT13_SIGNS: Final = _signs(rot13)
_BACKWARDS_SIGNS: Final = _signs(backwards)

# Parts of words that English cannot do without (and `prompt`) and
# that are rare in it when they are turned.
_PARTS: Final = (b"the", b"and", b"you", b"ing", b"ion", b"all", b"our", b"rom")


def _parts(turn: Callable[[str], str]) -> tuple[bytes, ...]:
    return tuple(turn(part.decode()).encode() for part in _PARTS)


_ROT13_PARTS: Final = _parts(rot13)
_BACKWARDS_PARTS: Final = _parts(backwards)


def _has_any(text: bytes, parts: tuple[bytes, ...]) -> bool:
    for part in parts:  # noqa: SIM110 - a generator would take longer than what it does
        if part in text:
            return True
    return False


def may_be_rot13(shape: Shape) -> bool:
    """Whether some part of a common word is there, turned."""
    return _has_any(shape.lower, _ROT13_PARTS)


def may_be_backwards(shape: Shape) -> bool:
    """Whether some part of a common word is there, backwards."""
    return _has_any(shape.lower, _BACKWARDS_PARTS)


def rot13_edits(text: str) -> Iterator[Edit]:
    """Finds stretches of rot13."""
    for start, end in _stretches(text, _ROT13_SIGNS):
        yield Edit(start, end, rot13(text[start:end]), 1, 1)


def backwards_edits(text: str) -> Iterator[Edit]:
    """Finds stretches that are written backwards."""
    for start, end in _stretches(text, _BACKWARDS_SIGNS):
        yield Edit(start, end, backwards(text[start:end]))


def _stretches(text: str, signs: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Finds what lies between two common words and has several turned ones in it."""
    start = 0
    seen: set[str] = set()
    # Most words are neither; asking both sets of all of them at once is what makes this quick.
    if len(signs.intersection(_WORD.findall(text.lower()))) < _LEAST_SIGNS:
        return
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in signs:
            seen.add(word)
        elif word in COMMON:
            if len(seen) >= _LEAST_SIGNS:
                yield start, match.start()
            start = match.end()
            seen.clear()
    if len(seen) >= _LEAST_SIGNS:
        yield start, len(text)
