"""Teaches a category head more categories, or more of those it knows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from attrs import evolve
from torch.nn.functional import cross_entropy

from semroute.adapters.torch.category_head import CategoryHead
from semroute.adapters.torch.vectors import Vectors

from .category_parts import About, Parts, write_head
from .category_texts import FOLDS, CategoryText, Floats, Ints, direction_of, fold_of
from .clusters import clusters_of
from .figures import Figures, figures_of
from .networks import Network
from .vectors import Vectorizer

_MOST: Final = 48  # prototypes of a new category
_STEPS: Final = 60
# How much a change of what was learnt must be worth. Ten texts move it, one does not.
_STRENGTH: Final = 0.02
_SMOOTHING: Final = 0.05


def extend_categories(
    texts: Sequence[CategoryText], head: CategoryHead, vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Teaches a head categories by texts, and writes what comes of it.

    Nothing of what it learnt from is needed: its prototypes stand for it. Its hidden layer
    stays, and its output moves only as far as the texts want it to.

    Returns:
        Figures on the texts when they were held out.
    """
    names = sorted({*head.names, *(each.label for each in texts)})
    vectors = vectorizer.vectors([each.text for each in texts], "texts")
    labels = np.array([names.index(each.label) for each in texts], np.intp)
    folds = np.array([fold_of(each.text) for each in texts])
    experts = np.array(
        [head.experts.network, head.experts.prototypes, head.experts.description], np.float32
    )
    scores = np.zeros((len(texts), len(names)), np.float32)
    for fold in range(FOLDS):
        vectorizer.progress("training categories", fold / (FOLDS + 1))
        is_out = folds == fold
        if is_out.any():
            parts = _extended(head, names, vectors[~is_out], labels[~is_out])
            scores[is_out] = np.einsum("e,enc->nc", experts, parts.opinions(vectors[is_out]).all)
    parts = _extended(head, names, vectors, labels)
    digests = dict(zip(head.names, head.digests, strict=True))
    about = About(
        names,
        [digests.get(name, "") for name in names],
        experts,
        head.distances,
        head.lines,
    )
    write_head(parts, about, vectorizer.fingerprint, directory)
    vectorizer.progress("training categories", 1.0)
    # Among the texts' own categories, because nobody need configure the others.
    own = sorted(set(labels.tolist()))
    return {"own texts": figures_of(scores[:, own], np.searchsorted(own, labels))}


def _extended(head: CategoryHead, names: Sequence[str], vectors: Vectors, labels: Ints) -> Parts:
    """Returns the parts of a head that knows all the names."""
    old = np.array([names.index(name) for name in head.names])
    sets = dict(zip(head.names, np.split(head.prototypes, head.starts[1:]), strict=True))
    sizes = dict(zip(head.names, np.split(head.counts, head.starts[1:]), strict=True))
    descriptions = np.zeros((len(names), vectors.shape[1]), np.float32)
    descriptions[old] = head.descriptions
    for at, name in enumerate(names):
        theirs = vectors[labels == at]
        if len(theirs):
            centres, counts = clusters_of(theirs, _MOST)
            sets[name] = np.concatenate([sets.get(name, centres[:0]), centres])
            sizes[name] = np.concatenate([sizes.get(name, counts[:0]), counts])
        if name not in head.names:
            # A fold may have left nothing of it, and then nothing is near it.
            sets.setdefault(name, np.zeros((1, vectors.shape[1]), np.float32))
            sizes.setdefault(name, np.ones(1, np.float32))
            descriptions[at] = direction_of(theirs)
    owners = np.repeat(np.arange(len(names)), [len(sets[name]) for name in names])
    parts = Parts(
        Network(head.hidden, _widened(head, old, len(names))),
        np.concatenate([sets[name] for name in names]),
        owners.astype(np.intp),
        np.concatenate([sizes[name] for name in names]),
        descriptions,
    )
    rehearsed = np.repeat(old, np.diff(head.starts, append=len(head.prototypes)))
    output = _fitted(
        parts.network,
        np.concatenate([vectors, head.prototypes]),
        np.concatenate([labels, rehearsed]),
        np.concatenate([np.ones(len(vectors), np.float32), np.log1p(head.counts)]),
    )
    return evolve(parts, network=Network(head.hidden, output))


def _widened(head: CategoryHead, old: Ints, size: int) -> tuple[Floats, Floats]:
    """Returns the output layer with room for the new categories, of which it says nothing yet."""
    weight = np.zeros((size, head.output[0].shape[1]), np.float32)
    bias = np.full(size, head.output[1].mean(), np.float32)
    weight[old], bias[old] = head.output
    return weight, bias


def _fitted(
    network: Network, vectors: Vectors, labels: Ints, weights: Floats
) -> tuple[Floats, Floats]:
    """Returns the output layer that suits the texts, as near as possible to what it was."""
    inner = torch.from_numpy(network.inner(vectors))
    truth, counts = torch.from_numpy(labels), torch.from_numpy(weights.astype(np.float32))
    start = [torch.from_numpy(each) for each in network.output]
    weight, bias = (each.clone().requires_grad_() for each in start)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        losses = cross_entropy(
            inner @ weight.T + bias, truth, reduction="none", label_smoothing=_SMOOTHING
        )
        moved = (weight - start[0]).square().sum()
        value = ((losses * counts).sum() + moved / _STRENGTH) / counts.sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch left it out
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    return np.asarray(weight.detach().numpy()), np.asarray(bias.detach().numpy())
