"""Categories as sets of vectors, and prompts compared with them."""

from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.classification import CategoryDefinition, Classification

from .vectors import Vector, Vectors

# How far, in cosine, an example makes itself felt, and how sharply scores become probabilities.
# Both were chosen on 1,500 rows of MMLU-Pro's training split, which nothing is trained on
# (docs/decisions/0005): the first for accuracy, the second for calibration.
_REACH: Final = 0.05
_TEMPERATURE: Final = 0.04


@frozen(eq=False)
class CategoryBank:
    """The vectors of what the configuration says of each category.

    A category's score is the log of its mean closeness to the prompt, `exp(cosine / reach)`
    averaged over its description and examples: a kernel density estimate, dominated by the
    nearest few. Probabilities are the softmax of the scores.

    Args:
        names: The categories.
        vectors: What is said of them; shape (n, dimensions).
        starts: Where each category's vectors begin; shape (len(names),).
    """

    names: tuple[str, ...]
    vectors: Vectors
    starts: npt.NDArray[np.intp]

    def classify(self, vector: Vector, coverage: float = 1.0) -> Classification:
        """Returns what a prompt is about, by its vector."""
        return Classification.ranked(self.probabilities(vector), coverage)

    def probabilities(self, vector: Vector) -> dict[str, float]:
        """Returns the probability of every category for a prompt's vector."""
        # Not `vectors @ vector`: numpy's BLAS would spread that little work over threads of its
        # own, which then spin for longer than it takes (measured: twice the CPU per decision).
        cosines = np.einsum("ij,j->i", self.vectors, vector)
        closeness = np.exp((cosines - 1) / _REACH)  # at most 1, so it cannot overflow
        counts = np.diff(self.starts, append=len(self.vectors))
        scores = _REACH * np.log(np.add.reduceat(closeness, self.starts) / counts)
        weights = np.exp((scores - scores.max()) / _TEMPERATURE)
        probabilities: list[float] = (weights / weights.sum()).tolist()
        return dict(zip(self.names, probabilities, strict=True))


def lines_of(definition: CategoryDefinition) -> tuple[str, ...]:
    """Returns what a category says of itself, line by line; never nothing."""
    description = (definition.description,) if definition.description else ()
    return (*description, *definition.examples)
