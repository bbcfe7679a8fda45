"""Numbers from -7 to 7, two in a byte.

In a mean of many vectors what each lost by rounding cancels out, so four bits are as good as eight,
and twice as many dimensions are better than none.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

LARGEST: Final = 7

_ZERO: Final = 8  # what 0 is kept as
_HALF: Final = 4  # bits


def packed(numbers: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Returns rows of numbers as rows of bytes; a row of odd length gains a 0.

    Args:
        numbers: None below -LARGEST or above it; shape (rows, columns).
    """
    even = np.pad(numbers, ((0, 0), (0, numbers.shape[1] % 2)))
    halves = (even + _ZERO).astype(np.uint8)
    return (halves[:, ::2] | halves[:, 1::2] << _HALF).view(np.int8)


def unpacked(rows: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Returns the numbers in rows of bytes; shape (rows, 2 x columns)."""
    halves = np.stack([rows.view(np.uint8) & 15, rows.view(np.uint8) >> _HALF], axis=-1)
    return halves.reshape(len(rows), -1).astype(np.int8) - _ZERO
