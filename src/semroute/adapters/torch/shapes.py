"""What words look like, which a tokenizer that knows no case cannot tell."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

SHAPES: Final = 18

_SENTENCE_ENDS: Final = frozenset(".!?:;\n\"'([{<>=|")
_GLUE: Final = frozenset("._@/\\#$=&-:(){}[]'")  # as in identifiers, addresses of mail and web
_LONG_WORD_CHARS: Final = 12


def shapes_of(text: str, spans: Sequence[tuple[int, int]]) -> npt.NDArray[np.float32]:
    """Returns the looks of some words of a text, in order.

    Args:
        text: The text as it was given.
        spans: Where each word begins and has ended, in characters.

    Returns:
        Shape (len(spans), SHAPES), each value from 0 to 1.
    """
    shapes = np.zeros((len(spans), SHAPES), np.float32)
    if not spans:
        return shapes
    # Names in a text without any capitals are no less names: the head must know.
    extent = text[spans[0][0] : spans[-1][1]]
    upper = sum(map(str.isupper, extent))
    lower = sum(map(str.islower, extent))
    shapes[:, 0] = not upper
    shapes[:, 1] = upper > lower
    for index, (start, end) in enumerate(spans):
        shapes[index, 2:16] = _shape_of(text, start, end)
    capitalised = shapes[:, 2]
    shapes[1:, 16] = capitalised[:-1]
    shapes[:-1, 17] = capitalised[1:]
    return shapes


def _shape_of(text: str, start: int, end: int) -> tuple[float, ...]:
    word = text[start:end]
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    gap = text[max(start - 3, 0) : start]
    previous = gap.rstrip(" \t")[-1:] or ("\n" if not start else "")
    return (
        word[:1].isupper(),
        len(word) > 1 and word.isupper(),
        word[:1].islower() and not word.islower(),
        word.isdigit(),
        any(map(str.isdigit, word)),
        word.isalpha(),
        not word.isascii(),
        previous in _SENTENCE_ENDS,
        "\n" in gap,
        before in _GLUE,
        after in _GLUE,
        after == "\n",
        len(word) == 1,
        min(len(word), _LONG_WORD_CHARS) / _LONG_WORD_CHARS,
    )
