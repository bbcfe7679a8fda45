"""Texts that are attacks or none, column by column."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .category_texts import FOLDS, Ints
from .logistic import Odds

COMBINED: Final = "combined"
"""The source of texts that a program put together from parts that were written."""

LONG: Final = ("library", "long", "page", "code")
"""The sources of long documents."""

# Many an ordinary text that a tool returns was written to be the twin of an attack. So many more of
# these may be flagged.
_TWINS: Final = 3.0
_PLAIN: Final = ("exam", "intent", "banking", "personal", "tools", "joined", "deepset", COMBINED)


@frozen
class AttackText:
    """A text that is an attack, or is none.

    Args:
        text: All of it.
        is_attack: Whether it is one.
        source: Which collection it is from, or what it pretends to be.
        weight: How much it counts.
        within: If it was made from another text, that text.
        is_returned: Whether it is something that tools return, and nothing a user may say.
    """

    text: str
    is_attack: bool
    source: str = "own"
    weight: float = 1.0
    within: str = ""
    is_returned: bool = False

    @property
    def fold(self) -> int:
        """A number that texts which share most of their wording mostly share, below 2**32."""
        words = (self.within or self.text).lower().split()[:200]
        shingles = {" ".join(words[at : at + 5]) for at in range(max(len(words) - 4, 1))}
        return min(
            int.from_bytes(sha256(shingle.encode("utf-8", "replace")).digest()[:4])
            for shingle in shingles
        )


@frozen(eq=False)
class AttackTexts:
    """Texts, column by column.

    Args:
        rows: The texts.
        labels: Whether each is an attack.
        weights: What each counts.
        folds: In which part each is held out.
    """

    rows: tuple[AttackText, ...]
    labels: npt.NDArray[np.bool_]
    weights: Odds
    folds: Ints

    @classmethod
    def of(cls, rows: Sequence[AttackText]) -> "AttackTexts":
        """Arranges texts."""
        return cls(
            tuple(rows),
            np.array([row.is_attack for row in rows]),
            np.array([row.weight for row in rows]),
            np.array([row.fold % FOLDS for row in rows]),
        )

    @property
    def are_made(self) -> npt.NDArray[np.bool_]:
        """Which a program put together.

        Their parts are in every fold, so that what was held out was not new: nothing is measured
        or calibrated on them.
        """
        return np.array([row.source == COMBINED or bool(row.within) for row in self.rows])

    @property
    def telling(self) -> Odds:
        """What each text counts for a calibration."""
        return np.where(self.are_made, 0.0, self.weights)

    def some(self, chosen: Sequence[int]) -> "AttackTexts":
        """Returns the texts with these numbers."""
        return AttackTexts.of([self.rows[at] for at in chosen])

    def held_out(self, scored: Callable[[Odds], Odds], owners: Ints) -> Odds:
        """Returns what each part of a text scores when its text was not learnt from.

        Args:
            scored: Learns from texts that count so much, and scores all parts.
            owners: Which text each part is of.
        """
        odds = np.empty(owners.size)
        for fold in range(FOLDS):
            outside = self.folds == fold
            inside = scored(np.where(outside, 0.0, self.weights))
            odds[outside[owners]] = inside[outside[owners]]
        return odds

    def shift(self, scores: Odds, alarms: float) -> float:
        """Returns what to add to scores so that few ordinary texts are above 0.

        It is the mean of what short texts that look like attacks ask for, and long documents; if
        there is neither, of what all ordinary texts ask for. Where it is about what tools return,
        the short texts are those.

        Args:
            scores: What each text scores.
            alarms: The share of such texts that may be above 0.
        """
        sources = np.array([row.source for row in self.rows])
        are_returned = ~self.labels & np.array([row.is_returned for row in self.rows])
        are_long = ~self.labels & ~are_returned & np.isin(sources, LONG)
        are_tricky = ~self.labels & ~are_long & ~np.isin(sources, _PLAIN)
        short = (are_returned, alarms * _TWINS) if are_returned.any() else (are_tricky, alarms)
        groups = [(some, share) for some, share in (short, (are_long, alarms)) if some.any()]
        groups = groups or [(~self.labels, alarms)]
        return -float(np.mean([np.quantile(scores[some], 1 - share) for some, share in groups]))
