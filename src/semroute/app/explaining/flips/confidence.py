"""From which confidence on a prompt goes elsewhere."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from semroute.domain.classification import Classification
from semroute.domain.policy import Policy
from semroute.domain.routing import RoutingDecision

from .flip import Flip, FlipKind
from .rounding import at_least, at_most, shown
from .trial import Trial

_CERTAIN: Final = 0.9995  # no threshold that anybody sets lies above
_LITTLE: Final = 1e-9  # more than a number is wrong by


def confidence_flips(trial: Trial, routed: RoutingDecision) -> Iterator[Flip]:
    """Yields where the thresholds of confidence would have to be."""
    found = trial.grounds.findings.classification
    if isinstance(found, Classification):
        probability = found.best.probability
        yield from _of(trial, FlipKind.MIN_CONFIDENCE, probability, trial.policy.min_confidence)
        if routed.confidence:
            down = trial.policy.down_confidence
            yield from _of(trial, FlipKind.DOWN_CONFIDENCE, probability, down)


def _of(trial: Trial, kind: FlipKind, probability: float, threshold: float) -> Iterator[Flip]:
    is_above = probability >= threshold
    if is_above and probability >= _CERTAIN:
        return
    bound = next((at_least if is_above else at_most)(probability))
    tried = bound + _LITTLE if is_above else bound
    if not 0 <= tried <= 1:
        return
    there, here = trial.under(_with(trial.policy, kind, tried)).destination(), trial.destination()
    if there != here:
        word = "above" if is_above else "at most"
        condition = f"routing.{kind.value} were {word} {shown(bound)}"
        yield Flip(there, condition, kind, abs(bound - threshold), value=bound)


def _with(policy: Policy, kind: FlipKind, threshold: float) -> Policy:
    if kind is FlipKind.MIN_CONFIDENCE:
        return evolve(policy, min_confidence=threshold)
    return evolve(policy, down_confidence=threshold)
