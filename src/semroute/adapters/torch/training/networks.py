"""Small neural networks on vectors: one hidden layer, several of them side by side."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen
from torch import nn

from semroute.adapters.torch.vectors import Vectors

from .dropout import Dropout

Floats = npt.NDArray[np.float32]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Of outputs and targets, one number for each row."""

_BATCH: Final = 256
_RATE: Final = 2e-3
_DECAY: Final = 0.05
_DROPOUT: Final = 0.5
# How far, in each coordinate, a vector may be off and still mean the same. Without it, heads
# know exam questions by heart and everyday prompts worse.
_NOISE: Final = 0.03


@frozen(eq=False)
class Network:
    """What was learnt: `output @ relu(hidden @ vector)`.

    Args:
        hidden: Weight (width, dimensions) and bias (width,).
        output: Weight (outputs, width) and bias (outputs,).
    """

    hidden: tuple[Floats, Floats]
    output: tuple[Floats, Floats]

    def inner(self, vectors: Vectors) -> Floats:
        """Returns the hidden layer; shape (len(vectors), width)."""
        weight, bias = map(torch.from_numpy, self.hidden)
        return np.asarray(torch.relu(torch.from_numpy(vectors) @ weight.T + bias).numpy())

    def outputs(self, vectors: Vectors) -> Floats:
        """Returns what it says; shape (len(vectors), outputs)."""
        weight, bias = map(torch.from_numpy, self.output)
        return np.asarray((torch.from_numpy(self.inner(vectors)) @ weight.T + bias).numpy())


@frozen
class Shape:
    """How a network is built and trained.

    Args:
        width: Of one network's hidden layer.
        members: How many networks, whose outputs are averaged. Together they are one network.
        epochs: How often every row is seen.
    """

    width: int = 256
    members: int = 3
    epochs: int = 30


@frozen(eq=False)
class Task:
    """What a network is to say.

    Args:
        vectors: Of what; shape (n, dimensions).
        targets: What to say of each, as the loss takes it.
        weights: What each counts.
        outputs: How many numbers it says.
        loss: What is to be small.
    """

    vectors: Vectors
    targets: torch.Tensor
    weights: Floats
    outputs: int
    loss: Loss


def trained(task: Task, shape: Shape) -> Network:
    """Returns networks trained for a task, as one."""
    members = [_member(task, shape, seed) for seed in range(shape.members)]
    scale = float(np.sqrt(task.vectors.shape[1]))  # they are shown vectors of this length
    inner = [_numbers(first.weight) * scale for first, _ in members]
    outer = [_numbers(last.weight) / len(members) for _, last in members]
    bias = np.mean([_numbers(last.bias) for _, last in members], axis=0)
    return Network(
        (np.concatenate(inner), np.concatenate([_numbers(first.bias) for first, _ in members])),
        (np.concatenate(outer, axis=1).astype(np.float32), bias.astype(np.float32)),
    )


def _member(task: Task, shape: Shape, seed: int) -> tuple[nn.Linear, nn.Linear]:
    torch.manual_seed(seed)
    size, dimensions = task.vectors.shape
    scale = float(np.sqrt(dimensions))
    inputs, counts = torch.from_numpy(task.vectors) * scale, torch.from_numpy(task.weights)
    first, last = nn.Linear(dimensions, shape.width), nn.Linear(shape.width, task.outputs)
    network = nn.Sequential(first, nn.ReLU(), Dropout(_DROPOUT), last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY, fused=True)
    steps = shape.epochs * -(-size // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    for _ in range(shape.epochs):
        order = torch.randperm(size)
        for start in range(0, size, _BATCH):
            batch = order[start : start + _BATCH]
            disturbed = inputs[batch] + _NOISE * scale * torch.randn(len(batch), dimensions)
            losses = task.loss(network(disturbed), task.targets[batch]) * counts[batch]
            optimiser.zero_grad()
            (losses.sum() / counts[batch].sum()).backward()  # type: ignore[no-untyped-call]  # torch left it out
            optimiser.step()
            schedule.step()
    return first, last


def _numbers(parameter: torch.Tensor) -> Floats:
    return np.asarray(parameter.detach().numpy(), np.float32)
