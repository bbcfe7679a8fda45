"""Teaches the attack head more attacks, and more of what only looks like them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from attrs import frozen
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
# What figures of each kind of attack are called after.
_WHERE: Final = {AttackKind.JAILBREAK: "", AttackKind.INJECTION: ", returned by a tool"}


@frozen(eq=False)
class HeadRow:
    """What a head says of one kind of attack.

    Args:
        weight: Of each dimension of a text's vector.
        bias: What is added.
        temperature: What the mean of its logit and the letters' is divided by.
    """

    weight: Floats
    bias: float
    temperature: float


def extend_attacks(
    texts: Sequence[AttackText], head: AttackHead, vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Teaches a head by texts, and writes what comes of it.

    The same words are an attack wherever they stand, so all kinds learn them. Each stays as near to
    what it was as the texts let it.

    Returns:
        Recall and false positives on the texts when they were held out, at even odds.
    """
    vectors = vectorizer.vectors([each.text for each in texts], "texts")
    labels = np.array([each.is_attack for each in texts], np.float32)
    folds = np.array([fold_of(each.text) for each in texts])
    rows: dict[AttackKind, HeadRow] = {}
    figures: dict[str, Figures] = {}
    for at, kind in enumerate(head.kinds):
        start = head.weight[at], float(head.bias[at])
        before = vectors @ start[0] + start[1]
        odds = np.zeros(len(texts), np.float32)
        for fold in range(FOLDS):
            vectorizer.progress(f"training {kind}", fold / (FOLDS + 1))
            is_out = folds == fold
            weight, bias = _fitted(vectors[~is_out], labels[~is_out], *start)
            odds[is_out] = vectors[is_out] @ weight + bias
        weight, bias = _fitted(vectors, labels, *start)
        rows[kind] = HeadRow(weight, bias, head.temperatures.get(kind, 1.0))
        figures[f"before{_WHERE[kind]}"] = flagged(before > 0, labels > 0)
        figures[f"own texts{_WHERE[kind]}"] = flagged(odds > 0, labels > 0)
    directory.mkdir(parents=True, exist_ok=True)
    write_attack_head(rows, vectorizer.fingerprint, directory)
    vectorizer.progress("training attacks", 1.0)
    return figures


def write_attack_head(
    rows: Mapping[AttackKind, HeadRow], fingerprint: str, directory: Path
) -> None:
    """Writes a head for the encoder with this fingerprint."""
    write_weights(
        directory / ATTACKS_FILE,
        {
            "weight": np.stack([each.weight for each in rows.values()]).astype(np.float32),
            "bias": np.array([each.bias for each in rows.values()], np.float32),
        },
        {
            "encoder": fingerprint,
            "kinds": json.dumps([kind.value for kind in rows]),
            "temperatures": json.dumps([each.temperature for each in rows.values()]),
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
