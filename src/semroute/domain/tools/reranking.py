"""The best of many tools, put in another order by somebody who was asked about those alone."""

from collections.abc import Sequence
from typing import Final, assert_never

from semroute.domain.opinions import Average, Ordering, Replace

# Reciprocal rank fusion, which needs no common scale, and its constant: Cormack, Clarke and
# Büttcher 2009, Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning Methods.
_FUSION: Final = 60

_APART: Final = 1.0  # the best remain better than all others


def best_places(scores: Sequence[float], top: int) -> list[int]:
    """Returns where the best are, the best first. Of equals the first one is better.

    Args:
        scores: How relevant each tool is; higher is more so. None may be NaN.
        top: How many at most, at least 1.
    """
    return sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:top]


def reordered(
    scores: Sequence[float], best: Sequence[int], said: Sequence[float], rule: Ordering
) -> list[float]:
    """Returns scores by which the best have another order; the others come after them as before.

    Equals whom the second finds equal remain so. The scores are on a scale of their own.

    Args:
        scores: How relevant each tool was.
        best: Where the best are, the best first; at least one. Whoever of the others was better
            than the last of these may remain so.
        said: What the second says of each of these, on any scale; higher is more relevant.
        rule: How that counts.
    """
    match rule:
        case Replace():
            anew = list(said)
        case Average(weight):
            before, after = _ranks([scores[place] for place in best]), _ranks(said)
            anew = [
                (1 - weight) / (_FUSION + first) + weight / (_FUSION + second)
                for first, second in zip(before, after, strict=True)
            ]
        case _:
            assert_never(rule)
    below = min(anew) - _APART - scores[best[-1]]
    result = [below + score for score in scores]
    for place, score in zip(best, anew, strict=True):
        result[place] = score
    return result


def _ranks(scores: Sequence[float]) -> list[int]:
    """Returns the rank of each, from 1; equals share one."""
    ranks: dict[float, int] = {}
    for rank, score in enumerate(sorted(scores, reverse=True), start=1):
        ranks.setdefault(score, rank)
    return [ranks[score] for score in scores]
