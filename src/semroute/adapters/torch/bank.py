"""Categories as sets of vectors, and prompts compared with them."""

from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from semroute.domain.classification import Classification

if TYPE_CHECKING:
    Vector = np.ndarray[Any, np.dtype[np.float32]]


@frozen(eq=False)
class CategoryBank:
    """The vectors of what the configuration says of each category.

    Args:
        names: The categories, in configured order.
        vectors: All descriptions and examples; shape (n, 384), each of length 1.
        owners: For each vector the index of its category.
        weights: For each vector its weight within its category; they sum to 1.
    """

    names: tuple[str, ...]
    vectors: "np.ndarray[Any, np.dtype[np.float32]]"
    owners: "np.ndarray[Any, np.dtype[np.intp]]"
    weights: "np.ndarray[Any, np.dtype[np.float32]]"

    def classify(self, vector: "Vector", coverage: float = 1.0) -> Classification:
        """Returns the probability of every category for a prompt's vector."""
        raise NotImplementedError
