"""The parts of a text as the model sees them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import torch


@frozen(eq=False)
class Part:
    """One row of a pass: at most as many tokens as the model takes.

    Neighbouring parts of a long text overlap.

    Args:
        offsets: For each token, where in the text it begins and has ended, in characters; both
            are 0 for tokens that stand for nothing in it.
        words: For each token, the number of the word it belongs to, None for such tokens. To
            the tokenizer a punctuation mark is a word.
        states: What the chosen layers say of each token; shape (len(offsets), layers x 384).
    """

    offsets: Sequence[tuple[int, int]]
    words: Sequence[int | None]
    states: "torch.Tensor"
