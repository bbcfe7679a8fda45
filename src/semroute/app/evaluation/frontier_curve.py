"""What answers are worth the more prompts a strong model gets.

The measures are RouteLLM's (Ong et al. 2024, arXiv:2406.18665): the performance gap recovered
(PGR) at a share of strong calls, and its average over all shares (APGR). A router that draws lots
has an APGR of 0.5.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .resampled import Figures

_ROUNDING: Final = 1e-12


@frozen(eq=False)
class Gains:
    """What a strong model adds to a weak one, in the order in which it gets the prompts.

    Args:
        order: The places of the prompts, those with the highest scores first.
        starts: Where in that order each score begins.
        strong: What the strong model's answers are worth, in that order.
        weak: What the weak model's are.
    """

    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    strong: Figures
    weak: Figures

    @classmethod
    def of(cls, scores: Figures, strong: Figures, weak: Figures) -> "Gains":
        """Returns the gains for prompts in any order."""
        order = np.argsort(-scores, kind="stable")
        starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf))
        return cls(order, starts, strong[order], weak[order])

    def curve(self, counts: Figures) -> Figures:
        """Returns the mean worth with the strong model on the 0, 1, 2, ... highest scores.

        Prompts of one score share what is gained among them: their order means nothing.

        Args:
            counts: How many times each prompt is there; as many in all as there are prompts.
        """
        size, times = len(counts), counts[self.order]
        gained = np.add.reduceat(times * (self.strong - self.weak), self.starts)
        places = np.cumsum(np.add.reduceat(times, self.starts))
        worths = np.cumsum(gained) + times @ self.weak
        ends = np.concatenate(([0], places)), np.concatenate(([times @ self.weak], worths))
        return np.interp(np.arange(size + 1), *ends) / size


def at(curve: Figures, shares: tuple[float, ...]) -> Figures:
    """Returns the worth at some shares of strong calls."""
    last = len(curve) - 1
    return np.interp(np.multiply(shares, last), np.arange(last + 1), curve)


def apgr(curve: Figures) -> float:
    """Returns the average performance gap recovered; not a number if there is no gap."""
    gap = curve[-1] - curve[0]
    if abs(gap) <= _ROUNDING:
        return math.nan
    area = (curve.sum() - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)
    return float((area - curve[0]) / gap)


def share_for(curve: Figures, recovered: float) -> float:
    """Returns the least share of strong calls that recovers so much of the gap.

    RouteLLM calls it the call-performance threshold. Not a number if there is no gap.
    """
    gap = curve[-1] - curve[0]
    if abs(gap) <= _ROUNDING:
        return math.nan
    wanted = curve[0] + recovered * gap
    rank = np.argmax((curve - wanted) * gap >= -_ROUNDING)
    return float(rank / (len(curve) - 1))
