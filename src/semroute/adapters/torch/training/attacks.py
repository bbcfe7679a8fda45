"""Trains both models of attacks: of letters, and of what the encoder makes of passages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from semroute.domain.attack import AttackKind

from .attack_extension import write_attack_head
from .attack_kinds import taught
from .attack_letters import Judged, LetterModel, train_letters
from .attack_meaning import train_meaning
from .attack_rows import enriched
from .attack_texts import AttackText, AttackTexts
from .figures import Figures, flagged
from .vectors import Vectorizer


def train_attacks(
    texts: Sequence[AttackText],
    spare: Sequence[str],
    letters: LetterModel,
    vectorizer: Vectorizer,
    directory: Path,
) -> Mapping[str, Figures]:
    """Trains on texts, and on others that are made of them, and writes both models.

    Args:
        texts: What is known.
        spare: Ordinary texts that are only put together to longer ones.
        letters: What is to be known of letters.
        vectorizer: Encodes.
        directory: Where to write them.

    Returns:
        Recall and false positives at even odds on texts that nobody put together, when they were
        held out: of the letters on all, and of both together on those that both read.
    """
    said = enriched([each for each in texts if not each.is_returned], spare)
    rows = [*said, *(each for each in texts if each.is_returned)]
    texts_of = {kind: AttackTexts.of(taught(rows, kind)) for kind in AttackKind}
    judged: dict[AttackKind, Judged] = {}
    for kind, some in texts_of.items():
        vectorizer.progress(f"training {kind} by letters", 0.0)
        judged[kind] = train_letters(some, letters)
        vectorizer.progress(f"training {kind} by letters", 1.0)
    letters.write({kind: each.fitted for kind, each in judged.items()}, directory)
    understood = {
        kind: train_meaning(some, judged[kind], vectorizer, kind) for kind, some in texts_of.items()
    }
    write_attack_head(
        {kind: each.row for kind, each in understood.items()}, vectorizer.fingerprint, directory
    )
    figures: dict[str, Figures] = {}
    for kind, some in texts_of.items():
        known = understood[kind]
        figures[f"{kind} by letters"] = _figures(some, judged[kind].odds)
        figures[f"{kind} by letters and encoder"] = _figures(known.texts, known.odds)
    return figures


def _figures(texts: AttackTexts, odds: np.typing.NDArray[np.float64]) -> Figures:
    is_judged = ~texts.are_made
    return flagged(odds[is_judged] > 0, texts.labels[is_judged])
