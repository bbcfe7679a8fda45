"""Which texts the encoder reads in one pass."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

# About 500 tokens. Fewer would read the weights more often, and of more nothing is gained.
_CHARS: Final = 2048


def passes_of(items: Sequence[Item], sizes: Sequence[int]) -> Iterator[Sequence[Item]]:
    """Yields items in order, as many together as are worth a pass.

    Args:
        items: What is read.
        sizes: How many characters each has.
    """
    start = chars = 0
    for end, size in enumerate(sizes):
        if end > start and chars + size > _CHARS:
            yield items[start:end]
            start, chars = end, 0
        chars += size
    if start < len(items):
        yield items[start:]
