"""What every candidate is worth, and by which sum, for machines."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from semroute.domain.choosing.needs import Needs
from semroute.domain.choosing.utility import Scales, scales_of
from semroute.domain.policy import Policy
from semroute.domain.routing import Candidate, RoutingDecision, Weighed

_DIGITS: Final = 4


@frozen
class Line:
    """What a candidate is worth as the quality knob turns: a straight line.

    Args:
        weighed: The candidate.
        good: How good it is, 0 to 1; its worth at the knob's 1.
        burden: What it costs in money and time, 0 to 1; what it is worth less at the knob's 0.
    """

    weighed: Weighed
    good: float
    burden: float

    @property
    def model(self) -> str:
        """The candidate's name."""
        return self.weighed.model

    def crossing(self, other: "Line", toll: float = 0.0) -> float | None:
        """Returns where on the knob both are worth the same; None if nowhere, or everywhere.

        Args:
            other: The other.
            toll: What the other need not pay, as a part of the burden.
        """
        burden = self.burden + toll - other.burden
        slope = self.good - other.good + burden
        return None if slope == 0 else burden / slope

    def formula(self, quality: float) -> str:
        """Returns the sum: how good it is by the knob, less its burden by the rest."""
        rest = f"{self.burden:.2f}·{1 - quality:.2f}"
        return f"{self.good:.2f}·q{quality:.2f} − {rest}"  # noqa: RUF001 - it is a minus


def scales_for(decision: RoutingDecision, needs: Needs, policy: Policy) -> Scales:
    """Returns how the candidates of a decision were weighed."""
    candidates = [Candidate(each.model, each.score) for each in decision.candidates]
    return scales_of(candidates, policy.models, needs, decision.quality, policy.latency_share)


def lines_of(decision: RoutingDecision, needs: Needs, policy: Policy) -> tuple[Line, ...]:
    """Returns the candidates of a decision as lines, best first."""
    scales = scales_for(decision, needs, policy)
    return tuple(_lines(decision.candidates, scales, policy))


def contenders(lines: Sequence[Line]) -> Sequence[Line]:
    """Returns those that can answer; all of them if none can, as the best is sent it even so."""
    return [each for each in lines if each.weighed.obstacle is None] or lines


def _lines(candidates: Sequence[Weighed], scales: Scales, policy: Policy) -> Iterator[Line]:
    best, cheapest = evolve(scales, quality=1.0), evolve(scales, quality=0.0)
    for each in candidates:
        latency = policy.models[each.model].latency_ms
        good = best.utility(each.score, each.cost, latency)
        yield Line(each, good, 0.0 - cheapest.utility(each.score, each.cost, latency))


def weighed_as_json(
    decision: RoutingDecision, needs: Needs | None, policy: Policy
) -> list[dict[str, Any]]:
    """Returns every candidate with its score, its cost in dollars, its worth and the sum."""
    lines = lines_of(decision, needs or Needs(), policy)
    return [
        {
            "model": line.model,
            "score": line.weighed.score,
            "cost": line.weighed.cost,
            "good": round(line.good, _DIGITS),
            "burden": round(line.burden, _DIGITS),
            "utility": round(line.weighed.utility, _DIGITS),
            "formula": line.formula(decision.quality),
            "obstacle": line.weighed.obstacle,
        }
        for line in lines
    ]
