"""How random a string looks: what tells a key from a word."""

from math import log2
from typing import Final

# Bits a character. English words and identifiers of 20 characters have 2.5 to 3.6, hexadecimal
# digests 3.3 to 4, base64 of that length 3.9 and more.
_RANDOM: Final = 3.0
_LONG: Final = 20
# What n equal characters take off. Texts whose entropy is asked have 256 characters at most.
_LONGEST: Final = 256
_EQUALS: Final = (0.0, *(n * log2(n) for n in range(1, _LONGEST + 1)))
_RANDOM_LONG: Final = 3.3


def entropy(text: str) -> float:
    """Returns the Shannon entropy of the characters of a short text, in bits a character."""
    return _entropy(text, set(text))


def _entropy(text: str, characters: set[str]) -> float:
    length = len(text)
    return log2(length) - sum(map(_EQUALS.__getitem__, map(text.count, characters))) / length


def is_mixed(text: str) -> bool:
    """Returns whether a string has both letters and digits."""
    # Words are seen at once.
    return not text.isalpha() and any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def looks_random(text: str) -> bool:
    """Returns whether a string mixes letters and digits and repeats itself little."""
    return is_mixed(text) and is_varied(text)


def is_varied(text: str) -> bool:
    """Returns whether a string repeats itself no more than a random one of its length."""
    length = len(text)
    least = _RANDOM_LONG if length >= _LONG else _RANDOM
    # With so many characters there is no less entropy than if one stood for all that repeat. Most
    # keys have more than enough of them, and nobody needs to count each.
    characters = set(text)
    repeated = length - len(characters) + 1
    return log2(length) - _EQUALS[repeated] / length >= least or _entropy(text, characters) >= least
