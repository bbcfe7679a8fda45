"""The shapes that pass between encoder and classifier."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Vector: TypeAlias = npt.NDArray[np.float32]
"""One text; shape (384,), of length 1."""

Vectors: TypeAlias = npt.NDArray[np.float32]
"""Several texts; shape (n, 384), each of length 1."""
