"""Which tools a model gets to see."""

from attrs import field, frozen
from attrs.validators import ge


@frozen
class ToolPolicy:
    """How many tools stay.

    Args:
        keep: How many.
        pinned: Those that always stay.
    """

    keep: int = field(validator=ge(1))
    pinned: frozenset[str] = frozenset()
