"""What a character that looks like another, or like nothing, stands for by itself."""

# ruff: noqa: RUF001 - looking alike is what this is about

import string
import unicodedata
from functools import cache
from typing import Final

_LOWER: Final = string.ascii_lowercase

# Letters and digits that Unicode does not call compatible with the ones they are read as, or not
# with them alone: in parentheses, before a full stop, white on black.
_SETS: Final = (
    (0x249C, _LOWER),  # in parentheses
    (0x1F110, _LOWER.upper()),
    (0x1F150, _LOWER.upper()),  # white in a black circle
    (0x1F170, _LOWER.upper()),  # white in a black square
    (0x1F1E6, _LOWER.upper()),  # regional indicators
    (0x2474, "123456789"),  # in parentheses
    (0x2488, "123456789"),  # with a full stop
    (0x2776, "123456789"),  # white in a black circle
    (0x2780, "123456789"),  # in a circle, sans-serif
    (0x278A, "123456789"),  # white in a black circle, sans-serif
)
_SMALL_CAPITALS: Final = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz"

# How typesetters write what keyboards have.
_TYPOGRAPHY: Final = {
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u2028\u2029\x85", "\n"),
    "\u2044": "/",
}

_LISTED: Final = {
    **dict(zip(*_SMALL_CAPITALS, strict=True)),
    **{chr(first + at): plain for first, row in _SETS for at, plain in enumerate(row)},
    **_TYPOGRAPHY,
}

# Blanks and fillers that are letters by their category.
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u180b\u180c\u180d")

# A ligature may spell a phrase (U+FDFA is 18 letters); longer ones than this stay as they are,
# so that a text can only grow threefold.
_LONGEST: Final = 3

# The blocks of marks that fit any letter. Those of one script are part of its spelling.
_MARK_BLOCKS: Final = (
    range(0x300, 0x370),
    range(0x483, 0x48A),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0x20D0, 0x2100),
    range(0xFE20, 0xFE30),
)
MARKS: Final = frozenset(chr(code) for block in _MARK_BLOCKS for code in block)

# Chinese, Hangul, private use: most of Unicode, and none of it stands for anything else.
_PLAIN_BLOCKS: Final = (
    range(0x3400, 0xA000),
    range(0xAC00, 0xF900),
    range(0x17000, 0x1A000),
    range(0x20000, 0x2F800),
    range(0x2FA20, 0xE0000),
    range(0xE1000, 0x110000),
)

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
    return char in "ªº™℠℃℉№ℓ\u2126" or not any(map(str.isalnum, characters()[char]))


def _plain(char: str) -> str:
    code = ord(char)
    for block in _PLAIN_BLOCKS:
        if code in block:
            return char
    if char in _LISTED:
        return _LISTED[char]
    if is_invisible(char) or char in MARKS:
        return ""
    if unicodedata.category(char) == "Zs":
        return " "
    return _compatible(char)


def _compatible(char: str) -> str:
    decimal = unicodedata.decimal(char, None)
    if decimal is not None:
        return str(decimal)
    plain = unicodedata.normalize("NFKC", char)
    if plain == char or len(plain) > _LONGEST:
        return char
    return "".join(map(_plain, plain))
