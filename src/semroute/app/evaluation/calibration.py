"""A confidence from which on a classifier may be believed, at a risk that the operator sets."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from attrs import field, frozen
from attrs.validators import and_, gt, lt

from .statistics import Proportion

_DOUBT: Final = 0.05  # a threshold is worse than promised in at most one of twenty data sets
_STEPS: Final = 100  # candidate thresholds: one at every hundredth of the prompts
_STARTS: Final = 4
_BISECTIONS: Final = 60  # more cannot be seen in a double


@frozen
class Judged:
    """A prompt that was classified, and whether rightly.

    Args:
        key: Decides in which half it is, and so must not say whether it is right. Prompts with
            the same key are in the same half.
        confidence: How probable its category was said to be.
        is_right: Whether it is that category.
    """

    key: str
    confidence: float
    is_right: bool

    @property
    def is_for_choosing(self) -> bool:
        """Whether it is in the half that the threshold is chosen on."""
        return is_for_choosing(self.key)


def is_for_choosing(key: str) -> bool:
    """Whether what has this key is in the half that something is chosen on."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


@frozen
class Calibration:
    """A threshold, and what it comes to on the half that it was not chosen on.

    Args:
        threshold: The least confidence to act on.
        coverage: Of the prompts, those at least as sure.
        errors: Of those, the wrong ones.
        bound: The most that the share of errors is, with 95 % confidence, by the first half.
    """

    threshold: float
    coverage: Proportion
    errors: Proportion
    bound: float

    @property
    def is_refuted(self) -> bool:
        """Whether the second half rules out that the bound holds."""
        return exact_interval(self.errors)[0] > self.bound


@frozen
class Calibrator:
    """Chooses thresholds.

    Args:
        risk: Of the prompts that are acted on, the share that may be wrong.
    """

    risk: float = field(validator=and_(gt(0), lt(1)))

    def calibrate(self, prompts: Sequence[Judged]) -> Calibration | None:
        """Returns the threshold of the largest coverage whose risk is certain to be small enough.

        It is chosen on one half of the prompts: in at most one of twenty such data sets is the
        true risk at the threshold above what was asked for. The other half only confirms. None
        if no threshold can be relied on, or there is too little data to know.
        """
        chosen = [each for each in prompts if each.is_for_choosing]
        others = [each for each in prompts if not each.is_for_choosing]
        if len(others) < self.needed:
            return None  # nothing could be confirmed
        ranked = sorted(chosen, key=lambda each: -each.confidence)
        count = max(self._certified(ranked), default=0)
        if not count:
            return None
        threshold = ranked[count - 1].confidence
        sure = [each for each in others if each.confidence >= threshold]
        return Calibration(
            threshold,
            Proportion(len(sure), len(others)),
            _errors_among(sure),
            upper_bound(_errors_among(ranked[:count]), _DOUBT / _STARTS),
        )

    @property
    def needed(self) -> int:
        """How many prompts are the least in a half, if none is wrong, that prove anything."""
        return math.ceil(math.log(_DOUBT / _STARTS) / math.log1p(-self.risk))

    def _certified(self, ranked: Sequence[Judged]) -> Iterator[int]:
        """Yields how many of the surest prompts may be acted on.

        Fixed sequences of tests (Angelopoulos et al. 2021, Learn then Test, arXiv:2110.01052):
        each begins strict and goes on to looser thresholds until one fails, so the tests in it
        need no correction for their number, and the sequences share the doubt.
        """
        counts = _counts([each.confidence for each in ranked], self.needed)
        errors = list(accumulate((not each.is_right for each in ranked), initial=0))
        for start in range(_STARTS):
            for count in counts[start * len(counts) // _STARTS :]:
                if not self._is_kept(Proportion(errors[count], count)):
                    break
                yield count

    def _is_kept(self, errors: Proportion) -> bool:
        """Whether so few errors would be improbable if the risk were not kept."""
        # As many as are to be expected are never improbable, and there is nothing to compute.
        is_few = errors.hits < self.risk * errors.of
        return is_few and at_most(errors.hits, errors.of, self.risk) <= _DOUBT / _STARTS


def _errors_among(prompts: Sequence[Judged]) -> Proportion:
    return Proportion(sum(not each.is_right for each in prompts), len(prompts))


def _counts(confidences: Sequence[float], least: int) -> list[int]:
    """Returns how many prompts some thresholds leave, in order; equals are not divided."""
    size = len(confidences)
    counts: set[int] = set()
    for step in range(1, _STEPS + 1):
        count = step * size // _STEPS
        while 0 < count < size and confidences[count] == confidences[count - 1]:
            count += 1
        if count >= least:
            counts.add(count)
    return sorted(counts)


def exact_interval(value: Proportion, doubt: float = _DOUBT) -> tuple[float, float]:
    """Returns where a share lies, whatever it is (Clopper and Pearson 1934, Biometrika 26:404)."""
    low = 1 - upper_bound(Proportion(value.of - value.hits, value.of), doubt / 2)
    return low, upper_bound(value, doubt / 2)


def upper_bound(value: Proportion, doubt: float) -> float:
    """Returns the largest share that is not ruled out; exact, from the binomial distribution."""
    if value.hits == value.of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if at_most(value.hits, value.of, middle) > doubt:
            low = middle
        else:
            high = middle
    return high


def at_most(hits: int, of: int, share: float) -> float:
    """Returns how probable at most so many hits are, if this is the true share, above 0."""
    log_share, log_rest = math.log(share), math.log1p(-share)
    ways = math.lgamma(of + 1)
    return math.fsum(
        math.exp(
            ways
            - math.lgamma(each + 1)
            - math.lgamma(of - each + 1)
            + each * log_share
            + (of - each) * log_rest
        )
        for each in range(hits + 1)
    )
