"""A text in pieces, as a model would say it."""

import unicodedata
from collections.abc import Iterator
from typing import Final

# About thirty words. A chunk around a piece has 200 bytes, so shorter ones would be mostly that.
_MOST_CHARS: Final = 200

_JOINER: Final = "\u200d"  # makes one sign of the two beside it
_MARKS: Final = frozenset({"Mn", "Mc", "Me"})
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_TAGS: Final = range(0xE0020, 0xE0080)
_JAMO_WITHIN: Final = range(0x1160, 0x1200)  # a Hangul syllable's second and third letter


def pieces_of(text: str) -> Iterator[str]:
    """Yields a text in pieces, cut between words if it has any, and never inside a character.

    A character is what a reader takes for one, however many code points it has. What has very
    many code points is one piece, too.
    """
    at = 0
    while at < len(text):
        end = _end(text, at)
        yield text[at:end]
        at = end


def _end(text: str, start: int) -> int:
    end = start + _MOST_CHARS
    if end >= len(text):
        return len(text)
    for blank in range(end - 1, start + _MOST_CHARS // 2, -1):
        if text[blank].isspace() and not _continues(text, blank + 1):
            return blank + 1
    while end < len(text) and _continues(text, end):
        end += 1
    return end


def _continues(text: str, at: int) -> bool:
    """Whether what stands here belongs to the character before it. It says yes too often."""
    before, here = text[at - 1], text[at]
    code = ord(here)
    return (
        unicodedata.category(here) in _MARKS
        or _JOINER in (before, here)
        or (before, here) == ("\r", "\n")
        or code in _SKIN_TONES
        or code in _TAGS
        or code in _JAMO_WITHIN
        or (code in _FLAG_LETTERS and ord(before) in _FLAG_LETTERS)
    )
