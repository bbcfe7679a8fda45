"""The passage around a window: what the rules and other readers are shown."""

from typing import Final

import numpy as np

from .grams import Grams

# A passage ends with its sentence if that ends within so many letters of the window, else with a
# word: half a sentence, or much of its neighbours, misleads a reader of meaning.
MARGIN: Final = 40
# Full stops of Latin, Chinese and Japanese, and marks as wide as theirs.
_SENTENCE_ENDS: Final = ".!?\n\u3002\uff01\uff1f"
# A passage has at most so many characters once its blanks are collapsed; more only if someone
# padded it with punctuation.
_MAX_CHARS: Final = 4096


def passage_of(text: str, start: int, end: int) -> str:
    """Returns a passage with its blanks collapsed, bounded."""
    return " ".join(text[start:end].split())[:_MAX_CHARS]


def span_of(text: str, grams: Grams, start: int, end: int) -> tuple[int, int]:
    """Returns where the passage of a window stands, in characters.

    Marks at the very edge of a text belong to it, as in `<|im_start|>`.

    Args:
        text: All of it.
        grams: What it is made of.
        start: The window's first letter.
        end: The letter after its last.
    """
    places = grams.places
    opens, closes = int(places[start]), int(places[end - 1]) + 1
    left, right = _word_before(grams, start - MARGIN), _word_after(text, grams, end + MARGIN)
    before, after = text[left:opens], text[closes:right]
    left += max(before.rfind(mark) for mark in _SENTENCE_ENDS) + 1
    stops = [at for at in map(after.find, _SENTENCE_ENDS) if at >= 0]
    return left, closes + min(stops) + 1 if stops else right


def run_of(text: str, grams: Grams, start: int, end: int) -> tuple[int, int]:
    """Returns where a run of sentences stands, in characters, with the marks that touch it.

    Args:
        text: All of it.
        grams: What it is made of.
        start: The first letter of the run.
        end: The letter after its last.
    """
    places = grams.places
    opens, closes = int(places[start]), int(places[end - 1]) + 1
    left, right = 0, len(text)
    if start:
        gap = text[int(places[start - 1]) + 1 : opens]
        left = opens - (len(gap.split()[-1]) if gap and not gap[-1].isspace() else 0)
    if end < places.size:
        gap = text[closes : int(places[end])]
        right = closes + (len(gap.split(maxsplit=1)[0]) if gap and not gap[0].isspace() else 0)
    return left, right


def _word_before(grams: Grams, letter: int) -> int:
    """Where the first word begins that begins no earlier than a letter, or the text."""
    if letter <= 0:
        return 0
    word = int(np.searchsorted(grams.words, letter))
    begins = int(grams.words[word]) if word < grams.words.size else letter
    # In text without blanks the next word may begin anywhere.
    return int(grams.places[begins if begins <= letter + MARGIN else letter])


def _word_after(text: str, grams: Grams, letter: int) -> int:
    """Where the last word ends that ends no later than a letter, or the text."""
    if letter >= grams.places.size:
        return len(text)
    word = int(np.searchsorted(grams.words, letter, "right")) - 1
    begins = int(grams.words[word])
    return int(grams.places[begins if begins >= letter - MARGIN else letter])
