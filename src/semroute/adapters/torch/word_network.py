"""A neural network that reads each word of a text beside its neighbours."""

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .artefact import Artefact

if TYPE_CHECKING:
    import torch

Layer: TypeAlias = tuple["torch.Tensor", "torch.Tensor"]
"""Weight (outputs, inputs) and bias (outputs,)."""

NEIGHBOURHOOD: Final = 3  # a word, and one on either side


@frozen(eq=False)
class WordNetwork:
    """Two hidden layers: the first sees a word, the second also what that made of its neighbours.

    Args:
        words: The layer that sees one word.
        hidden: The layer that sees what was made of a word and its neighbours.
        output: The classes.
        temperature: What the classes' logits are divided by, above 0.
    """

    words: Layer
    hidden: Layer
    output: Layer
    temperature: float = 1.0

    @classmethod
    def load(cls, artefact: Artefact, inputs: int, classes: int) -> "WordNetwork":
        """Loads a network of any width.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        words = _layer(artefact, "words", None, inputs)
        hidden = _layer(artefact, "hidden", None, NEIGHBOURHOOD * len(words[0]))
        output = _layer(artefact, "output", classes, len(hidden[0]))
        return cls(words, hidden, output, artefact.temperature)

    def probabilities(self, inputs: "torch.Tensor") -> npt.NDArray[np.float32]:
        """Returns the classes' probabilities of words that follow each other.

        Args:
            inputs: What is told of each word; shape (words, inputs).

        Returns:
            Shape (words, classes); rows sum to 1.
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        with torch.inference_mode():
            classes = self.logits(inputs, torch.zeros(1, dtype=torch.int64)).softmax(dim=-1)
            probabilities: npt.NDArray[np.float32] = classes.numpy()
        return probabilities

    def logits(self, inputs: "torch.Tensor", starts: "torch.Tensor") -> "torch.Tensor":
        """Returns the classes' logits of the words of several texts, the temperature heeded.

        Args:
            inputs: What is told of each word; shape (words, inputs).
            starts: The words that a text begins with; the first is always one.

        Returns:
            Shape (words, classes).
        """
        from torch.nn import functional  # noqa: PLC0415 - imported long since; a model is loaded

        words = functional.gelu(functional.linear(inputs, *self.words))
        beside = with_neighbours(words, starts)
        hidden = functional.gelu(functional.linear(beside, *self.hidden))
        return functional.linear(hidden, *self.output) / self.temperature


def with_neighbours(words: "torch.Tensor", starts: "torch.Tensor") -> "torch.Tensor":
    """Returns each row between the one before it and the one after, zeros where there is none.

    Args:
        words: Shape (words, width).
        starts: The rows that follow no other, as a text begins there; the first is always one.

    Returns:
        Shape (words, 3 * width).
    """
    import torch  # noqa: PLC0415 - imported long since; a model is loaded

    nothing = words.new_zeros(1, words.shape[1])
    follows = words.new_ones(len(words), 1)
    follows[starts] = 0
    leads = torch.cat([follows[1:], follows.new_zeros(1, 1)])
    left = torch.cat([nothing, words[:-1]]) * follows
    right = torch.cat([words[1:], nothing]) * leads
    return torch.cat([left, words, right], dim=1)


def _layer(artefact: Artefact, name: str, outputs: int | None, inputs: int) -> Layer:
    import torch  # noqa: PLC0415 - imported long since; a model is loaded

    weight = artefact.tensor(f"{name}.weight", outputs, inputs)
    bias = artefact.tensor(f"{name}.bias", len(weight))
    return torch.from_numpy(weight), torch.from_numpy(bias)
