"""Which letters of a text are looked at together."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

# In letters, blanks and punctuation apart, so no padding can push an attack out of a window. The
# long window is for attacks that describe a person at length, the short one for a single sentence
# among others, which would be a small part of a long window.
SIZES: Final = (300, 100)
PER_SIZE: Final = 3  # a third of a window lies between two: where an attack begins hardly matters

Bounds: TypeAlias = npt.NDArray[np.intp]


def windows_of(letters: int) -> tuple[Bounds, Bounds]:
    """Returns where windows begin and end over so many letters; those of each size cover all."""
    starts, ends = zip(*(_of_size(letters, size) for size in _sizes(letters)), strict=True)
    return np.concatenate(starts), np.concatenate(ends)


def _sizes(letters: int) -> tuple[int, ...]:
    """The sizes that differ for a text: one that is shorter than a window is one window."""
    return tuple(size for size in SIZES[:-1] if letters > SIZES[-1]) + SIZES[-1:]


def _of_size(letters: int, size: int) -> tuple[Bounds, Bounds]:
    last, stride = max(letters - size, 0), size // PER_SIZE
    starts = np.minimum(np.arange(-(-last // stride) + 1) * stride, last)
    return starts, np.minimum(starts + size, letters)
