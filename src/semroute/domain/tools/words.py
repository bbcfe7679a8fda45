"""The words of texts and of names, so that both can be compared."""

import re
from typing import Final

# Where a name such as `getHTTPStatus` has its next word. Other alphabets do not write like that.
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_GAP: Final = re.compile(r"[\W_]+")

# What requests and descriptions are full of, whatever they are about.
_EMPTY_WORDS: Final = (
    "a an and any are as at be been by can could did do does for from get give given has have "
    "he her his how i if in into is it its let like me my need of on or our out please she "
    "should so some than that the their them then there these they this those to us want was "
    "we were what when where which who will with would you your"
)
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())
_ENDINGS: Final = ("ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "e", "s", "y")
_STEM_CHARS: Final = 4  # shorter stems are shared by words that have nothing in common
_MOST_CHARS: Final = 512  # of a name; APIs allow 64 to 128


def spoken(name: str) -> str:
    """Returns a name as somebody would say it: `get_userName` becomes `get user name`.

    What is longer than any API allows is cut off.
    """
    return _GAP.sub(" ", _HUMP.sub(" ", name[:_MOST_CHARS])).strip().lower()


def words_of(text: str) -> list[str]:
    """Returns the words of a text or a name, in order and without their endings.

    Words that say nothing are left out. Names within the text are divided: `getUser` is two. It
    takes a microsecond for each word, so nobody gives it a text of any length.
    """
    words = (word for part in _WORD.findall(text) for word in _divided(part))
    return [_stem(word) for word in words if word not in _EMPTY]


def _divided(word: str) -> list[str]:
    """Returns the words that a word is made of; nearly always it is one."""
    if word.islower() or word[1:].islower():
        return [word.lower()]
    return _HUMP.sub(" ", word).lower().split(" ")


def _stem(word: str) -> str:
    if not word.endswith(_ENDINGS):  # most words, and much faster than one by one
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_CHARS:
            return word.removesuffix(ending)
    return word
