"""Patterns of many words."""

from collections.abc import Iterable
from itertools import groupby


def tree_of(words: Iterable[str]) -> str:
    """Returns a pattern of words in which each letter is looked at once, whatever they share.

    A longer word comes before one that it begins with.

    Args:
        words: Letters only; what means something in a pattern would mean it here.
    """
    branches = [
        first and first + tree_of(word[1:] for word in some)
        for first, some in groupby(sorted(words, reverse=True), key=lambda word: word[:1])
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
