"""Ways of saying the same, made one."""

from collections.abc import Sequence
from typing import Final

from attrs import evolve

from .numerals import counted, ordinal_of, scaled
from .phrases import PHRASES
from .pieces import COMMA, Kind, Piece
from .synonyms import DATES, MONTHS
from .vocabulary import (
    AFTER_WAYS,
    BEFORE_WAYS,
    EXPECTED,
    IDLE,
    POSSIBLE,
    PREPOSITIONS,
    REQUESTS,
    WAYS,
)

# How long the phrases are that begin with a word, the longest first.
_LENGTHS: Final = {
    start: sorted({len(phrase) for phrase in PHRASES if phrase[0] == start}, reverse=True)
    for start in {phrase[0] for phrase in PHRASES}
}
_MOST_BEFORE_WAYS: Final = 7  # "some of the very best possible ways"
# What stands before a `one` that stands for something else.
_BEFORE_ONE: Final = frozenset(
    ("which", "this", "that", "the", "no", "does", "can", "should", "do", "any", "every")
)


def rephrased(pieces: Sequence[Piece]) -> list[Piece]:
    """Returns a text with numbers in digits, and in one word what may be said in several."""
    pieces = _dated(_numbered(pieces))
    found: list[Piece] = []
    position = 0
    while position < len(pieces):
        piece = pieces[position]
        if piece.opens and _is_request(pieces, position):
            position += 2
            continue
        words, position = _way(pieces, position) or _phrase(pieces, position)
        if words is None:
            found.append(piece)
        else:
            found += [Piece(word, opens=piece.opens) for word in words]
    return found


def _phrase(pieces: Sequence[Piece], position: int) -> tuple[Sequence[str] | None, int]:
    for length in _LENGTHS.get(pieces[position].text, ()):
        said = tuple(piece.text for piece in pieces[position : position + length])
        if said in PHRASES:
            return PHRASES[said], position + length
    return None, position + 1


def _way(pieces: Sequence[Piece], position: int) -> tuple[Sequence[str], int] | None:
    """Reads "what is the fastest way to", which asks how, and how fast."""
    first = pieces[position]
    is_plain = first.opens and first.text in BEFORE_WAYS
    if first.text != "what" and not is_plain:
        return None
    texts = [piece.text for piece in pieces[position : position + _MOST_BEFORE_WAYS + 2]]
    if not is_plain and texts[1:2] not in (["is"], ["are"]):
        return None
    start = 0 if is_plain else 2
    words = ["how"]
    for at, text in enumerate(texts[start:-1], start=start):
        if text in WAYS and texts[at + 1] in AFTER_WAYS:
            return words, position + at + 2
        if text not in BEFORE_WAYS:
            return None
        if BEFORE_WAYS[text]:
            words.append(BEFORE_WAYS[text])
    return None


def _is_request(pieces: Sequence[Piece], position: int) -> bool:
    match [piece.text for piece in pieces[position : position + 3]]:
        case [may, "you", verb]:
            return may in POSSIBLE | EXPECTED and verb in REQUESTS
        case _:
            return False


def _dated(pieces: Sequence[Piece]) -> list[Piece]:
    """Puts "March 3, 2024" into the order of "3 March 2024"."""
    found: list[Piece] = []
    for piece in pieces:
        month = found[-1] if found else COMMA
        is_dated = DATES.get(month.text, month.text) in MONTHS
        if is_dated and piece.kind is Kind.NUMBER and _is_day(piece.text):
            found[-1:] = [evolve(piece, text=piece.text.rstrip("sthndr")), month]
        elif piece is COMMA and is_dated and len(found) > 1 and _is_day(found[-2].text):
            continue
        else:
            found.append(piece)
    return found


def _is_day(number: str) -> bool:
    digits = number.rstrip("sthndr")
    return digits.isdecimal() and len(digits) <= 2  # noqa: PLR2004 - at most 31


def _numbered(pieces: Sequence[Piece]) -> list[Piece]:
    """Puts numbers that are written as words into digits."""
    words = ["" if piece.kind is Kind.CODE else piece.text for piece in pieces]
    found: list[Piece] = []
    position = 0
    while position < len(words):
        piece = pieces[position]
        text, after = piece.text, position + 1
        if piece.kind is Kind.NUMBER:
            while after < len(words) and (larger := scaled(text, words[after])) != text:
                text, after = larger, after + 1
        elif not _is_pronoun(words, position) and (read := counted(words, position)):
            text, after = read
        else:
            text = ordinal_of(text) or text
        found.append(piece if text == piece.text else evolve(piece, text=text, kind=Kind.NUMBER))
        position = after
    return found


def _is_pronoun(words: Sequence[str], position: int) -> bool:
    """Whether a `one` stands for somebody or something, and counts nothing."""
    if words[position] != "one":
        return False
    after = words[position + 1] if position + 1 < len(words) else ""
    before = words[position - 1] if position else ""
    return (
        after in IDLE
        or after in PREPOSITIONS
        or after in ("", "and", "or", COMMA.text)
        or before in _BEFORE_ONE
    )
