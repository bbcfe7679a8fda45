"""Trains the head that says what a prompt is about."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from semroute.adapters.torch.category_head import digest_of, line_digest
from semroute.adapters.torch.quantiles import quantiles_of

from .category_parts import About, parts_of, write_head
from .category_texts import FOLDS
from .figures import Figures, figures_of
from .held_out import HeldOut
from .networks import Shape
from .vectors import Vectorizer

# Of networks 384, 768, 1024 and 2048 wide, held-out examination questions want the wider, and
# everyday prompts do not mind. Wider ones begin to cost more than they bring.
_SHAPE: Final = Shape(width=1024, members=2, epochs=14)


def train_categories(
    held: HeldOut, vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Trains the head on all texts and writes it.

    Args:
        held: The texts, and what heads said of them that had not learnt them.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of each kind of text when it was held out.
    """
    rows = held.rows
    vectorizer.progress("training categories", FOLDS / (FOLDS + 1))
    is_judged, scores = ~rows.are_made, held.believed
    parts = parts_of(rows, np.ones(len(rows.texts), bool), held.descriptions, _SHAPE)
    about = About(
        held.names,
        [digest_of(each) for each in held.definitions],
        held.experts,
        held.trust,
        quantiles_of(held.distances[is_judged]),
        {line_digest(line): vector for line, vector in held.lines.items()},
    )
    write_head(parts, about, vectorizer.fingerprint, directory)
    vectorizer.progress("training categories", 1.0)
    return {
        kind: figures_of(scores[some], rows.labels[some])
        for kind in sorted(set(rows.kinds.tolist()))
        if (some := is_judged & (rows.kinds == kind)).any()
    }
