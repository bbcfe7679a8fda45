"""A text as hashed word and letter sequences, in array operations only.

Only letters and digits count, in lower case. So neither case nor punctuation nor blanks change what
a text is made of, and words that were joined, or whose letters were set apart, still have the
letter sequences they had.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

BUCKET_BITS: Final = 18  # a megabyte for both halves in half precision; no other was tried
BUCKETS: Final = 1 << BUCKET_BITS

LETTERS: Final = (3, 4, 5)
"""How many letters the sequences of letters have."""
WORDS: Final = (1, 2, 3)
"""How many words the sequences of words have."""

Codes: TypeAlias = npt.NDArray[np.uint32]
Places: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]

_SHIFT: Final = np.uint32(32 - BUCKET_BITS)
_MAX_WORD: Final = 64  # letters beyond this place in a word share a multiplier

# Odd 32-bit multipliers (multiply-shift hashing). Any will do, but the weights that were trained
# belong to these.
_SEED: Final = 0x5E3A
_MULTIPLIERS: Final[Codes] = np.random.default_rng(_SEED).integers(
    0, 1 << 32, _MAX_WORD + 16, dtype=np.uint32
) | np.uint32(1)
_IN_WORD: Final = _MULTIPLIERS[:_MAX_WORD]
_OF_LETTERS: Final = _MULTIPLIERS[_MAX_WORD : _MAX_WORD + 5]
_OF_WORDS: Final = _MULTIPLIERS[_MAX_WORD + 5 : _MAX_WORD + 11]

# Up to here a code point is looked up; all beyond it are letters. The last general punctuation
# stands in the block of Chinese and Japanese punctuation, U+3000 to U+303F.
_TABLE_END: Final = 0x3040
_IS_LETTER: Final = np.array([chr(code).isalnum() for code in range(_TABLE_END)] + [True])

# What may end a sentence: some marks anywhere, some only before a blank. Quotations stand by
# themselves, because what is quoted is said to be somebody else's; so do the strings of records
# and programs, and what stands between tags.
_STOP, _HALT, _QUOTE = 1, 2, 3
_MARKS_OF: Final = {
    _STOP: "!?\n\r\u3002\uff01\uff1f",
    _HALT: ".:;\u2026",
    _QUOTE: "\"'<>\u201c\u201d",
}
_COMMA: Final = np.uint32(ord(","))
_MARKS_END: Final = 0xFF20
_MARKS: Final = np.zeros(_MARKS_END + 1, np.uint8)
for _kind, _marks in _MARKS_OF.items():
    _MARKS[[ord(mark) for mark in _marks]] = _kind
_IS_BLANK: Final = np.array([chr(code).isspace() for code in range(_TABLE_END)] + [False])


@frozen(eq=False)
class Grams:
    """What a text is made of.

    Args:
        places: Where in the text each of its letters stands.
        words: Which letter each word begins with.
        sentences: Which letter each sentence begins with, but for the first.
        letter_grams: For each of LETTERS, the bucket of the sequence at each letter that has
            so many from it to the end of the text.
        word_grams: For each of WORDS, likewise.
    """

    places: Places
    words: Places
    sentences: Places
    letter_grams: tuple[Codes, ...]
    word_grams: tuple[Codes, ...]


def grams_of(text: str) -> Grams:
    """Returns a text's sequences; the work is linear in its length."""
    codes = _codes_of(_lowered(text))
    is_letter = _IS_LETTER[np.minimum(codes, np.uint32(_TABLE_END))]
    places = np.flatnonzero(is_letter)
    letters = codes[places]
    if not letters.size:
        empty = (letters,) * 3
        return Grams(places, places, places, empty, empty)
    begins = np.empty(letters.size, np.bool_)
    begins[0] = True
    np.not_equal(places[1:], places[:-1] + 1, out=begins[1:])
    words = np.flatnonzero(begins)
    sizes = _sizes(words, letters.size)
    opens = np.zeros(places.size + 1, np.bool_)
    opens[_marked(codes, is_letter, places)] = True
    opens[_unmarked(codes, codes != _codes_of(text), places, words, sizes)] = True
    return Grams(
        places,
        words,
        np.flatnonzero(opens),
        _letter_grams(letters),
        _word_grams(letters, words, sizes),
    )


def _marked(codes: Codes, is_letter: Mask, places: Places) -> Places:
    """Returns which letters come after a mark that ends a sentence."""
    marks = _MARKS[np.minimum(codes, np.uint32(_MARKS_END))]
    is_blank = _IS_BLANK[np.minimum(codes, np.uint32(_TABLE_END))]
    stops = marks == _STOP
    # A full stop within a word ends nothing, and an apostrophe within one is no quotation mark.
    stops[:-1] |= (marks == _HALT)[:-1] & is_blank[1:]
    quotes = marks == _QUOTE
    quotes[1:-1] &= ~(is_letter[:-2] & is_letter[2:])
    stops |= quotes
    return np.searchsorted(places, np.flatnonzero(stops))


def _sizes(words: Places, letters: int) -> Places:
    """Returns how many letters each word has."""
    sizes = np.empty_like(words)
    np.subtract(words[1:], words[:-1], out=sizes[:-1])
    sizes[-1] = letters - words[-1]
    return sizes


def _unmarked(
    codes: Codes, is_capital: Mask, places: Places, words: Places, sizes: Places
) -> Places:
    """Returns which letters probably begin a sentence after one without a full stop.

    They are capitals after a word that begins with a small letter: so a name is one beginning, and
    a text in which every word has a capital has none.
    """
    begins = places[words]
    first, before, last = begins[1:], begins[:-1], places[words[1:] - 1]
    is_apart = _IS_BLANK[np.minimum(codes[first - 1], np.uint32(_TABLE_END))]
    is_apart &= codes[last + 1] != _COMMA
    is_capitalised = is_capital[first] & ~is_capital[np.minimum(first + 1, codes.size - 1)]
    is_first = is_capitalised & (sizes[1:] > 1) & ~is_capital[before] & is_apart
    return np.asarray(words[1:][is_first], np.intp)


def _letter_grams(letters: Codes) -> tuple[Codes, ...]:
    one, two, three, four, five = _OF_LETTERS
    sums = letters[:-2] * one + letters[1:-1] * two + letters[2:] * three
    grams = [sums >> _SHIFT]
    for size, multiplier in ((4, four), (5, five)):
        sums = sums[:-1] + letters[size - 1 :] * multiplier
        grams.append(sums >> _SHIFT)
    return tuple(grams)


def _word_grams(letters: Codes, words: Places, sizes: Places) -> tuple[Codes, ...]:
    within = np.arange(letters.size) - np.repeat(words, sizes)
    hashes = np.add.reduceat(
        letters * _IN_WORD[np.minimum(within, _MAX_WORD - 1)], words, dtype=np.uint32
    )
    alone, first, second, one, two, three = _OF_WORDS
    pairs = hashes[:-1] * first + hashes[1:] * second
    triples = hashes[:-2] * one + hashes[1:-1] * two + hashes[2:] * three
    return tuple(sums >> _SHIFT for sums in (hashes * alone, pairs, triples))


def _codes_of(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _lowered(text: str) -> str:
    """Lower case, character for character, so that places stay what they were."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a capital dotted I becomes two characters
        lowered = "".join(character.lower()[0] for character in text)
    return lowered
