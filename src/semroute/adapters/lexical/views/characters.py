"""What a character that looks like another, or like nothing, stands for by itself."""

import string
import unicodedata
from functools import cache
from typing import Final

_LOWER: Final = string.ascii_lowercase

# Letters that Unicode does not call compatible with the ones they are read as.
_SMALL_CAPITALS: Final = dict(
    zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True)
)
_LETTER_SETS: Final = (
    (0x249C, _LOWER),  # in parentheses
    (0x1F110, _LOWER.upper()),  # in parentheses, capital
    (0x1F150, _LOWER.upper()),  # white in a black circle
    (0x1F170, _LOWER.upper()),  # white in a black square
    (0x1F1E6, _LOWER.upper()),  # regional indicators
)
_DIGIT_SETS: Final = ((0x2488, "123456789"), (0x2776, "123456789"), (0x278A, "123456789"))

# How typesetters write what keyboards have.
_TYPOGRAPHY: Final = {
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u2028\u2029\x85", "\n"),
    "\u2044": "/",
}

# Blanks and fillers that are letters by their category.
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u180b\u180c\u180d")

# A ligature may spell a phrase (U+FDFA is 18 letters); longer ones than this stay as they are,
# so that a text can only grow threefold.
_LONGEST: Final = 3

# The blocks of marks that fit any letter. Those of one script are part of its spelling.
MARKS: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"

# Chinese, Hangul, private use: most of Unicode, and none of it stands for anything else.
_PLAIN_RANGES: Final = ((0x3400, 0x9FFF), (0xAC00, 0xF8FF), (0x20000, 0x2F7FF), (0x30000, 0xDFFFF))

_MOST_KEPT: Final = 65_536  # about 8 MB; an honest text has some hundred different characters


class Characters(dict[str, str]):
    """A table of what characters stand for, filled as they are met."""

    def __missing__(self, char: str) -> str:
        plain = _plain(char)
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[char] = plain
        return plain


@cache
def characters() -> Characters:
    """Returns the table, one for the process: nothing in it depends on who asks."""
    return Characters()


def is_invisible(char: str) -> bool:
    """Whether it leaves no mark on the screen and does not separate words."""
    code = ord(char)
    if char in _FILLERS or 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF:  # noqa: PLR2004
        return True
    category = unicodedata.category(char)
    if category == "Cc":
        return char not in "\t\n\v\f\r\x85"
    return category == "Cf" and not 0x600 <= code <= 0x605  # noqa: PLR2004 - Arabic number signs


def is_typographic(char: str) -> bool:
    """Whether anybody may write it who hides nothing: quotes, dashes, fractions, powers, flags."""
    code = ord(char)
    if 0x1F1E6 <= code <= 0x1F1FF or unicodedata.category(char) in ("No", "Nl"):  # noqa: PLR2004
        return True
    return char in "ªº™℠℃℉№ℓΩ" or not any(map(str.isalnum, characters()[char]))


def _plain(char: str) -> str:
    code = ord(char)
    if any(first <= code <= last for first, last in _PLAIN_RANGES):
        return char
    known = _listed(char)
    if known is not None:
        return known
    if is_invisible(char) or is_mark(char):
        return ""
    if unicodedata.category(char) == "Zs":
        return " "
    decimal = unicodedata.decimal(char, None)
    if decimal is not None:
        return str(decimal)
    plain = unicodedata.normalize("NFKC", char)
    if plain == char or len(plain) > _LONGEST:
        return char
    return "".join(map(_plain, plain))


def is_mark(char: str) -> bool:
    """Whether it is a mark that fits any letter."""
    code = ord(char)
    return any(ord(first) <= code <= ord(last) for first, last in _mark_ranges())


@cache
def _mark_ranges() -> tuple[tuple[str, str], ...]:
    ranges = MARKS.replace("-", "")
    return tuple(zip(ranges[::2], ranges[1::2], strict=True))


def _listed(char: str) -> str | None:
    known = _SMALL_CAPITALS.get(char) or _TYPOGRAPHY.get(char)
    if known is not None:
        return known
    for first, letters in (*_LETTER_SETS, *_DIGIT_SETS):
        if 0 <= ord(char) - first < len(letters):
            return letters[ord(char) - first]
    return None
