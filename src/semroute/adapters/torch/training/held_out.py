"""What category heads say of texts that they were not trained on."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from semroute.adapters.torch.bank import lines_of
from semroute.adapters.torch.category_head import believed
from semroute.adapters.torch.vectors import Vectors
from semroute.domain.classification import CategoryDefinition

from .category_parts import parts_of
from .category_texts import FOLDS, CategoryText, Floats, Rows, direction_of, evenly
from .fusion import fused
from .networks import Shape
from .trust import trust_in
from .vectors import Vectorizer

# A fold tells how much to believe the network, and one tells as much as several together.
_FOLD_SHAPE: Final = Shape(width=1024, members=1, epochs=14)


@frozen(eq=False)
class HeldOut:
    """What heads say of texts that they were not trained on.

    Args:
        definitions: The categories, sorted by name.
        rows: The texts.
        descriptions: What categories say of themselves, by category.
        lines: The vectors of what they say, by line.
        experts: How much each opinion should count; shape (3,).
        scores: What heads say that heed this; shape (n, categories).
        shares: How much texts seem to be of each kind; shape (n, kinds).
        trust: How much to believe what heads say of each kind; shape (kinds,).
        distances: How far texts are from their nearest prototype; shape (n,).
    """

    definitions: Sequence[CategoryDefinition]
    rows: Rows
    descriptions: Vectors
    lines: Mapping[str, Floats]
    experts: Floats
    scores: Floats
    shares: Floats
    trust: Floats
    distances: Floats

    @property
    def names(self) -> list[str]:
        """The categories, sorted."""
        return [each.name for each in self.definitions]

    @property
    def believed(self) -> Floats:
        """What heads say, and how sure they are of it."""
        return believed(self.scores, self.shares, self.trust)


def hold_out(
    texts: Sequence[CategoryText],
    definitions: Sequence[CategoryDefinition],
    vectorizer: Vectorizer,
) -> HeldOut:
    """Trains a head without each part of the texts in turn, and asks it about that part.

    Args:
        texts: What is known.
        definitions: What the categories say of themselves; one for every label.
        vectorizer: Encodes.
    """
    ordered = sorted(definitions, key=lambda each: each.name)
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
    shares = np.zeros((len(texts), len(set(rows.kinds.tolist()))), np.float32)
    distances = np.zeros(len(texts), np.float32)
    for fold in range(FOLDS):
        vectorizer.progress("training categories", fold / (FOLDS + 1))
        is_out = rows.folds == fold
        parts = parts_of(rows, ~is_out, descriptions, _FOLD_SHAPE)
        opinions[:, is_out] = parts.opinions(rows.vectors[is_out]).all
        shares[is_out] = parts.shares(rows.vectors[is_out])
        distances[is_out] = parts.distances(rows.vectors[is_out])
    is_judged = ~rows.are_made
    experts = fused(
        list(opinions[:, is_judged]), rows.labels[is_judged], evenly(rows.kinds[is_judged])
    )
    scores = np.asarray(np.einsum("e,enc->nc", experts, opinions), np.float32)
    trust = trust_in(
        scores[is_judged],
        shares[is_judged],
        rows.labels[is_judged],
        evenly(rows.kinds[is_judged]),
    )
    return HeldOut(ordered, rows, descriptions, known, experts, scores, shares, trust, distances)
