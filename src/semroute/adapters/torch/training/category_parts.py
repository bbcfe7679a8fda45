"""The parts of the head that says what a prompt is about, and the file that they make."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen
from torch.nn.functional import cross_entropy

from semroute.adapters.torch.category_head import CATEGORIES_FILE, REACH
from semroute.adapters.torch.vectors import Vectors

from .category_texts import Floats, Ints, Rows
from .clusters import clusters_of
from .files import write_weights
from .networks import Network, Shape, Task, trained

_SMOOTHING: Final = 0.05  # some labels are wrong, and many prompts are about two things
_PROTOTYPES: Final = 80
"""For every category and every kind of text."""


@frozen(eq=False)
class Opinions:
    """What the parts of a head say of texts, each of shape (n, categories)."""

    network: Floats
    prototypes: Floats
    description: Floats

    @property
    def all(self) -> tuple[Floats, Floats, Floats]:
        """In the order of their weights."""
        return self.network, self.prototypes, self.description


@frozen(eq=False)
class Parts:
    """A head, but for how much its parts count."""

    network: Network
    prototypes: Vectors
    owners: Ints
    counts: Floats
    descriptions: Vectors

    def opinions(self, vectors: Vectors) -> Opinions:
        """Returns what the parts say."""
        points = torch.from_numpy(vectors)
        cosines = points @ torch.from_numpy(self.prototypes).T
        closeness = ((cosines - 1) / REACH).exp()
        sums = torch.zeros(len(vectors), len(self.descriptions))
        sums.index_add_(1, torch.from_numpy(self.owners), closeness)
        sizes = torch.bincount(torch.from_numpy(self.owners), minlength=len(self.descriptions))
        return Opinions(
            self.network.outputs(vectors),
            np.asarray((sums / sizes).log().numpy()),
            np.asarray((points @ torch.from_numpy(self.descriptions).T).numpy()),
        )

    def distances(self, vectors: Vectors) -> Floats:
        """Returns how far texts are from their nearest prototype."""
        cosines = torch.from_numpy(vectors) @ torch.from_numpy(self.prototypes).T
        return np.asarray(1 - cosines.amax(dim=1).numpy())


def parts_of(rows: Rows, some: npt.NDArray[np.bool_], descriptions: Vectors, shape: Shape) -> Parts:
    """Returns the parts that some of the texts make, with a network of this shape."""
    task = Task(
        rows.vectors[some],
        torch.from_numpy(rows.labels[some]),
        rows.weights[some],
        len(descriptions),
        _loss,
    )
    network = trained(task, shape)
    # What was made from other texts is near them already.
    of_each = [
        clusters_of(
            rows.vectors[some & ~rows.are_made & (rows.labels == at) & (rows.kinds == kind)],
            _PROTOTYPES,
        )
        for at in range(len(descriptions))
        for kind in sorted(set(rows.kinds.tolist()))
    ]
    kinds = len(of_each) // len(descriptions)
    owners = [np.full(len(centres), at // kinds) for at, (centres, _) in enumerate(of_each)]
    return Parts(
        network,
        np.concatenate([centres for centres, _ in of_each]),
        np.concatenate(owners).astype(np.intp),
        np.concatenate([counts for _, counts in of_each]),
        descriptions,
    )


def _loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return cross_entropy(outputs, targets, reduction="none", label_smoothing=_SMOOTHING)


@frozen(eq=False)
class About:
    """What a head has to know beside its parts.

    Args:
        names: The categories, sorted.
        digests: What each says of itself, as `digest_of` has it.
        experts: How much each opinion counts; shape (3,).
        distances: Quantiles of how far known texts are.
        lines: The vectors of what categories say, by the digest of the line.
    """

    names: Sequence[str]
    digests: Sequence[str]
    experts: Floats
    distances: Floats
    lines: Mapping[str, Floats]


def write_head(parts: Parts, about: About, fingerprint: str, directory: Path) -> None:
    """Writes a head for the encoder with this fingerprint."""
    network = parts.network
    dimensions = parts.prototypes.shape[1]
    vectors = np.stack([*about.lines.values()]) if about.lines else np.zeros((0, dimensions))
    halves = {
        "hidden.weight": network.hidden[0],
        "hidden.bias": network.hidden[1],
        "output.weight": network.output[0],
        "output.bias": network.output[1],
        "prototypes": parts.prototypes,
        "descriptions": parts.descriptions,
        "lines": vectors,
    }
    write_weights(
        directory / CATEGORIES_FILE,
        {
            **{name: tensor.astype(np.float16) for name, tensor in halves.items()},
            "owners": parts.owners.astype(np.float32),
            "counts": parts.counts,
            "experts": about.experts,
            "distances": about.distances,
        },
        {
            "encoder": fingerprint,
            "names": json.dumps(list(about.names)),
            "digests": json.dumps(list(about.digests)),
            "lines": json.dumps(list(about.lines)),
        },
    )
