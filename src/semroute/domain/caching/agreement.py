"""Whether two questions that mean about the same ask for the same answer.

What is near in meaning is often its opposite: an encoder puts "flights from Oslo to Bergen" and
"flights from Bergen to Oslo" at a cosine of 0.99. So an answer is given again only if the words
that decide it are the same, apart from ways of asking, spelling and exact synonyms, and play the
same parts. A word too many is a disagreement: it may be the one that matters.
"""

from collections import Counter
from enum import StrEnum
from typing import Final

from .essence import WILL, Essence, essence_of
from .pieces import Kind
from .synonyms import OPPOSITES
from .terms import family
from .vocabulary import HELD

DEFAULT_THRESHOLD: Final = 0.99
"""From which cosine on questions are compared.

`docs/cache-report.md`: the lowest, in hundredths, at which at most 1 % of the hits are false,
together with `disagreement`. At 0.90 there are three times as many hits, 1.6 % of them false.
"""


class Disagreement(StrEnum):
    """Why two questions do not have the same answer. The value is a metric label."""

    NOW = "now"  # one of them is about the present, whose answer is not that of another time
    CODE = "code"
    NUMBERS = "numbers"
    UNITS = "units"
    DATES = "dates"
    NEGATION = "negation"
    QUANTITIES = "quantities"  # all, some, only
    QUESTION = "question"  # one asks who, the other when
    TARGET = "target"  # the language or form of the answer
    NAMES = "names"
    OPPOSITES = "opposites"
    WORDS = "words"  # a word in the place of another
    SCOPE = "scope"  # a word that the other has not
    ORDER = "order"  # the same words in other parts


_OPPOSITES: Final = frozenset(frozenset(map(family, pair.split())) for pair in OPPOSITES)
# Of several reasons the first is told.
_REASONS: Final = {
    Kind.CODE: Disagreement.CODE,
    Kind.NUMBER: Disagreement.NUMBERS,
    Kind.UNIT: Disagreement.UNITS,
    Kind.DATE: Disagreement.DATES,
    Kind.NEGATION: Disagreement.NEGATION,
    Kind.QUANTITY: Disagreement.QUANTITIES,
    Kind.QUESTION: Disagreement.QUESTION,
    Kind.TARGET: Disagreement.TARGET,
    Kind.NAME: Disagreement.NAMES,
}


def disagreement(asked: Essence, kept: Essence) -> Disagreement | None:
    """Returns why the answer to one question is not that to another; None if it may be.

    It is the same whichever was asked first. A question about the present agrees with nothing,
    not even with itself.
    """
    if asked.is_about_now or kept.is_about_now:
        return Disagreement.NOW
    ours = Counter(term.form for term in asked.terms)
    theirs = Counter(term.form for term in kept.terms)
    if ours != theirs:
        return _difference(asked, kept, ours - theirs, theirs - ours)
    if asked.questions != kept.questions or not _are_of_one_time(asked.tenses, kept.tenses):
        return Disagreement.QUESTION
    return None if _are_in_order(asked, kept) else Disagreement.ORDER


def difference(asked: str, kept: str) -> Disagreement | None:
    """Returns `disagreement` of two texts that nobody has read yet."""
    return disagreement(essence_of(asked), essence_of(kept))


def _difference(
    asked: Essence, kept: Essence, ours: Counter[str], theirs: Counter[str]
) -> Disagreement:
    """Returns what it means that words are in one question only."""
    kinds = {
        term.kind
        for term in (*asked.terms, *kept.terms)
        if term.form in ours or term.form in theirs
    }
    for kind, reason in _REASONS.items():
        if kind in kinds:
            return reason
    if not (ours and theirs):
        return Disagreement.SCOPE
    return Disagreement.OPPOSITES if _are_opposites(ours, theirs) else Disagreement.WORDS


def _are_of_one_time(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    if (WILL in ours) != (WILL in theirs):
        return False
    return not (ours and theirs) or not ours.isdisjoint(theirs)


def _are_opposites(ours: Counter[str], theirs: Counter[str]) -> bool:
    return any(frozenset((one, other)) in _OPPOSITES for one in ours for other in theirs)


def _are_in_order(asked: Essence, kept: Essence) -> bool:
    """Whether equal words play equal parts: in the order of the text, or in that of its parts."""
    if (asked.core, asked.phrases) == (kept.core, kept.phrases):
        return True
    return asked.order == kept.order and not _clash(asked, kept)


def _clash(asked: Essence, kept: Essence) -> bool:
    """Whether something has one part in one question, and another in the other."""
    return any(
        marker != kept.markers.get(form, marker) for form, marker in asked.markers.items()
    ) or (_beside(asked) != _beside(kept))


def _beside(essence: Essence) -> set[str]:
    """What stands behind a word that can never be left out."""
    return {form for form, marker in essence.markers.items() if marker in HELD}
