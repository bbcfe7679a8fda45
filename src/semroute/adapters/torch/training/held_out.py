"""What category heads say of texts that they were not trained on."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.bank import lines_of
from semroute.adapters.torch.vectors import Vectors
from semroute.domain.classification import CategoryDefinition

from .category_parts import Parts, parts_of
from .category_texts import APART, FOLDS, CategoryText, Floats, Rows, direction_of, evenly
from .fusion import fused
from .networks import Shape
from .vectors import Vectorizer

# A fold tells how much to believe the network, and one tells as much as several together.
_FOLD_SHAPE: Final = Shape(width=1024, members=1, epochs=14)
# Of networks 384, 768, 1024 and 2048 wide, held-out examination questions want the wider, and
# everyday prompts do not mind. Wider ones begin to cost more than they bring.
_SHAPE: Final = Shape(width=1024, members=2, epochs=14)


@frozen(eq=False)
class HeldOut:
    """What heads say of texts that they were not trained on.

    Args:
        definitions: The categories, sorted by name.
        rows: The texts.
        descriptions: What categories say of themselves, by category.
        lines: The vectors of what they say, by line.
        parts: Those of the head that learns all texts but those set apart, which it is asked about.
        experts: How much each opinion should count; shape (3,).
        scores: What heads say that heed this; shape (n, categories).
        distances: How far texts are from their nearest prototype; shape (n,).
    """

    definitions: Sequence[CategoryDefinition]
    rows: Rows
    descriptions: Vectors
    lines: Mapping[str, Floats]
    parts: Parts
    experts: Floats
    scores: Floats
    distances: Floats

    @property
    def names(self) -> list[str]:
        """The categories, sorted."""
        return [each.name for each in self.definitions]


def hold_out(
    texts: Sequence[CategoryText],
    definitions: Sequence[CategoryDefinition],
    vectorizer: Vectorizer,
) -> HeldOut:
    """Trains a head without each part of the texts in turn, and asks it about that part.

    The head that learns all of them is the one that ships.

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
            else direction_of(rows.vectors[rows.are_learnt & (rows.labels == at)])
            for at, each in enumerate(ordered)
        ]
    )
    opinions = np.zeros((3, len(texts), len(names)), np.float32)
    distances = np.zeros(len(texts), np.float32)

    def ask(parts: Parts, some: npt.NDArray[np.bool_]) -> None:
        opinions[:, some] = parts.opinions(rows.vectors[some]).all
        distances[some] = parts.distances(rows.vectors[some])

    for fold in range(FOLDS):
        vectorizer.progress("training categories", fold / (FOLDS + 1))
        is_out = rows.folds == fold
        ask(parts_of(rows, rows.are_learnt & ~is_out, descriptions, _FOLD_SHAPE), is_out)
    vectorizer.progress("training categories", FOLDS / (FOLDS + 1))
    parts = parts_of(rows, rows.are_learnt, descriptions, _SHAPE)
    ask(parts, rows.folds == APART)
    some = rows.are_judged
    experts = fused(list(opinions[:, some]), rows.labels[some], evenly(rows.kinds[some]))
    scores = np.asarray(np.einsum("e,enc->nc", experts, opinions), np.float32)
    return HeldOut(ordered, rows, descriptions, known, parts, experts, scores, distances)
