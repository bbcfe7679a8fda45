"""How much a text reads like an attack."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.attack import AttackKind

from .artefact import Artefact
from .checkpoint import CheckpointError
from .vectors import Vector

ATTACKS_FILE: Final = "attacks.safetensors"


@frozen(eq=False)
class AttackHead:
    """A logistic regression on a text's vector for each kind of attack.

    Args:
        kinds: The kinds it knows.
        weight: Shape (len(kinds), dimensions).
        bias: Shape (len(kinds),).
    """

    kinds: tuple[AttackKind, ...]
    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @classmethod
    def load(cls, directory: Path, fingerprint: str, dimensions: int) -> "AttackHead":
        """Loads the head for the encoder with this fingerprint.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        artefact = Artefact.open(directory / ATTACKS_FILE, fingerprint)
        names = artefact.note("kinds")
        known = [kind.value for kind in AttackKind]
        if not isinstance(names, list) or not names or not all(name in known for name in names):
            message = f"{artefact.path} is about attacks that are not known here"
            raise CheckpointError(message)
        kinds = tuple(AttackKind(name) for name in names)
        weight = artefact.tensor("weight", len(kinds), dimensions)
        return cls(kinds, weight, artefact.tensor("bias", len(kinds)))

    def logits(self, vector: Vector) -> dict[AttackKind, float]:
        """Returns one logit for each kind; 0 is even odds."""
        # Not `@`, as in the category bank: BLAS would wake threads of its own.
        logits: list[float] = (np.einsum("ij,j->i", self.weight, vector) + self.bias).tolist()
        return dict(zip(self.kinds, logits, strict=True))


def knows_attacks(directory: Path) -> bool:
    """Whether a directory has a head for attacks."""
    return (directory / ATTACKS_FILE).is_file()
