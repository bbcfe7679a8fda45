"""English words with accents on letters that have none in English: `ígñóré`."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from .edit import Edit
from .shape import Shape
from .words import COMMON

# Letters with a stroke or without a dot are no letters with a mark to Unicode.
_STROKED: Final = dict(zip("øØłŁđĐħĦıŧŦƀƃɇɉɍɏ", "oOlLdDhHitTbbejry", strict=True))

_RANGES: Final = (range(0xC0, 0x250), range(0x1E00, 0x1F00))


def _plain_letters() -> dict[int, str]:
    """Returns the Latin letters with marks, and which letter each is without."""
    table = {ord(char): plain for char, plain in _STROKED.items()}
    for code in (code for codes in _RANGES for code in codes):
        plain = unicodedata.normalize("NFD", chr(code))[0]
        if plain.isascii() and plain.isalpha():
            table[code] = plain
    return table


_PLAIN: Final = _plain_letters()
_ACCENTED: Final = "".join(map(chr, sorted(_PLAIN)))
_WORD: Final = re.compile(f"(?<![A-Za-z])[A-Za-z]*+[{_ACCENTED}][A-Za-z{_ACCENTED}]*+")

# Some words of other languages are English ones without their accents, such as French "thé", but
# hardly three in one text, and never many.
_LEAST_WORDS: Final = 3
_LEAST_SHARE: Final = 0.25


def may_be_accented(shape: Shape) -> bool:
    """Whether there is a question mark, as anything but ASCII is in a shape."""
    return b"?" in shape.lower


def accented_edits(text: str) -> Iterator[Edit]:
    """Takes the accents off all words if enough of them are common in English without."""
    if text.isascii():
        return
    words = [(found.start(), found[0].translate(_PLAIN)) for found in _WORD.finditer(text)]
    known = [word for _, word in words if word.lower() in COMMON]
    if len(set(known)) >= _LEAST_WORDS and len(known) >= _LEAST_SHARE * len(words):
        for start, word in words:
            yield Edit(start, start + len(word), word, 1, 1)
