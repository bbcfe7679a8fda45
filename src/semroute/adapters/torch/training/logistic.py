"""Logistic regression by L-BFGS, for anything that can multiply with its rows."""

from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import torch
from attrs import evolve, frozen

from .category_texts import Ints

Odds = npt.NDArray[np.float64]

_MINED: Final = 6.0  # times what other ordinary windows count


class Rows(Protocol):
    """A matrix, as far as a regression needs it."""

    def scores(self, weights: npt.NDArray[np.float32]) -> Odds:
        """Returns the matrix times the weights."""
        ...

    def gradient(self, residuals: Odds) -> Odds:
        """Returns the transposed matrix times the residuals."""
        ...


@frozen(eq=False)
class Dense:
    """Rows that are vectors; shape (n, columns)."""

    matrix: npt.NDArray[np.float32]

    def scores(self, weights: npt.NDArray[np.float32]) -> Odds:
        """Returns the matrix times the weights."""
        return np.asarray(self.matrix @ weights, np.float64)

    def gradient(self, residuals: Odds) -> Odds:
        """Returns the transposed matrix times the residuals."""
        return np.asarray(residuals.astype(np.float32) @ self.matrix, np.float64)


@frozen(eq=False)
class Line:
    """What was fitted: `rows @ weights + bias`."""

    weights: npt.NDArray[np.float32]
    bias: float

    def scores(self, rows: Rows) -> Odds:
        """Returns the log odds of some rows."""
        return rows.scores(self.weights) + self.bias


@frozen
class Search:
    """How weights are looked for.

    Args:
        columns: How many there are.
        strength: They have an L2 penalty of 1 / `strength`; the bias has none.
        steps: How long to look, at most.
    """

    columns: int
    strength: float
    steps: int


def fit(
    rows: Rows,
    labels: npt.NDArray[np.bool_],
    counts: Odds,
    search: Search,
    start: Line | None = None,
) -> Line:
    """Returns the weights under which labels are most probable, each counting so much.

    Args:
        rows: What weights are multiplied with.
        labels: What is true of each row.
        counts: What each counts.
        search: How to look for them.
        start: Where to begin; None for nowhere in particular.
    """
    used = torch.zeros(search.columns + 1, dtype=torch.float32)
    if start is not None:
        used = torch.from_numpy(np.append(start.weights, np.float32(start.bias)))
    used.requires_grad_()
    optimiser = torch.optim.LBFGS(
        [used], max_iter=search.steps, history_size=8, line_search_fn="strong_wolfe"
    )
    total = counts.sum()

    def loss() -> float:
        weights = used.detach().numpy()
        odds = rows.scores(weights[:-1]) + weights[-1]
        cost = counts @ np.logaddexp(0, np.where(labels, -odds, odds))
        cost += 0.5 / search.strength * float(weights[:-1] @ weights[:-1])
        residuals = counts * (1 / (1 + np.exp(-odds)) - labels)
        slope = np.append(
            rows.gradient(residuals) + weights[:-1] / search.strength, residuals.sum()
        )
        used.grad = torch.tensor(slope / total, dtype=torch.float32)
        return float(cost / total)

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch left it out
    fitted = used.detach().numpy()
    return Line(fitted[:-1], float(fitted[-1]))


def fit_bags(
    rows: Rows, owners: Ints, labels: npt.NDArray[np.bool_], weights: Odds, search: Search
) -> Line:
    """Fits windows when only texts have labels.

    Not every window of an attack is one. So all are taken for it first; then only each attack's
    highest window, and whatever else is clearly one, stay in, and the rest is fitted further. The
    first half of the steps has only to find out which they are.

    Args:
        rows: The windows.
        owners: Which text each window is of.
        labels: Of each text, whether it is an attack.
        weights: What each text counts.
        search: As for `fit`.
    """
    attacks = labels[owners]
    parts = np.bincount(owners, minlength=labels.size)[owners]
    harmless = weights[owners] * parts**-0.25  # a long text is worth more than a short one
    counts = np.where(attacks, _share(weights, owners, parts), harmless)
    first = fit(rows, attacks, counts, evolve(search, steps=search.steps // 2))
    scores = first.scores(rows)
    kept = ~attacks | (scores >= highest(scores, owners, labels.size)[owners]) | (scores > 1)
    parts = np.maximum(np.bincount(owners[kept], minlength=labels.size)[owners], 1)
    # A text is judged by its worst window, so ordinary windows that score high count for more.
    tricky = harmless * (1 + _MINED / (1 + np.exp(-(scores + 1))))
    counts = np.where(attacks, _share(weights, owners, parts), tricky)
    return fit(rows, attacks, np.where(kept, counts, 0.0), search, first)


def _share(weights: Odds, owners: Ints, parts: Ints) -> Odds:
    """What a window of an attack counts: twice, for there are fewer, but not each as a whole."""
    return np.asarray(2 * weights[owners] * parts**-0.7, np.float64)


def highest(scores: Odds, owners: Ints, texts: int) -> Odds:
    """Returns the highest score among each text's windows; -inf for texts without any."""
    best = np.full(texts, -np.inf)
    np.maximum.at(best, owners, scores)
    return best
