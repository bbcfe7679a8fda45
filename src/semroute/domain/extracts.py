"""What whoever reads a text by its meaning is shown of its readings.

A pass of the encoder is dear, so nobody reads a text once for each disguise in it. The text itself
is read once, in plain characters if it has others; of what is decoded, which is what does not
stand in it, that alone is read, with some words around it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from attrs import field, frozen

from .views import AROUND, DECODED, NORMALISED, View

_BETWEEN = "\n"


@frozen(eq=False)
class Extract:
    """A part of one reading of a text, or all of it.

    Args:
        text: What is read.
        view: The reading that it is of.
        firsts: Where each piece of it begins.
        places: And where that stands in the view.
    """

    text: str = field(repr=False)
    view: View
    firsts: Sequence[int] = field(default=(0,), repr=False)
    places: Sequence[int] = field(default=(0,), repr=False)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Returns where in the original the non-empty span [start, end) of this stands."""
        return self.view.locate(self._place(start), self._place(end - 1) + 1)

    def _place(self, at: int) -> int:
        piece = bisect_right(self.firsts, at) - 1
        return self.places[piece] + at - self.firsts[piece]


def extracts_of(views: Sequence[View]) -> tuple[Extract, ...]:
    """Returns what is read of the readings of a text, the text as a whole first.

    Args:
        views: The text itself first.
    """
    first = views[0]
    for view in views[1:]:
        if view.name == NORMALISED:  # which leaves nothing out
            first = view
    decoded = (_decoded(view) for view in views[1:])
    return Extract(first.text, first), *filter(None, decoded)


def _decoded(view: View) -> Extract | None:
    """Returns what the last step of a view has decoded, if it has; None if there is nothing."""
    if view.name.rpartition("+")[2] not in DECODED or not view.changes:
        return None
    texts: list[str] = []
    firsts: list[int] = []
    places: list[int] = []
    size = 0
    for start, end in _around(view):
        firsts.append(size)
        places.append(start)
        texts.append(view.text[start:end])
        size += end - start + len(_BETWEEN)
    return Extract(_BETWEEN.join(texts), view, firsts, places)


def _around(view: View) -> Iterator[tuple[int, int]]:
    for start, end in view.changes:
        yield max(start - AROUND, 0), min(end + AROUND, len(view.text))
