"""A text as it is, and as it would read with its disguises removed."""

from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

RAW: Final = "raw"


@frozen(eq=False)
class View:
    """One reading of a text.

    Args:
        name: What was done to it: `raw`, `normalised`, `base64`, `rot13`, ...
        text: How it reads.
        starts: For each character of `text`, where in the original it comes from; empty when
            the view is the original. Never decreasing.
        ends: For each character of `text`, where in the original that has ended.
    """

    name: str
    text: str
    starts: Sequence[int] = field(default=(), repr=False)
    ends: Sequence[int] = field(default=(), repr=False)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Returns where in the original the non-empty span [start, end) of this view stands."""
        if not self.starts:
            return start, end
        return self.starts[start], max(self.ends[start:end])
