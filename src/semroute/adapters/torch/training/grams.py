"""A weight for every token and pair of tokens: a regression on which of them a text has."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from attrs import frozen
from scipy.sparse import csr_array
from torch.nn.functional import log_softmax

from semroute.adapters.torch.fast.tokens import Ids

from .pooled import Floats, Lesson

_STEPS: Final = 40
_MEMORY: Final = 6  # steps that the search for the best weights looks back on
_PENALTY: Final = 1e-5


@frozen(eq=False)
class Words:
    """What was learnt: the sum of the weights of what a text has, over the root of their number.

    Args:
        weights: By place; shape (places, outputs).
        bias: Shape (outputs,).
    """

    weights: Floats
    bias: Floats

    def outputs(self, texts: Sequence[Ids]) -> Floats:
        """Returns what it says of texts, each as `grams_of` has it."""
        rows = _rows(texts, len(self.weights))
        return np.asarray(rows @ self.weights + self.bias, np.float32)


def words(lesson: Lesson, places: int) -> Words:
    """Returns the weights under which the targets are most probable, none of them too large.

    Args:
        lesson: What to learn; the texts as `grams_of` has them.
        places: How many weights there are of each category.
    """
    rows, outputs = _rows(lesson.texts, places), lesson.targets.shape[1]
    targets = torch.from_numpy(lesson.targets)
    counts = torch.from_numpy(lesson.weights / lesson.weights.sum())[:, None]
    known = torch.zeros((places + 1) * outputs, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [known], max_iter=_STEPS, history_size=_MEMORY, line_search_fn="strong_wolfe"
    )

    @torch.no_grad()
    def loss() -> torch.Tensor:
        # The gradient by hand: torch has none for the weights of a sparse product.
        weights, bias = known[:-outputs].view(places, outputs), known[-outputs:]
        chances = log_softmax(torch.from_numpy(rows @ weights.numpy()) + bias, dim=1)
        excess = (chances.exp() - targets) * counts
        by_weight = torch.from_numpy(rows.T @ excess.numpy()) + _PENALTY * weights
        known.grad = torch.cat([by_weight.flatten(), excess.sum(dim=0)])
        return _PENALTY / 2 * weights.square().sum() - (targets * chances * counts).sum()

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    learnt = known.detach()
    return Words(
        np.array(learnt[:-outputs].view(places, outputs).numpy()),
        np.array(learnt[-outputs:].numpy()),
    )


def _rows(texts: Sequence[Ids], places: int) -> csr_array:
    """Returns texts as rows of a sparse matrix."""
    sizes = np.array([len(text) for text in texts], np.intp)
    values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float32)
    columns = np.concatenate([*texts, np.zeros(0, np.intp)])
    starts = np.append(0, np.cumsum(sizes))
    return csr_array((values, columns, starts), shape=(len(texts), places))
