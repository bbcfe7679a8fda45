"""The parts of a sentence, as far as words of two letters tell."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from .pieces import COMMA, Kind, Piece
from .terms import Term, term_at
from .vocabulary import JOINTS, PREPOSITIONS, STRONG, TARGETS

# Longer than any sentence: what is put together again and again would take quadratic time.
_MOST_TERMS: Final = 64
_PASSIVE: Final = frozenset(("is", "are", "was", "were", "being", "been"))


@frozen
class Chunk:
    """Terms that stand together.

    Args:
        marker: The preposition before them; empty if there is none.
        terms: In order; at least one.
    """

    marker: str
    terms: tuple[Term, ...]


def chunks_of(pieces: Sequence[Piece]) -> list[Chunk]:
    """Divides a text at its prepositions, commas and questions.

    Both sides of an `and` are put into one order, and a passive is turned around.
    """
    chunks = _divided(pieces)
    if any(piece.text in _PASSIVE for piece in pieces):
        chunks = _active(chunks)
    return _joined(chunks)


def turned(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Returns "tree trunk" for "trunk of a tree"."""
    found: list[Chunk] = []
    for chunk in chunks:
        if chunk.marker == "of" and found and len(found[-1].terms) <= _MOST_TERMS:
            before = found.pop()
            terms = (*before.terms[:-1], *chunk.terms, before.terms[-1])
            found.append(Chunk(before.marker, terms))
        else:
            found.append(chunk)
    return found


def _divided(pieces: Sequence[Piece]) -> list[Chunk]:
    chunks: list[Chunk] = []
    marker = ""
    terms: list[Term] = []
    has_from = any(piece.text == "from" for piece in pieces)
    for at, piece in enumerate(pieces):
        term = term_at(pieces, at)
        if term is not None and term.kind is not Kind.QUESTION:
            terms.append(term)
        elif term is not None or _divides(pieces, at, has_from=has_from):
            if terms:
                chunks.append(Chunk(marker, tuple(terms)))
            if term is not None:
                marker, terms = "", [term]
            else:
                marker = "" if piece is COMMA else STRONG.get(piece.text, piece.text)
                terms = []
    if terms:
        chunks.append(Chunk(marker, tuple(terms)))
    return chunks


def _divides(pieces: Sequence[Piece], at: int, *, has_from: bool) -> bool:
    piece = pieces[at]
    if piece.text == "to" and not has_from:
        # What follows is a verb, if nothing says otherwise.
        after = pieces[at + 1] if at + 1 < len(pieces) else piece
        return after.kind is not Kind.WORD or after.text in TARGETS
    return piece is COMMA or piece.text in PREPOSITIONS or piece.text in JOINTS


def _active(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Returns "a boy throws a ball" for "a ball is thrown by a boy"."""
    match chunks:
        case [Chunk("", [*subject, verb]), Chunk("by", terms), *others] if subject:
            return [Chunk("", (*terms, verb, *subject)), *others]
        case _:
            return list(chunks)


def _joined(chunks: Sequence[Chunk]) -> list[Chunk]:
    found: list[Chunk] = []
    for chunk in chunks:
        if chunk.marker not in JOINTS:
            found.append(chunk)
            continue
        is_first = not found or len(found[-1].terms) > _MOST_TERMS
        before = Chunk("", ()) if is_first else found.pop()
        left, right = before.terms, chunk.terms
        if left and left[-1].form > right[0].form:
            left, right = (*left[:-1], right[0]), (left[-1], *right[1:])
        found.append(Chunk(before.marker, (*left, *right)))
    return found
