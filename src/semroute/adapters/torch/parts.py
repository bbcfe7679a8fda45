"""The parts of a text as the model sees them."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from .speller import Corrected

if TYPE_CHECKING:
    import tokenizers
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


@frozen(eq=False)
class Row:
    """The tokens of a part, before the model has seen them.

    Args:
        encoding: What the tokenizer made of the text it was given.
        corrected: That text.
    """

    encoding: "tokenizers.Encoding"
    corrected: Corrected

    @cached_property
    def ids(self) -> Sequence[int]:
        """The numbers of the tokens."""
        ids: Sequence[int] = self.encoding.ids
        return ids

    def part(self, states: "torch.Tensor") -> Part:
        """Returns the part with what the model says of it."""
        place = self.corrected.place
        offsets = [place(start, end) for start, end in self.encoding.offsets]
        return Part(offsets, self.encoding.word_ids, states)


def is_even(rows: Sequence[Row]) -> bool:
    """Whether there is nothing to pad."""
    return len({len(row.ids) for row in rows}) <= 1
