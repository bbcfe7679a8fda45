"""All that would have changed a decision."""

from collections.abc import Iterator

from semroute.domain.grounds import Grounds
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import RoutingDecision

from .confidence import confidence_flips
from .flip import Flip, FlipKind
from .length import length_flips
from .quality import quality_flips
from .scores import score_flips
from .signals import signal_flips
from .trial import Destination, Trial


def flips_of(grounds: Grounds, policy: Policy, routed: RoutingDecision) -> tuple[Flip, ...]:
    """Returns what would have changed a decision, nearest first.

    Each is tried: the decision is taken again with that change and nothing else. Where taking it
    again without any change does not lead to the same place, nothing is told.

    Args:
        grounds: What the decision rests on.
        policy: The rules.
        routed: The decision.
    """
    trial = Trial(grounds, policy)
    if trial.destination() != Destination.of(routed):
        return ()
    return tuple(sorted(_flips(trial, routed), key=lambda flip: flip.distance))


def _flips(trial: Trial, routed: RoutingDecision) -> Iterator[Flip]:
    yield from signal_flips(trial)
    if trial.policy.asked(trial.grounds.asked) is None:
        return
    yield from confidence_flips(trial, routed)
    yield from score_flips(trial, routed)
    yield from quality_flips(trial, routed)
    yield from length_flips(trial)
    if routed.reason is Reason.PINNED:
        there = trial.unpinned().destination()
        if there.model != routed.model:
            yield Flip(there, "the conversation were new", FlipKind.CONVERSATION, 1.0)
