"""Trains both models of attacks: of letters, and of what the encoder makes of passages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .attack_letters import LetterModel, train_letters
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
    vectorizer.progress("training attacks by letters", 0.0)
    rows = AttackTexts.of(enriched(texts, spare))
    judged = train_letters(rows, letters, directory)
    vectorizer.progress("training attacks by letters", 1.0)
    understood = train_meaning(rows, judged, vectorizer, directory)
    return {
        "by letters": _figures(rows, judged.odds),
        "by letters and encoder": _figures(understood.texts, understood.odds),
    }


def _figures(texts: AttackTexts, odds: np.typing.NDArray[np.float64]) -> Figures:
    is_judged = ~texts.are_made
    return flagged(odds[is_judged] > 0, texts.labels[is_judged])
