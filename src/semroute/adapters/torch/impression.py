"""What one pass of the encoder says of a text."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from semroute.domain.attack import AttackKind
from semroute.domain.pii import PiiSpan
from semroute.domain.reading import Reading
from semroute.domain.spans import merged, shifted

from .vectors import Vector
from .windows import Span


@frozen(eq=False)
class Impression:
    """Everything that is read off one pass.

    Args:
        vector: What the text means; of a checkpoint for categories, how probable each is.
        attacks: Logits; empty unless attacks are looked for.
        entities: People and addresses; empty unless they are looked for.
    """

    vector: Vector
    attacks: Mapping[AttackKind, float] = field(factory=dict[AttackKind, float])
    entities: tuple[PiiSpan, ...] = ()


def reading_of(windows: Sequence[tuple[Span, Impression]]) -> Reading:
    """Returns what the windows of one text say together; an attack in one of them is one."""
    attacks: dict[AttackKind, float] = {}
    for _, impression in windows:
        for kind, logit in impression.attacks.items():
            attacks[kind] = max(attacks.get(kind, logit), logit)
    entities = merged(
        span for (start, _), impression in windows for span in shifted(impression.entities, start)
    )
    return Reading(attacks, entities)
