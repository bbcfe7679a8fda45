"""Trains the head that says how much a prompt gains from a strong model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from attrs import frozen

from semroute.adapters.torch.complexity_head import COMPLEXITY_FILE
from semroute.adapters.torch.quantiles import quantiles_of
from semroute.adapters.torch.vectors import Vectors

from .category_texts import FOLDS, Floats, fold_of
from .figures import Figures
from .files import write_weights
from .vectors import Vectorizer

# The signal is weak, so the penalty is strong. Of 3, 10, 30 and 100 it recovers the most of the
# gap between models when questions are held out; networks recover less.
_PENALTY: Final = 100.0


@frozen
class Trial:
    """A text, and how a strong and a weak model did on it, from 0 to 1."""

    text: str
    strong: float
    weak: float


def train_complexity(
    trials: Sequence[Trial], vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Trains the head on what two models made of texts, and writes it.

    Returns:
        How much of the gap between the models it recovers on texts that were held out.
    """
    vectors = vectorizer.vectors([each.text for each in trials], "trials")
    gains = np.array([each.strong - each.weak for each in trials], np.float32)
    folds = np.array([fold_of(each.text) for each in trials])
    scores = np.zeros(len(trials), np.float32)
    for fold in range(FOLDS):
        is_out = folds == fold
        scores[is_out] = vectors[is_out] @ _weight(vectors[~is_out], gains[~is_out])
    weight = _weight(vectors, gains)
    write_weights(
        directory / COMPLEXITY_FILE,
        {"weight": weight, "gains": quantiles_of(vectors @ weight)},
        {"encoder": vectorizer.fingerprint},
    )
    return {"trials": {"texts": float(len(trials)), "apgr": round(_apgr(scores, gains), 4)}}


def _weight(vectors: Vectors, gains: Floats) -> Floats:
    """Returns the ridge regression of gains on vectors, but for its constant."""
    points, wanted = torch.from_numpy(vectors).double(), torch.from_numpy(gains).double()
    points, wanted = points - points.mean(dim=0), wanted - wanted.mean()
    square = points.T @ points + _PENALTY * torch.eye(points.shape[1], dtype=torch.float64)
    return np.asarray(torch.linalg.solve(square, points.T @ wanted).numpy(), np.float32)


def _apgr(scores: Floats, gains: Floats) -> float:
    """Returns the average performance gap recovered; `semroute eval frontier` says more of it."""
    order = np.argsort(-scores, kind="stable")
    recovered = np.append(0, np.cumsum(gains[order].astype(np.float64)))
    gap = recovered[-1]
    return float(recovered.mean() / gap) if gap else 0.5
