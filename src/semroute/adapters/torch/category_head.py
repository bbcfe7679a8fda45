"""What a prompt is about, by what was learnt of some categories."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.classification import CategoryDefinition

from .artefact import Artefact
from .bank import lines_of
from .checkpoint import CheckpointError
from .quantiles import QUANTILES, rank_in
from .vectors import Vector, Vectors

CATEGORIES_FILE: Final = "categories.safetensors"

REACH: Final = 0.05
"""How far, in cosine, a prototype makes itself felt; as in the bank."""

_Floats = npt.NDArray[np.float32]


@frozen(eq=False)
class Experts:
    """How much the three opinions on a category count.

    Args:
        network: Of a neural network on the vector.
        prototypes: Of how near the category's prototypes are.
        description: Of how near its description is.
    """

    network: float
    prototypes: float
    description: float


@frozen(eq=False)
class Opinion:
    """What a head says of a prompt.

    Args:
        scores: The log odds of every category it knows, but for what they have in common.
        strangeness: The share of known prompts that are nearer to what it learnt, from 0 to 1.
    """

    scores: _Floats
    strangeness: float


@frozen(eq=False)
class CategoryHead:
    """A small network, prototypes and descriptions, which vote on a prompt's category.

    The votes are sums of log odds, so their weights are the head's temperature as well.

    Args:
        names: The categories it knows, sorted.
        digests: What each said of itself when it was learnt; empty for one that said nothing.
        hidden: Weight (width, dimensions) and bias (width,) of the network's hidden layer.
        output: Weight (len(names), width) and bias (len(names),) of its output.
        prototypes: Shape (n, dimensions), category by category.
        starts: Where each category's prototypes begin; shape (len(names),).
        counts: How many texts each prototype stands for; shape (n,).
        descriptions: Shape (len(names), dimensions).
        experts: How much each opinion counts.
        distances: Quantiles of how far known prompts are from their nearest prototype.
        lines: The vectors of the lines that describe the shipped categories, by digest.
    """

    names: tuple[str, ...]
    digests: tuple[str, ...]
    hidden: tuple[_Floats, _Floats]
    output: tuple[_Floats, _Floats]
    prototypes: Vectors
    starts: npt.NDArray[np.intp]
    counts: _Floats
    descriptions: Vectors
    experts: Experts
    distances: _Floats
    lines: Mapping[str, Vector]

    @classmethod
    def load(cls, directory: Path, fingerprint: str, dimensions: int) -> "CategoryHead":
        """Loads the head for the encoder with this fingerprint.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        artefact = Artefact.open(directory / CATEGORIES_FILE, fingerprint)
        names, digests = artefact.texts("names"), artefact.texts("digests")
        count = len(names)
        hidden = artefact.tensor("hidden.weight", None, dimensions)
        prototypes = artefact.tensor("prototypes", None, dimensions)
        owners = artefact.tensor("owners", len(prototypes)).astype(np.intp)
        keys = artefact.texts("lines")
        numbers = artefact.tensor("experts", 3).tolist()
        if list(names) != sorted(set(names)) or len(digests) != count or not count:
            message = f"{artefact.path} does not say which categories it is about"
            raise CheckpointError(message)
        if set(owners.tolist()) != set(range(count)) or (np.diff(owners) < 0).any():
            message = f"{artefact.path} has no prototypes of some category"
            raise CheckpointError(message)
        return cls(
            names,
            digests,
            (hidden, artefact.tensor("hidden.bias", len(hidden))),
            (
                artefact.tensor("output.weight", count, len(hidden)),
                artefact.tensor("output.bias", count),
            ),
            prototypes,
            np.searchsorted(owners, np.arange(count)),
            artefact.tensor("counts", len(prototypes)),
            artefact.tensor("descriptions", count, dimensions),
            Experts(*numbers),
            artefact.tensor("distances", QUANTILES),
            dict(zip(keys, artefact.tensor("lines", len(keys), dimensions), strict=True)),
        )

    def knows(self, definition: CategoryDefinition) -> bool:
        """Whether it learnt this category, and the category still says the same of itself.

        One that says nothing of itself is known by its name.
        """
        if definition.name not in self.names:
            return False
        learnt = self.digests[self.names.index(definition.name)]
        return not lines_of(definition) or digest_of(definition) == learnt

    def opinion(self, vector: Vector) -> Opinion:
        """Returns what it says of a prompt with this vector, which has length 1."""
        experts = self.experts
        # Not `@`, as in the category bank: BLAS would wake threads of its own.
        cosines = np.vecdot(self.prototypes, vector)
        scores = (
            experts.network * self._network(vector)
            + experts.prototypes * self._nearness(cosines)
            + experts.description * np.vecdot(self.descriptions, vector)
        )
        return Opinion(
            np.asarray(scores, np.float32), rank_in(self.distances, 1 - float(cosines.max()))
        )

    def own_prototypes(self, name: str) -> Vectors:
        """Returns the prototypes of a category it knows."""
        at = self.names.index(name)
        return np.split(self.prototypes, self.starts[1:])[at]

    def _network(self, vector: Vector) -> _Floats:
        weight, bias = self.hidden
        # ReLU, because numpy has no error function for the smoother ones.
        inner = np.maximum(np.vecdot(weight, vector) + bias, 0)
        weight, bias = self.output
        return np.asarray(np.vecdot(weight, inner) + bias, np.float32)

    def _nearness(self, cosines: _Floats) -> _Floats:
        closeness = np.exp((cosines - 1) / REACH)  # at most 1, so it cannot overflow
        sizes = np.diff(self.starts, append=len(cosines))
        return np.asarray(np.log(np.add.reduceat(closeness, self.starts) / sizes), np.float32)


def trained_categories(directory: Path) -> frozenset[str]:
    """Returns the categories that the heads in a directory know; none if it has only others.

    Raises:
        CheckpointError: It has no heads, or they cannot be read; the operator's fault.
    """
    if not any(directory.glob("*.safetensors")):
        message = f"{directory} has no heads in it"
        raise CheckpointError(message)
    path = directory / CATEGORIES_FILE
    return frozenset(Artefact.notes_of(path).texts("names")) if path.exists() else frozenset()


def digest_of(definition: CategoryDefinition) -> str:
    """Returns what stands for all that a category says of itself; empty if it says nothing."""
    lines = lines_of(definition)
    return line_digest("\0".join(lines)) if lines else ""


def line_digest(line: str) -> str:
    """Returns what stands for a line."""
    return hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16]
