"""A text examined by its letters: patterns, words, and the disguises they may wear."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from attrs import evolve, field, frozen

from .attack import AttackKind, AttackScorer
from .extracts import Extract, extracts_of
from .pii import PiiFinder, PiiSpan
from .views import RAW, View

ViewsOf: TypeAlias = Callable[[str], Sequence[View]]
"""Returns the readings of a text, the text itself first."""


@frozen
class Suspicion:
    """A suspicious part of one reading of a text.

    Args:
        view: Which reading.
        text: The part.
        logit: How much it reads like an attack, by its words alone; 0 is even odds.
        rules: The rules it breaks.
    """

    view: str
    text: str = field(repr=False)
    logit: float
    rules: tuple[str, ...] = ()


@frozen
class Sighting:
    """Personal data in a text, and in which reading of it that showed."""

    span: PiiSpan
    view: str = RAW


@frozen
class Examination:
    """What the letters of a text say.

    Args:
        sightings: Personal data, by where it begins.
        suspicions: The most suspicious parts of each reading.
        extracts: What is to be read by its meaning; none if nobody wants to.
    """

    sightings: tuple[Sighting, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    extracts: tuple[Extract, ...] = ()


@frozen
class Examiner:
    """Examines texts. It has no state; several threads may use it at once.

    Args:
        views_of: Makes the readings.
        finder: Finds personal data; None if nobody wants to know.
        scorer: Scores attacks; None if nobody wants to know.
    """

    views_of: ViewsOf
    finder: PiiFinder | None
    scorer: AttackScorer | None

    def examine(self, text: str, kind: AttackKind, *, is_to_be_read: bool = False) -> Examination:
        """Examines one text; linear in its length.

        Args:
            text: The text.
            kind: What it would be, if it were an attack.
            is_to_be_read: Whether somebody wants to read it by its meaning, too.

        Raises:
            ValueError: A score is no number; our own fault.
        """
        views = self.views_of(text)
        sightings = sightings_in(views, self.finder) if self.finder is not None else ()
        suspicions = (
            tuple(each for view in views for each in _suspicions(self.scorer, view, kind))
            if self.scorer is not None
            else ()
        )
        return Examination(sightings, suspicions, extracts_of(views) if is_to_be_read else ())


def sightings_in(views: Iterable[View], finder: PiiFinder) -> tuple[Sighting, ...]:
    """Returns what a finder finds in any reading of a text, by where it begins in the text."""
    seen: dict[tuple[str, int, int], Sighting] = {}
    for view in views:
        for span in finder.find(view.text):
            start, end = view.locate(span.start, span.end)
            place = span.kind.value, start, end
            seen.setdefault(place, Sighting(evolve(span, start=start, end=end), view.name))
    return tuple(sorted(seen.values(), key=lambda each: each.span.start))


def _suspicions(scorer: AttackScorer, view: View, kind: AttackKind) -> Iterator[Suspicion]:
    score = scorer.score(view.text, kind)
    for each in (score, *score.others):
        if not math.isfinite(each.logit):
            message = "a score is not a number"
            raise ValueError(message)
        yield Suspicion(view.name, view.text[each.start : each.end], each.logit, each.rules)
