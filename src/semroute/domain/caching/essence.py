"""What a question comes down to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from .chunks import chunks_of, turned
from .pieces import Kind, pieces_of
from .rephrasing import rephrased
from .terms import Term
from .vocabulary import LOOSE, MOVABLE, NOW, NOW_PHRASES, STRONG

_NOW_STARTS: Final = frozenset(phrase[0] for phrase in NOW_PHRASES)
_SUPERLATIVE: Final = "est"
_SHORTEST: Final = 5  # as in `oldest`, but not in `test`


@frozen
class Essence:
    """What decides the answer to a question, without what is only a way of asking.

    Args:
        terms: The words that count, in the order of the text; if none does, all there are.
        markers: The prepositions that say who does what to whom, by the form behind them.
        core: The forms of what has its place, in order.
        phrases: The forms of what stands after prepositions, which may change places; sorted.
        questions: How many sentences ask something, the last one aside.
        is_about_now: Whether the answer depends on when it is given.
    """

    terms: tuple[Term, ...] = field(default=(), repr=False)
    markers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    core: tuple[str, ...] = field(default=(), repr=False)
    phrases: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    questions: int = 0
    is_about_now: bool = False

    @property
    def order(self) -> tuple[str, ...]:
        """The forms of what has its place, in the order of the text."""
        return _placed(self.terms, self.terms)


def essence_of(text: str) -> Essence:
    """Returns what a text comes down to; the work is linear in its length."""
    pieces = pieces_of(text)
    chunks = chunks_of(rephrased(pieces))
    terms = tuple(term for chunk in chunks for term in chunk.terms)
    parts = turned(chunks)
    phrases = (
        ("" if chunk.marker in LOOSE else chunk.marker, *_placed(chunk.terms, terms))
        for chunk in parts
        if chunk.marker
    )
    return Essence(
        terms=terms or tuple(Term(piece.text) for piece in pieces),
        markers={
            chunk.terms[0].form: chunk.marker for chunk in chunks if chunk.marker in STRONG.values()
        },
        core=_placed((term for part in parts if not part.marker for term in part.terms), terms),
        phrases=tuple(sorted(phrases)),
        questions=text.strip().rstrip("?!. \n").count("? "),
        is_about_now=_is_about_now([piece.text for piece in pieces]),
    )


def _placed(terms: Iterable[Term], of: Sequence[Term]) -> tuple[str, ...]:
    """Returns the forms of terms, without those that may stand anywhere."""
    superlatives = {term.form for term in of if _is_superlative(term)}
    # With two of them it matters what is the largest and what the oldest.
    movable = MOVABLE | superlatives if len(superlatives) == 1 else MOVABLE
    return tuple(
        term.form for term in terms if term.kind is not Kind.QUESTION and term.form not in movable
    )


def _is_superlative(term: Term) -> bool:
    return (
        term.kind is Kind.WORD and term.form.endswith(_SUPERLATIVE) and len(term.form) > _SHORTEST
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
