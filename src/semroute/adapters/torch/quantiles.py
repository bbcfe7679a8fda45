"""Where a number stands among numbers that were seen before."""

from typing import Final

import numpy as np
import numpy.typing as npt

QUANTILES: Final = 101
"""From the least to the greatest, a hundredth of the numbers apart."""


def quantiles_of(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Returns the quantiles of some numbers; shape (QUANTILES,)."""
    return np.quantile(values, np.linspace(0, 1, QUANTILES)).astype(np.float32)


def rank_in(quantiles: npt.NDArray[np.float32], value: float) -> float:
    """Returns the share of the numbers that are less, from 0 to 1."""
    return float(np.interp(value, quantiles, np.linspace(0, 1, QUANTILES)))
