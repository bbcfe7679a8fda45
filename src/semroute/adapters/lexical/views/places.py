"""Where the characters of a view come from, worked out only for those that somebody asks about."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import overload

from semroute.domain.views import View


class Places(Sequence[int]):
    """One place for each character of a view.

    Most views are clean, and nobody asks where their characters stand; so a place is a sum that
    is done on demand, and what is kept grows with the changes, not with the text.
    """

    def __init__(self, size: int, place: Callable[[int], int]) -> None:
        self._size = size
        self._place = place

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> int: ...

    @overload
    def __getitem__(self, index: slice) -> list[int]: ...

    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [self._place(at) for at in range(*index.indices(self._size))]
        if not -self._size <= index < self._size:
            raise IndexError(index)
        return self._place(index % self._size)


class Trail:
    """The way back from a changed text to the original of the view it was made from.

    It is a list of pieces. The n-th character of a piece stands `stride * n` after the piece's
    first, and is `width` wide: (1, 1) for text that was copied, (3, 3) for `%41%42`, (0, all)
    for a run that only makes sense as a whole.
    """

    def __init__(self, source: View) -> None:
        self._source = source
        self._size = 0
        self._firsts = array("L")
        self._starts = array("L")
        self._strides = array("L")
        self._widths = array("L")

    @property
    def size(self) -> int:
        """How many characters there are so far."""
        return self._size

    def extend(self, size: int, start: int, stride: int, width: int) -> None:
        """Adds a piece of `size` characters, the first of which stands at `start`."""
        if size:
            self._firsts.append(self._size)
            self._starts.append(start)
            self._strides.append(stride)
            self._widths.append(width)
            self._size += size

    def starts(self) -> Sequence[int]:
        """Returns where each character begins in the original."""
        return Places(self._size, self._start)

    def ends(self) -> Sequence[int]:
        """Returns where each character has ended in the original."""
        return Places(self._size, self._end)

    def _start(self, at: int) -> int:
        place, _ = self._step(at)
        return self._source.starts[place] if self._source.starts else place

    def _end(self, at: int) -> int:
        place, width = self._step(at)
        end = place + width
        return self._source.ends[end - 1] if self._source.starts else end

    def _step(self, at: int) -> tuple[int, int]:
        piece = bisect_right(self._firsts, at) - 1
        offset = at - self._firsts[piece]
        return self._starts[piece] + offset * self._strides[piece], self._widths[piece]
