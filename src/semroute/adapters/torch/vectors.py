"""The vectors that pass between encoder and classifier."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]
"""One text; shape (384,), of length 1."""

Vectors: TypeAlias = npt.NDArray[np.float32]
"""Several texts; shape (n, 384), each of length 1."""


def of_length_one(vectors: npt.NDArray[np.float32]) -> Vectors:
    """Returns vectors of the same directions; one that has none stays as it is."""
    lengths: Vectors = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
