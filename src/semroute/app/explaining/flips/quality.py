"""Where on the quality knob another candidate wins."""

from collections.abc import Iterator
from itertools import permutations
from typing import Final

from attrs import evolve

from semroute.app.explaining.candidates import Line, contenders, lines_of, scales_for
from semroute.domain.choosing.pinning import switch_of
from semroute.domain.routing import RoutingDecision

from .flip import Flip, FlipKind
from .rounding import at_least, at_most, shown
from .trial import Trial

_STEP: Final = 1e-3  # where both are worth the same, the cheaper one wins; a step on, it is clear


def quality_flips(trial: Trial, routed: RoutingDecision) -> Iterator[Flip]:
    """Yields the nearest value below and the nearest above, if clients may ask for them."""
    knob, now = trial.policy.knob, routed.quality
    crossings = sorted(set(_crossings(trial, routed)))
    above = [each for each in crossings if now <= each <= knob.most]
    below = [each for each in reversed(crossings) if knob.least <= each <= now]
    for bounds, is_up in ((below, False), (above, True)):
        flip = next(
            (found for each in bounds if (found := _flip(trial, now, each, is_up=is_up))), None
        )
        if flip is not None:
            yield flip


def _crossings(trial: Trial, routed: RoutingDecision) -> Iterator[float]:
    """Yields where any two candidates are worth the same, or a change of the model pays."""
    needs = trial.grounds.needs
    lines = lines_of(routed, needs, trial.policy)
    for one, other in permutations(contenders(lines), 2):
        for toll in {0.0, _toll(trial, routed, one, other)}:
            crossing = one.crossing(other, toll)
            if crossing is not None and 0 <= crossing <= 1:
                yield crossing


def _toll(trial: Trial, routed: RoutingDecision, one: Line, other: Line) -> float:
    """Returns what a conversation pays, at the knob's 0, for a change to one model from another."""
    pin = trial.grounds.findings.pin
    if pin is None or pin.place.model != other.model:
        return 0.0
    needs, models = trial.grounds.needs, trial.policy.models
    scales = evolve(scales_for(routed, needs, trial.policy), quality=0.0)
    switch = switch_of(pin, (one.weighed, other.weighed), models, needs, scales)
    return 0.0 if switch is None else switch.cost


def _flip(trial: Trial, now: float, bound: float, *, is_up: bool) -> Flip | None:
    knob, here = trial.policy.knob, trial.destination()
    values = at_least(bound) if is_up else at_most(bound)
    for rounded in values:
        for value in (rounded, rounded + (_STEP if is_up else -_STEP)):
            if not knob.least <= value <= knob.most or value == now:
                continue
            there = trial.wishing(value).destination()
            if there != here:
                word = "at least" if is_up else "at most"
                condition = f"quality were {word} {shown(value)} (it is {shown(now)})"
                return Flip(there, condition, FlipKind.QUALITY, abs(value - now), value=value)
    return None
