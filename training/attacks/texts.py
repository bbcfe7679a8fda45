"""The training rows, column by column."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .bags import Floats, Ints
from .rows import Row

FOLDS: Final = 3

# Of the ordinary texts that look most like attacks, so many may be flagged at a logit of 0. They
# are chosen for their looks, so of all prompts it is far fewer.
_FALSE_ALARMS: Final = 0.02
_LONG: Final = ("library", "long", "page", "code")
_PLAIN: Final = ("exam", "intent", "banking", "personal", "tools", "joined", "deepset", "combined")


@frozen(eq=False)
class Texts:
    """The training rows, column by column.

    Args:
        rows: The texts.
        labels: Whether each is an attack.
        weights: What each counts.
        folds: In which part each is held out.
    """

    rows: tuple[Row, ...]
    labels: npt.NDArray[np.bool_]
    weights: Floats
    folds: Ints

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Texts":
        """Arranges rows."""
        return cls(
            tuple(rows),
            np.array([row.is_attack for row in rows]),
            np.array([row.weight for row in rows]),
            np.array([row.fold % FOLDS for row in rows]),
        )

    @property
    def telling(self) -> Floats:
        """What each text counts for a calibration.

        Texts that a program put together count nothing: their parts are in every fold, so that
        what was held out was not new.
        """
        are_made = [row.source == "combined" or bool(row.within) for row in self.rows]
        return np.where(are_made, 0.0, self.weights)

    def some(self, chosen: Sequence[int]) -> "Texts":
        """Returns the texts with these numbers."""
        return Texts.of([self.rows[at] for at in chosen])

    def held_out(self, scored: Callable[[Floats], Floats], owners: Ints) -> Floats:
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

    def shift(self, scores: Floats) -> float:
        """Returns what to add to scores so that few ordinary texts are above 0.

        It is the mean of what short texts that look like attacks ask for, and long documents.
        """
        sources = np.array([row.source for row in self.rows])
        are_long = ~self.labels & np.isin(sources, _LONG)
        are_tricky = ~self.labels & ~are_long & ~np.isin(sources, _PLAIN)
        places = [np.quantile(scores[some], 1 - _FALSE_ALARMS) for some in (are_tricky, are_long)]
        print(f"{are_tricky.sum()} tricky and {are_long.sum()} long texts ask for {places}")
        return -float(np.mean(places))
