"""Many strings found at once in a text of any length."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from ahocorasick_rs import BytesAhoCorasick

Match: TypeAlias = tuple[int, int, int]
"""Which string, where it begins and where it has ended, in characters of the block it is in."""

# What is in a block is all found at once, though whoever asks may stop at the first of it.
BLOCK: Final = 65_536
"""Characters of a block; the last is shorter."""


class Automaton:
    """Finds strings, also in each other and where they overlap (Aho and Corasick, 1975).

    Args:
        strings: What to look for; each is known by its place among them.
    """

    def __init__(self, strings: Sequence[bytes]) -> None:
        self._finder = BytesAhoCorasick(strings)
        self._overlap = max(map(len, strings), default=1) - 1

    def blocks(self, raw: bytes) -> Iterator[tuple[int, list[Match]]]:
        """Yields where each block of a text begins, and what begins in it, in order of the ends."""
        for begin in range(0, len(raw), BLOCK):
            found = self._finder.find_matches_as_indexes(
                raw[begin : begin + BLOCK + self._overlap], overlapping=True
            )
            if begin + BLOCK < len(raw):
                found = [match for match in found if match[1] < BLOCK]
            yield begin, found
