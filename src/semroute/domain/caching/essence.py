"""What a question comes down to."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import field, frozen

from .chunks import chunks_of, turned
from .pieces import Kind, Piece, pieces_of
from .rephrasing import rephrased
from .terms import Term
from .vocabulary import FUTURE, MOVABLE, NOW, NOW_PHRASES, PAST, PRESENT, STRONG

WILL: Final = "future"
"""The tense that nothing else implies."""


_NOW_STARTS: Final = frozenset(phrase[0] for phrase in NOW_PHRASES)
_TENSES: Final = {
    word: tense
    for tense, words in (("past", PAST), ("present", PRESENT), (WILL, FUTURE))
    for word in words
}
_PARTS: Final = frozenset(STRONG.values())
_SUPERLATIVE: Final = "est"
_SHORTEST: Final = 5  # as in `oldest`, but not in `test`
_PERFECT: Final = frozenset(("has", "have"))
_SHORTEST_VERB: Final = 3  # `owns`, but not `led`, whose present has other letters


@frozen
class Essence:
    """What decides the answer to a question, without what is only a way of asking.

    Args:
        terms: The words that count, in the order of the text; if none does, all there are.
        markers: The prepositions that say who does what to whom, by the form behind them.
        order: The forms of what has its place, in the order of the text.
        core: Of these, what stands behind no preposition.
        phrases: The forms of what stands after prepositions, which may change places; sorted.
        tenses: Which of past, present and future its auxiliaries are in.
        questions: How many sentences ask something, the last one aside.
        is_about_now: Whether the answer depends on when it is given.
    """

    terms: tuple[Term, ...] = field(default=(), repr=False)
    markers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    order: tuple[str, ...] = field(default=(), repr=False)
    core: tuple[str, ...] = field(default=(), repr=False)
    phrases: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    tenses: frozenset[str] = frozenset()
    questions: int = 0
    is_about_now: bool = False


def essence_of(text: str) -> Essence:
    """Returns what a text comes down to; the work is linear in its length."""
    pieces = pieces_of(text)
    plain = rephrased(pieces)
    chunks = chunks_of(plain)
    terms = tuple(term for chunk in chunks for term in chunk.terms)
    parts = turned(chunks)
    movable = _movable(terms)
    phrases = (
        (chunk.marker if chunk.marker in _PARTS else "", *_placed(chunk.terms, movable))
        for chunk in parts
        if chunk.marker
    )
    return Essence(
        terms=terms or tuple(Term(piece.text) for piece in pieces),
        markers={chunk.terms[0].form: chunk.marker for chunk in chunks if chunk.marker in _PARTS},
        order=_placed(terms, movable),
        core=_placed((term for part in parts if not part.marker for term in part.terms), movable),
        phrases=tuple(sorted(phrases)),
        tenses=_tenses(plain),
        questions=text.strip().rstrip("?!. \n").count("? "),
        is_about_now=_is_about_now([piece.text for piece in pieces]),
    )


def _tenses(pieces: Sequence[Piece]) -> frozenset[str]:
    """Returns the tenses of auxiliaries, and of verbs behind a `who`: "who owned", "who owns"."""
    tenses = {_TENSES[piece.text] for piece in pieces if piece.text in _TENSES}
    for before, piece in pairwise(pieces):
        if before.text == "who" and piece.text not in _TENSES and len(piece.text) > _SHORTEST_VERB:
            if piece.text.endswith("ed"):
                tenses.add("past")
            elif piece.text.endswith("s"):
                tenses.add("present")
        elif before.text in _PERFECT and piece.text.endswith("ed"):
            tenses.add("past")  # "who has moved" asks for those who moved
    return frozenset(tenses)


def _movable(terms: Iterable[Term]) -> frozenset[str]:
    """Returns the forms of what may stand anywhere."""
    superlatives = {term.form for term in terms if _is_superlative(term)}
    # With two of them it matters what is the largest and what the oldest.
    return MOVABLE | superlatives if len(superlatives) == 1 else MOVABLE


def _placed(terms: Iterable[Term], movable: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        term.form for term in terms if term.kind is not Kind.QUESTION and term.form not in movable
    )


def _is_superlative(term: Term) -> bool:
    return (
        term.kind in (Kind.WORD, Kind.NAME)
        and term.form.endswith(_SUPERLATIVE)
        and len(term.form) > _SHORTEST
    )


def _is_about_now(words: Sequence[str]) -> bool:
    return any(
        word in NOW
        or (
            word in _NOW_STARTS
            and any(tuple(words[at : at + len(phrase)]) == phrase for phrase in NOW_PHRASES)
        )
        for at, word in enumerate(words)
    )
