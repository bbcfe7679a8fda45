"""How much each of several opinions counts."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy

_STEPS: Final = 200
# Opinions that are never wrong, as of a few easy texts, would be believed without bound.
_PENALTY: Final = 1e-6


def fused(
    opinions: Sequence[npt.NDArray[np.float32]],
    labels: npt.NDArray[np.intp],
    weights: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Returns the weights under which the sum of opinions is most probable to be right.

    None is below 0. They are a temperature as well: their sum says how sure to be.

    Args:
        opinions: Log odds of each category, each of shape (n, categories), on texts that the
            opinions were not formed on.
        labels: The right category of each text.
        weights: What each text counts.
    """
    said = torch.stack([torch.from_numpy(opinion).double() for opinion in opinions])
    truth, counts = torch.from_numpy(labels), torch.from_numpy(weights).double()
    roots = torch.full((len(opinions),), len(opinions) ** -0.5, dtype=torch.float64)
    roots.requires_grad_()
    optimiser = torch.optim.LBFGS([roots], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        total = torch.einsum("e,enc->nc", roots.square(), said)
        value = (cross_entropy(total, truth, reduction="none") * counts).sum() / counts.sum()
        value = value + _PENALTY * roots.pow(4).sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch left it out
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    return np.asarray(roots.detach().square().numpy(), np.float32)
