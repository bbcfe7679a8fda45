"""Trains the head that says what a prompt is about."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen
from torch.nn.functional import cross_entropy

from semroute.adapters.torch.bank import lines_of
from semroute.adapters.torch.category_head import (
    CATEGORIES_FILE,
    REACH,
    digest_of,
    line_digest,
)
from semroute.adapters.torch.quantiles import quantiles_of
from semroute.adapters.torch.vectors import Vectors
from semroute.domain.classification import CategoryDefinition

from .clusters import clusters_of
from .figures import Figures, figures_of
from .files import write_weights
from .fusion import fused
from .networks import Network, Shape, Task, trained
from .vectors import Vectorizer

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]

FOLDS: Final = 3
_SMOOTHING: Final = 0.05  # some labels are wrong, and many prompts are about two things
# A fold tells how much to believe the network, and one tells as much as several together.
_FOLD_SHAPE: Final = Shape(width=1024, members=1, epochs=14)
# Of networks 384, 768, 1024 and 2048 wide, held-out examination questions want the wider, and
# everyday prompts do not mind. Wider ones begin to cost more than they bring.
_SHAPE: Final = Shape(width=1024, members=2, epochs=14)
_PROTOTYPES: Final = 80
"""For every category and every kind of text."""


@frozen
class CategoryText:
    """A text whose category is known.

    Args:
        text: The text.
        label: Its category.
        kind: Of which sort it is, such as `chat`; figures are told for each.
        weight: How much it counts in training.
        origin: If it was made from another text, that text; both are held out together.
    """

    text: str
    label: str
    kind: str
    weight: float = 1.0
    origin: str = ""

    @property
    def is_made(self) -> bool:
        """Whether it was made from another text; nothing is measured on it."""
        return bool(self.origin)


@frozen(eq=False)
class Rows:
    """Texts, column by column."""

    texts: Sequence[CategoryText]
    vectors: Vectors
    labels: Ints
    kinds: npt.NDArray[np.str_]
    weights: Floats
    folds: Ints
    are_made: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Sequence[CategoryText], vectors: Vectors, names: Sequence[str]) -> "Rows":
        """Returns texts with their vectors; labels are numbers of names."""
        return cls(
            texts,
            vectors,
            np.array([names.index(each.label) for each in texts], np.intp),
            np.array([each.kind for each in texts]),
            np.array([each.weight for each in texts], np.float32),
            np.array([fold_of(each.origin or each.text) for each in texts], np.intp),
            np.array([each.is_made for each in texts]),
        )


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


def train_categories(
    texts: Sequence[CategoryText],
    definitions: Sequence[CategoryDefinition],
    vectorizer: Vectorizer,
    directory: Path,
) -> Mapping[str, Figures]:
    """Trains the head on texts and writes it.

    Args:
        texts: What is known.
        definitions: What the categories say of themselves; one for every label.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of each kind of text when it was held out.
    """
    ordered = sorted(definitions, key=lambda each: each.name)
    names = [each.name for each in ordered]
    held = held_out(texts, ordered, vectorizer)
    rows, descriptions = held.rows, held.descriptions
    vectorizer.progress("training categories", FOLDS / (FOLDS + 1))
    is_judged = ~rows.are_made
    parts = _parts(rows, np.ones(len(texts), bool), descriptions, _SHAPE)
    digests = tuple(map(digest_of, ordered))
    about = About(
        tuple(names),
        digests,
        held.experts,
        quantiles_of(held.distances[is_judged]),
        {line_digest(line): vector for line, vector in held.lines.items()},
    )
    write_head(parts, about, vectorizer.fingerprint, directory)
    vectorizer.progress("training categories", 1.0)
    return {
        kind: figures_of(held.scores[some], rows.labels[some])
        for kind in sorted(set(rows.kinds.tolist()))
        if (some := is_judged & (rows.kinds == kind)).any()
    }


@frozen(eq=False)
class HeldOut:
    """What heads say of texts that they were not trained on.

    Args:
        rows: The texts.
        descriptions: What categories say of themselves, by category.
        lines: The vectors of what they say, by line.
        experts: How much each opinion should count; shape (3,).
        scores: What heads say that heed this; shape (n, categories).
        distances: How far texts are from their nearest prototype; shape (n,).
    """

    rows: Rows
    descriptions: Vectors
    lines: Mapping[str, Floats]
    experts: Floats
    scores: Floats
    distances: Floats


def held_out(
    texts: Sequence[CategoryText], ordered: Sequence[CategoryDefinition], vectorizer: Vectorizer
) -> HeldOut:
    """Trains a head without each part of the texts in turn, and asks it about that part.

    Args:
        texts: What is known.
        ordered: What the categories say of themselves, sorted by name; one for every label.
        vectorizer: Encodes.
    """
    names = [each.name for each in ordered]
    said = list(dict.fromkeys(line for each in ordered for line in lines_of(each)))
    rows = Rows.of(texts, vectorizer.vectors([each.text for each in texts], "texts"), names)
    known = dict(zip(said, vectorizer.vectors(said, "descriptions"), strict=True))
    descriptions = np.stack(
        [
            known[lines[0]]
            if (lines := lines_of(each))
            else direction_of(rows.vectors[rows.labels == at])
            for at, each in enumerate(ordered)
        ]
    )
    opinions = np.zeros((3, len(texts), len(names)), np.float32)
    distances = np.zeros(len(texts), np.float32)
    for fold in range(FOLDS):
        vectorizer.progress("training categories", fold / (FOLDS + 1))
        is_out = rows.folds == fold
        parts = _parts(rows, ~is_out, descriptions, _FOLD_SHAPE)
        opinions[:, is_out] = parts.opinions(rows.vectors[is_out]).all
        distances[is_out] = parts.distances(rows.vectors[is_out])
    is_judged = ~rows.are_made
    experts = fused(
        list(opinions[:, is_judged]), rows.labels[is_judged], evenly(rows.kinds[is_judged])
    )
    scores = np.asarray(np.einsum("e,enc->nc", experts, opinions), np.float32)
    return HeldOut(rows, descriptions, known, experts, scores, distances)


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


def _parts(rows: Rows, some: npt.NDArray[np.bool_], descriptions: Vectors, shape: Shape) -> Parts:
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


def evenly(kinds: npt.NDArray[np.str_]) -> Floats:
    """Returns weights under which every kind counts the same, however many texts it has."""
    _, places, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    return (1 / counts[places]).astype(np.float32)


def direction_of(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Returns what vectors have in common, of length 1; nothing if there are none."""
    mean = vectors.sum(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def fold_of(text: str) -> int:
    """Returns in which part a text is held out."""
    return int(line_digest(text), 16) % FOLDS
