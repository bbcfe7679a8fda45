"""The words of a text that decide its answer."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from .pieces import COMMA, POSSESSIVE, Kind, Piece
from .spelling import stem
from .synonyms import (
    ALL_DATES,
    ALL_UNITS,
    DATES,
    QUANTIFIERS,
    QUANTITIES,
    SHORT_UNITS,
    SYNONYMS,
    UNITS,
)
from .vocabulary import (
    AUXILIARIES,
    EXPECTED,
    IDLE,
    JOINTS,
    NEGATIONS,
    PERSONAL,
    POINTING,
    POSSIBLE,
    PREPOSITIONS,
    QUESTIONS,
    RECOMMENDED,
    REQUESTS,
    TARGETS,
    TASKS,
)

_FAMILIES: Final = {stem(word): stem(first) for word, first in SYNONYMS.items()}
_SILENT: Final = IDLE | PREPOSITIONS | JOINTS | {COMMA.text, POSSESSIVE}
_ASKS_FOR_HELP: Final = REQUESTS | POSSIBLE | EXPECTED
# They open an order as well as a question, or a noun.
_AMBIGUOUS: Final = frozenset(("be", "being", "doing", "having"))
# An `a` before one of these is a letter, as in "hepatitis A" and "carry a to b"; "a for loop" has
# an article.
_AFTER_LETTERS: Final = (
    (PREPOSITIONS - {"for"}) | JOINTS | (AUXILIARIES - _AMBIGUOUS) | {COMMA.text, POSSESSIVE}
)
_OBJECTS: Final = frozenset(("not", "the", "a", "an", "this", "it"))


@frozen
class Term:
    """A word that counts.

    Args:
        form: In the form that all words of its family share. Terms are the same if this is.
        kind: What it is.
    """

    form: str
    kind: Kind = Kind.WORD


def term_at(pieces: Sequence[Piece], at: int) -> Term | None:  # noqa: C901, PLR0911 - a table of cases
    """Returns what a word counts for; None if it decides nothing."""
    piece = pieces[at]
    text = piece.text
    if piece.kind not in (Kind.WORD, Kind.NAME):
        return Term(text, piece.kind)
    if piece.is_quoted:
        return None if text in (COMMA.text, POSSESSIVE) else Term(family(text), Kind.CODE)
    if text in SHORT_UNITS and at and pieces[at - 1].kind is Kind.NUMBER:
        return Term(SHORT_UNITS[text], Kind.UNIT)
    if text in NEGATIONS:
        return Term(text if text == "unable" else "not", Kind.NEGATION)
    if piece.opens and (asked := _opening(pieces, at)) is not None:
        return Term(asked, Kind.QUESTION)
    if text in QUESTIONS:
        return Term(text, Kind.QUESTION) if _is_asked(pieces, at) else None
    if text in PERSONAL:
        return Term(text.rstrip("s")) if _is_personal(pieces, at) else None
    if text in POINTING:
        return Term("this")
    if text in PREPOSITIONS and at and (at + 1 == len(pieces) or pieces[at + 1] is COMMA):
        return Term(text)  # "what is it for" asks for more than what it is
    if text == "a" and _is_letter(pieces, at):
        return Term("a.", Kind.NAME)
    if text in TASKS:
        return Term(text) if at and pieces[at - 1].text == "and" else None
    if text in _SILENT:
        return None
    return _meaningful(pieces, at)


def _meaningful(pieces: Sequence[Piece], at: int) -> Term:
    text = pieces[at].text
    if text in QUANTITIES:
        return Term(QUANTIFIERS.get(text, text), Kind.QUANTITY)
    if text in ALL_UNITS or text in UNITS:
        return Term(UNITS.get(text, text), Kind.UNIT)
    if text in ALL_DATES or text in DATES:
        return Term(DATES.get(text, text), Kind.DATE)
    if text in TARGETS:
        return Term(text, Kind.TARGET)
    return Term(family(text), pieces[at].kind)


def family(word: str) -> str:
    """Returns the form that a word shares with its plural, its tenses and its synonyms."""
    root = stem(SYNONYMS.get(word, word))
    return _FAMILIES.get(root, root)


def _opening(pieces: Sequence[Piece], at: int) -> str | None:
    """Returns what a sentence asks whose first word is no question word."""
    text = pieces[at].text
    if text in POSSIBLE:
        return "can"
    if text in EXPECTED:
        return "will"
    if text in RECOMMENDED:
        return "should"
    after = pieces[at + 1].text if at + 1 < len(pieces) else ""
    if text in AUXILIARIES - _AMBIGUOUS and not (text == "do" and after in _OBJECTS):
        return "whether"
    return None


def _is_letter(pieces: Sequence[Piece], at: int) -> bool:
    """Whether an `a` is no article, as nothing is behind it that could have one."""
    return at + 1 == len(pieces) or pieces[at + 1].text in _AFTER_LETTERS


def _is_asked(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a question word asks; "a man who sings" asks for nobody."""
    return (
        pieces[at].text in ("how", "why")
        or at == 0
        or pieces[at].opens
        or pieces[at - 1].text in _SILENT
    )


def _is_personal(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a word makes a question one of taste: "your favourite", "good for me"."""
    text = pieces[at].text
    if text in ("your", "yours"):
        return True
    if at == 0 or pieces[0].text in _ASKS_FOR_HELP or pieces[at - 1].text in REQUESTS:
        return False
    # Who likes me is somebody else than whom I like.
    return text == "me" or pieces[at - 1].text == "for"
