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

# Who writes three words so writes others so too, and then "70" is "to" and "7002s" a word that
# nobody has listed.
_HABIT: Final = 3
# A longer one of digits up to f is a digest even among such words.
_LONGEST_GUESS: Final = 6

_KNOWN: Final = COMMON | SLIGHT


def may_be_leet(shape: Shape) -> bool:
    """Whether a digit or a sign stands between letters or before them."""
    leet = shape.leet
    if b"da" not in leet:
        return False
    return b"ada" in leet or b"adda" in leet or b" daa" in leet or leet.startswith(b"daa")


def leet_edits(text: str) -> Iterator[Edit]:
    """Finds words with signs for letters."""
    tokens = [(found.start(), found[0].rstrip("!|")) for found in _TOKEN.finditer(text)]
    words = [_word(token) for _, token in tokens]
    is_habit = sum(is_sure for _, is_sure in words) >= _HABIT
    for (start, token), (plain, is_sure) in zip(tokens, words, strict=True):
        spelled = plain or (_guessed(token) if is_habit else "")
        if spelled and (is_sure or is_habit):
            yield Edit(start, start + len(spelled), spelled, 1, 1)


def _guessed(token: str) -> str:
    """Returns the word that a token spells if it spells any."""
    is_word = token.lower() != token.upper() and token[1:] == token[1:].lower()
    if not (is_word and _SIGNS.search(token)):
        return ""
    is_code = len(token) > _LONGEST_GUESS and _is_code(token)
    return "" if is_code else token.translate(_FOLD)


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
