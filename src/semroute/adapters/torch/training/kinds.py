"""What tells kinds of text apart, by their vectors."""

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy

from semroute.adapters.torch.vectors import Vectors

from .category_texts import Floats, evenly

_STEPS: Final = 100
# On vectors of length 1; ten times more or less tells held-out texts apart as well.
_PENALTY: Final = 3e-6


def told_apart(vectors: Vectors, kinds: npt.NDArray[np.str_]) -> tuple[Floats, Floats]:
    """Returns weight (kinds, dimensions) and bias (kinds,) of log odds, for the kinds in order.

    Args:
        vectors: Of texts; shape (n, dimensions).
        kinds: Of which kind each is.
    """
    names, places = np.unique(kinds, return_inverse=True)
    points, truth = torch.from_numpy(vectors).double(), torch.from_numpy(places)
    counts = torch.from_numpy(evenly(kinds)).double()
    weight = torch.zeros(len(names), vectors.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        losses = cross_entropy(points @ weight.T + bias, truth, reduction="none")
        value = (losses * counts).sum() / counts.sum() + _PENALTY * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch left it out
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    return (
        np.asarray(weight.detach().numpy(), np.float32),
        np.asarray(bias.detach().numpy(), np.float32),
    )
