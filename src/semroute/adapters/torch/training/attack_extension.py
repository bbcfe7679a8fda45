"""Teaches the attack head more attacks, and more of what only looks like them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch.nn.functional import softplus

from semroute.adapters.torch.attack_head import ATTACKS_FILE, AttackHead
from semroute.domain.attack import AttackKind

from .attack_texts import AttackText
from .category_texts import FOLDS, Floats, fold_of
from .figures import Figures, flagged
from .files import write_weights
from .vectors import Vectorizer

_STEPS: Final = 100
# How far a text may move what was learnt: the variance of a weight about it.
_STRENGTH: Final = 2.0


def extend_attacks(
    texts: Sequence[AttackText], head: AttackHead, vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Teaches a head by texts, and writes what comes of it.

    It stays as near to what it was as the texts let it.

    Returns:
        Recall and false positives on the texts when they were held out, at even odds.
    """
    vectors = vectorizer.vectors([each.text for each in texts], "texts")
    labels = np.array([each.is_attack for each in texts], np.float32)
    folds = np.array([fold_of(each.text) for each in texts])
    odds = np.zeros(len(texts), np.float32)
    # All kinds are learnt alike: the same words are an attack wherever they stand.
    start = head.weight.mean(axis=0), float(head.bias.mean())
    before = vectors @ start[0] + start[1]
    for fold in range(FOLDS):
        vectorizer.progress("training attacks", fold / (FOLDS + 1))
        is_out = folds == fold
        weight, bias = _fitted(vectors[~is_out], labels[~is_out], *start)
        odds[is_out] = vectors[is_out] @ weight + bias
    weight, bias = _fitted(vectors, labels, *start)
    directory.mkdir(parents=True, exist_ok=True)
    write_attack_head(weight, bias, head.kinds, vectorizer.fingerprint, directory, head.temperature)
    vectorizer.progress("training attacks", 1.0)
    return {
        "before": flagged(before > 0, labels > 0),
        "own texts": flagged(odds > 0, labels > 0),
    }


def write_attack_head(  # noqa: PLR0913, PLR0917 - each is a part of the file
    weight: Floats,
    bias: float,
    kinds: Sequence[AttackKind],
    fingerprint: str,
    directory: Path,
    temperature: float,
) -> None:
    """Writes a head that says the same of every kind, for the encoder with this fingerprint."""
    write_weights(
        directory / ATTACKS_FILE,
        {
            "weight": np.tile(weight, (len(kinds), 1)).astype(np.float32),
            "bias": np.full(len(kinds), bias, np.float32),
        },
        {
            "encoder": fingerprint,
            "kinds": json.dumps([each.value for each in kinds]),
            "temperature": json.dumps(temperature),
        },
    )


def _fitted(vectors: Floats, labels: Floats, weight: Floats, bias: float) -> tuple[Floats, float]:
    """Returns the logistic regression of some texts that is nearest to another one."""
    points, truth = torch.from_numpy(vectors), torch.from_numpy(labels)
    start = torch.from_numpy(np.append(weight, np.float32(bias)))
    used = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([used], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        said = points @ used[:-1] + used[-1]
        value = softplus(torch.where(truth > 0, -said, said)).sum()
        value = value + (used - start).square().sum() / (2 * _STRENGTH)
        value.backward()  # type: ignore[no-untyped-call]  # torch left it out
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    fitted = used.detach().numpy()
    return np.asarray(fitted[:-1]), float(fitted[-1])
