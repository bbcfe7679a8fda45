"""How much a text reads like an attack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from semroute.domain.attack import AttackKind

from .artefact import Artefact, place_of
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
        temperatures: For each of them, what the mean of its logit and the letters' is divided by,
            above 0.
    """

    kinds: tuple[AttackKind, ...]
    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    temperatures: Mapping[AttackKind, float] = field(factory=dict[AttackKind, float])

    @classmethod
    def load(cls, directory: Path, fingerprint: str, dimensions: int) -> "AttackHead":
        """Loads the head for the encoder with this fingerprint.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        artefact = Artefact.open(directory / ATTACKS_FILE, fingerprint)
        kinds = _kinds_in(artefact)
        weight = artefact.tensor("weight", len(kinds), dimensions)
        return cls(kinds, weight, artefact.tensor("bias", len(kinds)), _temperatures_in(artefact))

    def logits(self, vector: Vector) -> dict[AttackKind, float]:
        """Returns one logit for each kind; 0 is even odds."""
        # Not `@`, as in the category bank: BLAS would wake threads of its own.
        logits: list[float] = (np.einsum("ij,j->i", self.weight, vector) + self.bias).tolist()
        return dict(zip(self.kinds, logits, strict=True))


def temperatures_of_attacks(own_heads: Path | None) -> Mapping[AttackKind, float]:
    """Returns, for each kind, what the mean of the head's logit and the letters' is divided by.

    Args:
        own_heads: The operator's heads, which may have one for attacks.

    Raises:
        CheckpointError: The head cannot be read; the operator's fault.
    """
    place = place_of(ATTACKS_FILE, own_heads)
    return _temperatures_in(Artefact.notes_of(place / ATTACKS_FILE))


def knows_attacks(directory: Path) -> bool:
    """Whether a directory has a head for attacks."""
    return (directory / ATTACKS_FILE).is_file()


def _kinds_in(artefact: Artefact) -> tuple[AttackKind, ...]:
    names = artefact.note("kinds")
    known = [kind.value for kind in AttackKind]
    if not isinstance(names, list) or not names or not all(name in known for name in names):
        message = f"{artefact.path} is about attacks that are not known here"
        raise CheckpointError(message)
    return tuple(AttackKind(name) for name in names)


def _temperatures_in(artefact: Artefact) -> Mapping[AttackKind, float]:
    kinds = _kinds_in(artefact)
    return dict(zip(kinds, artefact.temperatures(len(kinds)), strict=True))
