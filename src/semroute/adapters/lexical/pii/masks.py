"""Where something begins in a text, for all its places at once.

A search tries a pattern wherever its first character fits, and gives it up some characters later:
the more a text is like what is looked for, the longer that takes. What the first characters of a
pattern must be can be told of all places together, in the same time whatever the text says.

A mask is an integer with a bit for each place, the first place lowest. So what stands some places
further on is a shift to the right away, and what stands before is one to the left.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

Mask: TypeAlias = int


def mask_of(places: npt.NDArray[np.bool_]) -> Mask:
    """Returns a mask from a truth for each place."""
    return int.from_bytes(np.packbits(places, bitorder="little").tobytes(), "little")


def places_in(mask: Mask) -> list[int]:
    """Returns the places of a mask, in ascending order."""
    raw = np.frombuffer(mask.to_bytes(mask.bit_length() // 8 + 1, "little"), np.uint8)
    bits = np.unpackbits(raw, bitorder="little")
    places: list[int] = np.flatnonzero(bits.view(np.bool_)).tolist()
    return places


def then(*masks: Mask) -> Mask:
    """Returns where each of some characters follows the one before it; the last may be more."""
    return reduce(lambda later, mask: later >> 1 & mask, reversed(masks))


def after_some(most: int, each: Mask, last: Mask) -> Mask:
    """Returns where there are some characters, at most so many, before something."""
    result = last
    for _ in range(most):
        result = result >> 1 & each | last
    return result


def without(mask: Mask, others: Mask) -> Mask:
    """Returns the places of a mask that are none of the others."""
    return mask ^ mask & others


@frozen
class Tried:
    """A pattern that is tried where it may fit in a text, and nowhere else.

    Args:
        pattern: What is looked for.
        places: Where it may fit, in ascending order.
    """

    pattern: re.Pattern[str]
    places: Sequence[int]

    def finditer(
        self, text: str, pos: int = 0, endpos: int = sys.maxsize
    ) -> Iterator[re.Match[str]]:
        """Yields what the pattern's own method does."""
        first, last = bisect_left(self.places, pos), bisect_left(self.places, endpos)
        reached = pos
        for place in self.places[first:last]:
            if place < reached:
                continue
            match = self.pattern.match(text, place, endpos)
            if match is not None:
                reached = match.end()
                yield match
