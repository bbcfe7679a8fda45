"""A text as it is, and as it would read with its disguises removed."""

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

RAW: Final = "raw"
NORMALISED: Final = "normalised"

DECODED: Final = frozenset(
    {
        *("base64", "base32", "hex", "binary", "morse", "grouped", "codes"),
        *("percent", "quoted-printable", "escapes", "entities"),
        *("rot13", "reversed", "tags", "selectors", "spaced", "leet"),
    }
)
"""Disguises in which the words do not stand in a text."""

RETOUCHED: Final = frozenset({NORMALISED, "accents"})
"""Disguises in which they do, in other characters."""


def is_decoded(name: str) -> bool:
    """Returns whether what a view of this name says was encoded in the text."""
    return not _ENCODED.isdisjoint(name.split("+"))


_ENCODED: Final = frozenset({"base64", "base32", "hex", "binary", "morse", "grouped", "codes"})

AROUND: Final = 80
"""How many characters on either side of a change help to understand it."""


@frozen(eq=False)
class View:
    """One reading of a text.

    Args:
        name: What was done to it: `raw`, or disguises that were undone, the first of them first,
            as `normalised+base64`.
        text: How it reads.
        starts: For each character of `text`, where in the original it comes from; empty when
            the view is the original. Never decreasing.
        ends: For each character of `text`, where in the original that has ended.
        changes: Where in `text` the last step has put words; what is within twice `AROUND` of each
            other is one.
    """

    name: str
    text: str
    starts: Sequence[int] = field(default=(), repr=False)
    ends: Sequence[int] = field(default=(), repr=False)
    changes: Sequence[tuple[int, int]] = field(default=(), repr=False)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Returns where in the original the non-empty span [start, end) of this view stands."""
        if not self.starts:
            return start, end
        return self.starts[start], max(self.ends[start:end])
