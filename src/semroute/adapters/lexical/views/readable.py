"""Whether decoded bytes are something that somebody wrote."""

import codecs
import re
from typing import Final

from .words import COMMON

# Bytes that happen to decode are noise: a random byte is an ASCII letter or a blank in one case
# of five. Text in any language is mostly letters; this leaves room for figures and punctuation.
_LEAST_LETTERS: Final = 0.6

_LETTERS: Final = re.compile(r"[^\W\d_]+")

# Among random bytes one in ten million such runs is all printable ASCII. So long a run need not
# be letters: it may be digits that are to be decoded once more, or a program.
_SURELY_CHARS: Final = 16

_LEAST_CHARS: Final = 5  # shorter is a coincidence too often, and says too little to matter
_LONGEST_CUT: Final = 3  # bytes of a character that a cut through UTF-8 may leave behind
_CONTINUATIONS: Final = bytes(range(0x80, 0xC0))  # which no character of UTF-8 begins with

# Letters, blanks and digits that are numbers somebody measured spell something, too: lists of heart
# rates are letters, and ages digits. Words have a blank within so many characters, and are small.
_LONGEST_WORD: Final = 20
_LEAST_SMALL: Final = 0.6
_SMALL: Final = re.compile(r"[a-z]")
_FAMILIAR: Final = re.compile(
    r"[\w.+-]@[\w-]{1,63}\.[A-Za-z]|(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])"
)


def text_of(data: bytes) -> str | None:
    """Returns the text that the bytes spell, or None when they spell none."""
    text = _decoded(data)
    return text if text is not None and is_readable(text) else None


def may_be_text(data: bytes) -> bool:
    """Whether these bytes, from anywhere in a longer run, may be of a text."""
    text = _decoded(data.lstrip(_CONTINUATIONS))
    return text is not None and "".join(text.split()).isprintable()


def is_readable(text: str) -> bool:
    """Whether it has no control characters, and is mostly letters and blanks or long ASCII."""
    if len(text) < _LEAST_CHARS:
        return False
    plain = "".join(text.split())
    if not plain.isprintable() or len(plain) * 2 < len(text):
        return False
    if len(text) >= _SURELY_CHARS and text.isascii():
        return True
    others = len(_LETTERS.sub("", plain))
    return len(text) - others >= _LEAST_LETTERS * len(text)


def is_likely(text: str) -> bool:
    """Whether it is words, an address or a long number: what figures spell is none by chance."""
    words = _LETTERS.findall(text)
    if not COMMON.isdisjoint(map(str.lower, words)) or _FAMILIAR.search(text) is not None:
        return True
    return len(text.split()) * _LONGEST_WORD > len(text) > _LONGEST_WORD and len(
        _SMALL.findall(text)
    ) >= _LEAST_SMALL * len(text)


def _decoded(data: bytes) -> str | None:
    wide = _wide(data)
    if wide is not None:
        return data.decode(wide, "replace").removeprefix("\ufeff")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        is_cut = error.start >= len(data) - _LONGEST_CUT and error.reason.startswith("unexpected")
        return data[: error.start].decode() if is_cut else None


def _wide(data: bytes) -> str | None:
    """Returns what the bytes are written in if every character takes two of them, mostly."""
    if data.startswith(codecs.BOM_UTF16_LE) or data[1::2].count(0) * 2 > len(data) // 2:
        return "utf-16-le"  # what PowerShell calls base64
    if data.startswith(codecs.BOM_UTF16_BE) or data[::2].count(0) * 2 > len(data) // 2:
        return "utf-16-be"
    return None
