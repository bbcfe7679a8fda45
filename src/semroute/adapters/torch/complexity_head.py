"""How much a prompt gains from a strong model."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .artefact import Artefact
from .quantiles import QUANTILES, rank_in
from .vectors import Vector

COMPLEXITY_FILE: Final = "complexity.safetensors"


@frozen(eq=False)
class ComplexityHead:
    """A linear score, and where it stands among known prompts.

    Args:
        weight: Shape (dimensions,).
        gains: Quantiles of the scores of known prompts.
    """

    weight: npt.NDArray[np.float32]
    gains: npt.NDArray[np.float32]

    @classmethod
    def load(cls, directory: Path, fingerprint: str, dimensions: int) -> "ComplexityHead":
        """Loads the head for the encoder with this fingerprint.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        artefact = Artefact.open(directory / COMPLEXITY_FILE, fingerprint)
        return cls(artefact.tensor("weight", dimensions), artefact.tensor("gains", QUANTILES))

    def complexity(self, vector: Vector) -> float:
        """Returns the share of known prompts that gain less from a strong model, from 0 to 1."""
        return rank_in(self.gains, float(np.einsum("i,i->", self.weight, vector)))
