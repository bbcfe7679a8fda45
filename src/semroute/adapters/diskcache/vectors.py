"""Vectors as they are compared."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Unit: TypeAlias = npt.NDArray[np.float32]
"""One vector; of length 1."""

Units: TypeAlias = npt.NDArray[np.float32]
"""Several, one per row."""

Halves: TypeAlias = npt.NDArray[np.float16]
"""Several as they are stored, one per row; of about length 1, unless they are damaged."""


def unit_of(vector: bytes) -> Unit | None:
    """Returns a stored vector at length 1; None if it has no direction."""
    if not vector or len(vector) % 2:
        return None
    values = np.frombuffer(vector, "<f2").astype(np.float32)
    length = float(np.sqrt(values @ values))
    return values / np.float32(length) if 0 < length < np.inf else None
