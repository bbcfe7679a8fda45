"""What makes a text an attack of one kind: a byte for each sequence of letters or words."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .grams import BUCKETS

Floats: TypeAlias = npt.NDArray[np.float32]
Codes: TypeAlias = npt.NDArray[np.int8]

_MOST: Final = 127


@frozen(eq=False)
class Weights:
    """The weights of a linear model over windows.

    Args:
        letters: The weight of each bucket of letter sequences; shape (BUCKETS,).
        words: Likewise of word sequences.
        bias: What is added to every window's sum; the calibration is within.
        length: What a window gains per natural logarithm of its letters over those of the longest.
        rule: What is added where a rule fires; it is added once.
    """

    letters: Floats
    words: Floats
    bias: float
    length: float
    rule: float

    @classmethod
    def unpacked(cls, letters: Codes, words: Codes, numbers: Mapping[str, float]) -> "Weights":
        """Returns the weights that were packed.

        Args:
            letters: The codes of letter sequences.
            words: Likewise of word sequences.
            numbers: All else, and the largest weight of either.

        Raises:
            ValueError: There are not as many codes as buckets.
            KeyError: A number is missing.
        """
        if letters.shape != (BUCKETS,) or words.shape != (BUCKETS,):
            message = f"{letters.shape} and {words.shape} weights, not {BUCKETS}"
            raise ValueError(message)
        return cls(
            _unpacked(letters, float(numbers["letters"])),
            _unpacked(words, float(numbers["words"])),
            *(float(numbers[name]) for name in ("bias", "length", "rule")),
        )

    def packed(self) -> tuple[Codes, Codes, dict[str, float]]:
        """Returns codes of letter and of word sequences, and all numbers beside them."""
        letters, most_letters = _packed(self.letters)
        words, most_words = _packed(self.words)
        numbers = {"letters": most_letters, "words": most_words}
        return (
            letters,
            words,
            numbers
            | {
                "bias": self.bias,
                "length": self.length,
                "rule": self.rule,
            },
        )


# A code stands for its square, so that the many small weights are told from each other: nine in ten
# are below a fiftieth of the largest. That is a fifth of the error that even steps would make.
def _packed(weights: Floats) -> tuple[Codes, float]:
    most = float(np.abs(weights).max(initial=0.0))
    roots = np.sqrt(np.abs(weights) / (most or 1.0)) * _MOST
    return (np.rint(roots) * np.sign(weights)).astype(np.int8), most


def _unpacked(codes: Codes, most: float) -> Floats:
    parts = codes.astype(np.float32) / np.float32(_MOST)
    return np.asarray(parts * np.abs(parts) * np.float32(most), np.float32)
