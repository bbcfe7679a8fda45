"""Words with digits and signs for letters: `1gn0r3`."""

import re
from collections.abc import Iterator
from typing import Final

from .edit import Edit
from .shape import Shape
from .words import COMMON, SLIGHT

_TOKEN: Final = re.compile(
    r"(?<![\w@$!|+./])(?=[A-Za-z]*[0134578@$|!+])[A-Za-z0134578@$|!+]{1,20}(?![\w@$|+/=])"
)

# What each sign stands for; a one or a bar is an i in some words and an l in others.
_FOLD: Final = str.maketrans("0134578@$|!+", "oieastbasiit")
_FOLD_TO_L: Final = str.maketrans("0134578@$|!+", "oleastbasllt")
_SIGNS: Final = re.compile(r"[0134578@$|!+]")
_BETWEEN: Final = re.compile(r"[A-Za-z][0134578@]+[A-Za-z]")

_HEX: Final = frozenset("0123456789abcdef")

# Serial numbers, units and versions have digits at one end, or mostly digits. A word nobody has
# listed counts as leet if it has several signs, one of them between letters, and more letters.
_LEAST_SIGNS: Final = 2

# Who writes three words so writes others so too, and then "70" is "to".
_HABIT: Final = 3

_KNOWN: Final = COMMON | SLIGHT


def may_be_leet(shape: Shape) -> bool:
    """Whether a digit or a sign stands between letters or before them."""
    leet = shape.leet
    if b"da" not in leet:
        return False
    return b"ada" in leet or b"adda" in leet or b" daa" in leet or leet.startswith(b"daa")


def leet_edits(text: str) -> Iterator[Edit]:
    """Finds words with signs for letters."""
    words = [(token.start(), *_word(token[0].rstrip("!|"))) for token in _TOKEN.finditer(text)]
    sure = sum(is_sure for _, _, is_sure in words)
    for start, plain, is_sure in words:
        if plain and (is_sure or sure >= _HABIT):
            yield Edit(start, start + len(plain), plain, 1, 1)


def _word(token: str) -> tuple[str, bool]:
    """Returns the word that a token may spell, and whether it can hardly be anything else."""
    for fold in (_FOLD, _FOLD_TO_L):
        plain = token.translate(fold)
        if plain != token and plain.lower() in _KNOWN:
            return plain, plain.lower() in COMMON and not token.isdigit()
    if _BETWEEN.search(token) is None or _is_code(token):
        return "", False
    signs = len(_SIGNS.findall(token))
    return token.translate(_FOLD), _LEAST_SIGNS <= signs <= len(token) // 2


def _is_code(token: str) -> bool:
    """Whether it is a hexadecimal number, or in upper or mixed case as serial numbers are."""
    is_word = token[1:].islower()
    return not is_word or _HEX.issuperset(token.lower())
