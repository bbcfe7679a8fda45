"""A small network on the mean of token vectors, trained together with the vectors themselves."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen
from torch import nn
from torch.nn.functional import embedding_bag, log_softmax

from semroute.adapters.torch.fast.tokens import Ids

from .dropout import Dropout

Floats = npt.NDArray[np.float32]

_WIDTH: Final = 384
_EPOCHS: Final = 12
_BATCH: Final = 256
_RATE: Final = 2e-3
_ATTENTION_RATE: Final = 4e-3
# Vectors of tokens that are not in the texts stay where the encoder has them, and those that are
# must not go far from them.
_VECTOR_RATE: Final = 1e-3
_DECAY: Final = 0.05
_DROPOUT: Final = 0.5
_SILENCED: Final = 0.2  # of the tokens, anew each time: no text may hang on one of them
_NOISE: Final = 0.03
_ROWS: Final = 512  # texts at a time when nothing is learnt


@frozen(eq=False)
class Pooled:
    """What was learnt: `output @ relu(hidden @ direction)`, of the sum of a text's vectors.

    Args:
        vectors: Of each token, the longer the more it says; shape (tokens, n).
        hidden: Weight (width, n) and bias (width,).
        output: Weight (outputs, width) and bias (outputs,).
    """

    vectors: Floats
    hidden: tuple[Floats, Floats]
    output: tuple[Floats, Floats]

    def outputs(self, texts: Sequence[Ids]) -> Floats:
        """Returns what it says of texts; shape (len(texts), outputs)."""
        table = torch.from_numpy(self.vectors)
        said = [
            self._of(_direction(table, *_bag(texts[start : start + _ROWS])))
            for start in range(0, len(texts), _ROWS)
        ]
        return np.concatenate(said) if said else np.zeros((0, len(self.output[1])), np.float32)

    def _of(self, directions: torch.Tensor) -> Floats:
        (first, first_bias), (last, last_bias) = self.hidden, self.output
        inner = torch.relu(directions @ torch.from_numpy(first).T + torch.from_numpy(first_bias))
        return np.asarray((inner @ torch.from_numpy(last).T + torch.from_numpy(last_bias)).numpy())


@frozen(eq=False)
class Lesson:
    """What is to be said of texts.

    Args:
        texts: The tokens of each.
        targets: How probable each category is; shape (len(texts), categories).
        weights: What each text counts.
    """

    texts: Sequence[Ids]
    targets: Floats
    weights: Floats

    def only(self, some: npt.NDArray[np.bool_]) -> "Lesson":
        """Returns what is to be said of some of them."""
        places = np.flatnonzero(some).tolist()
        texts = [self.texts[place] for place in places]
        return Lesson(texts, self.targets[some], self.weights[some])


def pooled(lesson: Lesson, vectors: Floats, salience: Floats) -> Pooled:
    """Returns a network, and the vectors that it works with.

    Args:
        lesson: What it learns.
        vectors: Of each token, as the encoder has it; shape (tokens, n).
        salience: How much each token says, to begin with; shape (tokens,).
    """
    torch.manual_seed(0)
    size, dimensions = len(lesson.texts), vectors.shape[1]
    scale = float(np.sqrt(dimensions))  # the network is shown directions of this length
    # Each step moves all vectors there are, so those that nothing is learnt of are left aside.
    met = np.unique(np.concatenate(lesson.texts))
    texts = [np.searchsorted(met, text) for text in lesson.texts]
    start, known = torch.from_numpy(vectors[met]), torch.from_numpy(np.log(salience[met]))
    table = nn.Parameter(start.clone())
    slope, shift = nn.Parameter(torch.zeros(dimensions)), nn.Parameter(torch.zeros(len(met)))
    first, last = nn.Linear(dimensions, _WIDTH), nn.Linear(_WIDTH, lesson.targets.shape[1])
    network = nn.Sequential(first, nn.ReLU(), Dropout(_DROPOUT), last)
    rates = [_RATE, _ATTENTION_RATE, _VECTOR_RATE]
    optimiser = torch.optim.AdamW(
        [
            {"params": [*network.parameters()], "weight_decay": _DECAY},
            {"params": [slope, shift], "weight_decay": 0.01},
            {"params": [table], "weight_decay": 0.0},
        ],
        fused=True,
    )
    steps = _EPOCHS * -(-size // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rates, total_steps=steps)
    targets, counts = torch.from_numpy(lesson.targets), torch.from_numpy(lesson.weights)
    for _ in range(_EPOCHS):
        order = torch.randperm(size)
        for begin in range(0, size, _BATCH):
            batch = order[begin : begin + _BATCH]
            flat, offsets = _bag([texts[place] for place in batch.tolist()])
            says = torch.exp(known[flat] + start[flat] @ slope + shift[flat])
            says = says * (torch.rand(len(flat)) >= _SILENCED)
            shown = _direction(table, flat, offsets, says)
            shown = shown + _NOISE * torch.randn_like(shown)
            chances = log_softmax(network(shown * scale), dim=1)
            losses = -(targets[batch] * chances).sum(dim=1) * counts[batch]
            optimiser.zero_grad()
            (losses.sum() / counts[batch].sum()).backward()  # type: ignore[no-untyped-call]  # torch left it out
            optimiser.step()
            schedule.step()
    with torch.no_grad():
        says = torch.from_numpy(np.log(salience)) + torch.from_numpy(vectors) @ slope
        says[met] += shift
        learnt = torch.from_numpy(vectors.copy())
        learnt[met] = table
        return Pooled(
            _numbers(learnt * torch.exp(says)[:, None]),
            (_numbers(first.weight * scale), _numbers(first.bias)),
            (_numbers(last.weight), _numbers(last.bias)),
        )


def _bag(texts: Sequence[Ids]) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns all tokens in a row, and where each text begins."""
    flat = np.concatenate([*texts, np.zeros(0, np.intp)])
    starts = np.cumsum([0, *map(len, texts[:-1])])
    return torch.from_numpy(flat), torch.from_numpy(starts)


def _direction(
    table: torch.Tensor,
    flat: torch.Tensor,
    offsets: torch.Tensor,
    says: torch.Tensor | None = None,
) -> torch.Tensor:
    """Returns the direction of each text's sum of vectors; nothing for one without tokens."""
    sums: torch.Tensor = embedding_bag(flat, table, offsets, mode="sum", per_sample_weights=says)
    lengths: torch.Tensor = sums.norm(dim=1, keepdim=True)
    return sums / lengths.clamp(min=1e-12)


def _numbers(tensor: torch.Tensor) -> Floats:
    return np.array(tensor.detach().numpy(), np.float32)
