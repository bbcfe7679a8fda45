"""Between which bounds the letters leave doubt, at a risk that the operator sets."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context
from itertools import accumulate
from math import ceil
from typing import Final

from attrs import frozen

from semroute.domain.attack import CASCADE, Cascade, probability_of

from .guard_parts import Weighed
from .statistics import Proportion, Tally

_STEPS: Final = 200  # candidates for each bound: among others at every half hundredth of the texts
# What is put into a file need not have seventeen digits.
_UP: Final = Context(prec=3, rounding=ROUND_UP)
_DOWN: Final = Context(prec=3, rounding=ROUND_DOWN)
_NEAR: Final = Context(prec=3, rounding=ROUND_HALF_EVEN)


@frozen
class Bounds:
    """Two probabilities of an attack, by its letters, as the settings have them.

    Args:
        unsure_from: From this one on the encoder is asked; 0: always.
        sure_from: From this one on it is not; 1: it always is.
    """

    unsure_from: float = 0.0
    sure_from: float = 1.0

    @classmethod
    def of(cls, cascade: Cascade) -> "Bounds":
        """Returns those of a cascade, nearly."""
        return cls(_short(cascade.low, _NEAR, _NEAR), _short(cascade.high, _NEAR, _NEAR))

    @property
    def cascade(self) -> Cascade:
        """What a router does that has them."""
        return CASCADE.between(self.unsure_from, self.sure_from)


@frozen
class Figures:
    """What came of some texts under some bounds.

    Args:
        worse: Those that are judged wrongly, and rightly if the encoder is always asked.
        better: Those with which it is the other way round.
        read: Those that the encoder reads.
        tally: How often all of it is right.
    """

    worse: Proportion
    better: Proportion
    read: Proportion
    tally: Tally

    @property
    def risk(self) -> float | None:
        """How many more come off worse than better; None if there are no texts."""
        of = self.worse.of
        return (self.worse.hits - self.better.hits) / of if of else None

    @classmethod
    def of(cls, texts: Sequence[Weighed], cascade: Cascade) -> "Figures":
        """Returns the figures of some texts."""
        flags = [each.is_flagged(cascade) for each in texts]
        excess = [each.excess(flagged=flag) for each, flag in zip(texts, flags, strict=True)]
        return cls(
            Proportion(excess.count(1), len(texts)),
            Proportion(excess.count(-1), len(texts)),
            Proportion(sum(each.is_read(cascade) for each in texts), len(texts)),
            Tally.of([each.text.is_attack for each in texts], flags),
        )


@frozen
class _Candidate:
    read: int
    excess: int
    bounds: Bounds


def widest(
    texts: Sequence[Weighed], risks: Iterable[float], thresholds: tuple[float, float]
) -> dict[float, Bounds]:
    """Returns the bounds under which the encoder reads the fewest texts, for each risk.

    Args:
        texts: What they are chosen on.
        risks: Of these, how many may come off worse, beyond those that come off better.
        thresholds: The least and the greatest of the configured ones. What is below both bounds
            is no attack, what is above is one, so they lie to either side of all thresholds.
    """
    candidates = sorted(_candidates(texts, thresholds), key=_order)
    return {
        risk: next(each.bounds for each in candidates if each.excess / len(texts) <= risk)
        for risk in risks
    }


def _order(each: _Candidate) -> tuple[float, ...]:
    """Fewest texts read first, then those that come off best, then the wider doubt."""
    return each.read, each.excess, each.bounds.unsure_from, -each.bounds.sure_from


def _candidates(texts: Sequence[Weighed], thresholds: tuple[float, float]) -> Iterator[_Candidate]:
    """Yields what comes of many bounds; with 0 and 1, under which nothing comes off worse."""
    ranked = sorted((each for each in texts if each.parts), key=lambda each: each.logit)
    logits = [each.logit for each in ranked]
    alone = _sums(each.excess(flagged=each.alone) for each in ranked)
    least, greatest = thresholds
    lows = {0.0, *(low for low in map(_above, logits) if low <= least and low < 1)}
    highs = {*(high for high in map(_below, logits) if high >= greatest and high > 0), 1.0}
    some = _some(sorted(highs))
    for low in _some(sorted(lows)):
        since = Bounds(low).cascade.low
        read = _sums(each.excess(flagged=each.read_from(since)) for each in ranked)
        begin = bisect_left(logits, since)
        for high in some:
            if low < high:
                bounds = Bounds(low, high)
                end = bisect_left(logits, bounds.cascade.high)
                excess = alone[begin] + read[end] - read[begin] + alone[-1] - alone[end]
                yield _Candidate(end - begin, excess, bounds)


def _sums(values: Iterable[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def _some(values: Sequence[float]) -> Sequence[float]:
    """Returns evenly chosen ones, if there are many, and the first and the last."""
    step = ceil(len(values) / _STEPS)
    return [*values[:-1:step], values[-1]]


def _above(logit: float) -> float:
    """Returns a short probability above a logit's: what reads like that is not asked about."""
    return _short(logit, _UP, _DOWN)


def _below(logit: float) -> float:
    """Returns a short probability below a logit's, likewise."""
    return _short(logit, _DOWN, _UP)


def _short(logit: float, small: Context, rest: Context) -> float:
    """Returns a probability of few digits, counted from 0 or from 1, whichever is nearer."""
    nearer = probability_of(-abs(logit))
    if logit < 0:
        return float(small.create_decimal_from_float(nearer))
    return float(1 - rest.create_decimal_from_float(nearer))
