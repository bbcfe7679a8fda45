"""How much to believe scores, by what they rest on."""

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy

_STEPS: Final = 200
_PENALTY: Final = 1e-3  # a few numbers need next to no holding back


def trust_in(
    scores: npt.NDArray[np.float32],
    grounds: npt.NDArray[np.float32],
    labels: npt.NDArray[np.intp],
    weights: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Returns what to multiply grounds by, so that scores times the exponential tell most.

    Args:
        scores: Log odds of each category, of texts that were not learnt from; shape
            (n, categories).
        grounds: What each rests on; shape (n, grounds).
        labels: The right category of each text.
        weights: What each text counts.
    """
    said, rests = torch.from_numpy(scores).double(), torch.from_numpy(grounds).double()
    truth, counts = torch.from_numpy(labels), torch.from_numpy(weights).double()
    used = torch.zeros(grounds.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([used], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = said * (rests @ used).exp()[:, None]
        value = (cross_entropy(total, truth, reduction="none") * counts).sum() / counts.sum()
        value = value + _PENALTY * used.square().sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch left it out
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    return np.asarray(used.detach().numpy(), np.float32)
