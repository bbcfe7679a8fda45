"""Trains the head that says what a prompt is about."""

from collections.abc import Mapping
from pathlib import Path

from semroute.adapters.torch.category_head import digest_of, line_digest
from semroute.adapters.torch.quantiles import quantiles_of

from .category_parts import About, write_head
from .figures import Figures, figures_of
from .held_out import HeldOut
from .vectors import Vectorizer


def train_categories(
    held: HeldOut, vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Writes the head that learnt all texts.

    Args:
        held: The texts, and what heads said of them that had not learnt them.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of each kind of text when it was held out.
    """
    rows, some = held.rows, held.rows.are_judged
    about = About(
        held.names,
        [digest_of(each) for each in held.definitions],
        held.experts,
        quantiles_of(held.distances[some]),
        {line_digest(line): vector for line, vector in held.lines.items()},
    )
    write_head(held.parts, about, vectorizer.fingerprint, directory)
    vectorizer.progress("training categories", 1.0)
    return {
        kind: figures_of(held.scores[theirs], rows.labels[theirs])
        for kind in sorted(set(rows.kinds.tolist()))
        if (theirs := some & (rows.kinds == kind)).any()
    }
