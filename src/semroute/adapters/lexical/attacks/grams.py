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
Kinds: TypeAlias = npt.NDArray[np.uint8]

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

# What a character is, each a bit. A quotation mark is one bit above a letter and a mark that halts
# one above a blank, so that marks and what stands beside them are compared by a shift.
_LETTER, _QUOTE, _BLANK, _HALT, _STOP, _COMMA, _CAPITAL = 1, 2, 4, 8, 16, 32, 64

# What may end a sentence: some marks anywhere, some only before a blank. Quotations stand by
# themselves, because what is quoted is said to be somebody else's; so do the strings of records
# and programs, and what stands between tags.
_MARKS: Final = {
    _STOP: "!?\n\r\u3002\uff01\uff1f",
    _HALT: ".:;\u2026",
    _QUOTE: "\"'<>\u201c\u201d",
    _COMMA: ",",
}

# From here on all are letters: the last general punctuation stands in the block of Chinese and
# Japanese punctuation, U+3000 to U+303F. Of what is as wide as they are two marks end sentences.
_LETTERS_FROM: Final = 0x3040
_KINDS: Final = np.full(0xFF21, _LETTER, np.uint8)
_KINDS[:_LETTERS_FROM] = [
    _LETTER * chr(code).isalnum() | _BLANK * chr(code).isspace() for code in range(_LETTERS_FROM)
]
for _kind, _marks in _MARKS.items():
    _KINDS[[ord(mark) for mark in _marks]] |= _kind


@frozen(eq=False)
class Grams:
    """What a text is made of.

    Args:
        places: Where in the text each of its letters stands.
        words: Which letter each word begins with.
        sentences: Which letter each sentence begins with; the first one with the first.
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
    lowered = _lowered(text)
    codes = _codes_of(lowered)
    # One more, so that something stands after the last, and before the first.
    kinds = np.zeros(codes.size + 1, np.uint8)
    _KINDS.take(codes, mode="clip", out=kinds[:-1])
    places = (kinds & _LETTER).nonzero()[0]
    letters = codes[places]
    if not letters.size:
        empty = (letters,) * 3
        return Grams(places, places, places, empty, empty)
    begins = np.empty(letters.size, np.bool_)
    begins[0] = True
    np.not_equal(places[1:], places[:-1] + 1, out=begins[1:])
    words = begins.nonzero()[0]
    sizes = _sizes(words, letters.size)
    opens = np.zeros(places.size + 1, np.bool_)
    opens[0] = True
    opens[places.searchsorted(_ends(kinds))] = True
    if lowered != text:
        kinds[:-1] |= (codes != _codes_of(text)) * np.uint8(_CAPITAL)
        opens[_unmarked(kinds, places, words, sizes)] = True
    return Grams(
        places,
        words,
        opens[:-1].nonzero()[0],
        _letter_grams(letters),
        _word_grams(letters, words, sizes),
    )


def _ends(kinds: Kinds) -> Places:
    """Returns where marks stand that end a sentence."""
    marks = (kinds & (_STOP | _HALT | _QUOTE)).nonzero()[0]
    if not marks.size:
        return marks
    before, mark, after = kinds[marks - 1], kinds[marks], kinds[marks + 1]
    # A full stop within a word ends nothing, and an apostrophe within one is no quotation mark.
    ends = mark & _STOP | mark >> 1 & (after & _BLANK | ~(before & after) & _LETTER)
    return np.asarray(marks[ends != 0], np.intp)


def _sizes(words: Places, letters: int) -> Places:
    """Returns how many letters each word has."""
    sizes = np.empty_like(words)
    np.subtract(words[1:], words[:-1], out=sizes[:-1])
    sizes[-1] = letters - words[-1]
    return sizes


def _unmarked(kinds: Kinds, places: Places, words: Places, sizes: Places) -> Places:
    """Returns which letters probably begin a sentence after one without a full stop.

    They are capitals after a word that begins with a small letter: so a name is one beginning, and
    a text in which every word has a capital has none.
    """
    begins = places[words]
    capital = (kinds[begins[1:]] & _CAPITAL).nonzero()[0] + 1
    if not capital.size:
        return capital
    first, before = begins[capital], begins[capital - 1]
    after = places[words[capital] - 1] + 1
    is_apart = (kinds[first - 1] & _BLANK != 0) & (kinds[after] & _COMMA == 0)
    is_other = (kinds[first + 1] | kinds[before]) & _CAPITAL == 0
    is_first = is_apart & is_other & (sizes[capital] > 1)
    return np.asarray(words[capital[is_first]], np.intp)


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
