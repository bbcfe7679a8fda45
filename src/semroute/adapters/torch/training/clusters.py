"""Few vectors that stand for many."""

from typing import Final, TypeAlias

import numpy as np
import torch

from semroute.adapters.torch.vectors import Vectors

Clusters: TypeAlias = tuple[Vectors, "np.typing.NDArray[np.float32]"]
"""Centres, shape (n, dimensions), and how many vectors each stands for, shape (n,)."""

_ROUNDS: Final = 15  # afterwards next to nothing moves
_SEED: Final = 7


def clusters_of(vectors: Vectors, most: int) -> Clusters:
    """Returns the centres of at most so many clusters of vectors, by spherical k-means.

    Centres have length 1. No more vectors than that stand for themselves.
    """
    if len(vectors) <= most:
        return vectors, np.ones(len(vectors), np.float32)
    points = torch.from_numpy(vectors)
    chance = torch.Generator().manual_seed(_SEED)
    centres = points[torch.randperm(len(points), generator=chance)[:most]]
    for _ in range(_ROUNDS):
        owners = (points @ centres.T).argmax(dim=1)
        sums = torch.zeros_like(centres).index_add_(0, owners, points)
        are_used = torch.bincount(owners, minlength=most) > 0
        centres = torch.where(are_used.unsqueeze(1), sums, centres)
        centres = centres / centres.norm(dim=1, keepdim=True).clamp_min(1e-12)
    counts = torch.bincount((points @ centres.T).argmax(dim=1), minlength=most)
    return centres.numpy(), counts.numpy().astype(np.float32)
