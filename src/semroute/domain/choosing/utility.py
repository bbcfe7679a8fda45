"""What each candidate is worth to a request, between cheapest and best."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from semroute.domain.routing import Candidate, Model, Weighed

from .needs import Needs, obstacles

# Nobody knows how long an answer becomes. This is about what chat answers have in the median.
_USUAL_ANSWER_TOKENS: Final = 400
_MILLION: Final = 1e6


@frozen
class Scales:
    """How candidates are weighed.

    Args:
        quality: 0 for the cheapest, 1 for the best, or anything between.
        latency_share: How much of what is not quality is time rather than money; 0 to 1.
        cost: The cost that counts as 1, in dollars; 0 if nothing has a price.
        latency: The latency that counts as 1, in milliseconds; 0 if none is known.
        score: The score that counts as 1; 0 if none is above 0.
    """

    quality: float
    latency_share: float
    cost: float
    latency: float
    score: float

    def utility(self, score: float, cost: float | None, latency: float | None) -> float:
        """Returns what a model is worth: -1 to 1. What it costs is unknown: then the most."""
        good = score / self.score if self.score > 0 else 0.0
        dear = self.share(cost)
        slow = (
            0.0
            if self.latency <= 0
            else (self.latency if latency is None else latency) / self.latency
        )
        burden = (1 - self.latency_share) * dear + self.latency_share * slow
        return self.quality * good - (1 - self.quality) * burden

    def share(self, cost: float | None) -> float:
        """Returns a cost as a share of the highest."""
        if self.cost <= 0:
            return 0.0
        return 1.0 if cost is None else cost / self.cost


def cost_of(model: Model, needs: Needs) -> float | None:
    """Returns what answering costs, in dollars by estimate; None if the model has no price."""
    if model.price is None:
        return None
    answer = min(needs.answer_tokens or _USUAL_ANSWER_TOKENS, _USUAL_ANSWER_TOKENS)
    return (model.price.input * needs.tokens + model.price.output * answer) / _MILLION


def scales_of(
    candidates: Iterable[Candidate],
    models: Mapping[str, Model],
    needs: Needs,
    quality: float,
    latency_share: float,
) -> Scales:
    """Returns how candidates are weighed: the most of each counts as 1."""
    weighed = tuple(candidates)
    costs = [cost_of(models[each.model], needs) for each in weighed]
    latencies = [models[each.model].latency_ms for each in weighed]
    return Scales(
        quality,
        latency_share,
        cost=max((cost for cost in costs if cost is not None), default=0.0),
        latency=max((each for each in latencies if each is not None), default=0.0),
        score=max((each.score for each in weighed), default=0.0),
    )


def weigh(
    candidates: Sequence[Candidate],
    models: Mapping[str, Model],
    needs: Needs,
    scales: Scales,
    unhealthy: frozenset[str] = frozenset(),
) -> tuple[Weighed, ...]:
    """Returns candidates with what they are worth: those that can answer first, best first.

    Equals are ordered by cost, then by score, then as they are configured.
    """
    weighed = [
        Weighed(
            each.model,
            each.score,
            cost=(cost := cost_of(models[each.model], needs)),
            utility=scales.utility(each.score, cost, models[each.model].latency_ms),
            obstacle=next(obstacles(models[each.model], needs, unhealthy), None),
        )
        for each in candidates
    ]
    return tuple(sorted(weighed, key=_rank))


def _rank(weighed: Weighed) -> tuple[bool, float, float, float]:
    cost = float("inf") if weighed.cost is None else weighed.cost
    return weighed.obstacle is not None, -weighed.utility, cost, -weighed.score
