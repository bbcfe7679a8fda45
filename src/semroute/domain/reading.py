"""What a model that reads a text finds in it."""

from collections.abc import Mapping

from attrs import frozen

from .attack import AttackKind
from .pii import PiiSpan


@frozen
class Reading:
    """What reading a text by meaning says of it; patterns and checksums say more.

    Args:
        attacks: For each kind of attack that was looked for, how much the text reads like one, as
            a logit: 0 is even odds.
        entities: The people and addresses in it, in order; none overlaps another of its kind.
    """

    attacks: Mapping[AttackKind, float]
    entities: tuple[PiiSpan, ...] = ()
