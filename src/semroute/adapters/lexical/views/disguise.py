"""A way to disguise a text, as what undoes it."""

from collections.abc import Callable, Iterable

from attrs import frozen

from .edit import Edit
from .shape import Shape


@frozen
class Disguise:
    """How a disguise is recognised and undone.

    Args:
        name: What the views without it are called.
        is_possible: Whether a text of this shape may be wearing it; cheap, and wrong only in
            saying yes.
        edits: What to read instead, in order; none when the text does not wear it. Its work is
            linear in the text.
    """

    name: str
    is_possible: Callable[[Shape], bool]
    edits: Callable[[str], Iterable[Edit]]
