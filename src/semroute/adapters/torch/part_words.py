"""The words of a part of a text, and what heads are told of each."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import frozen

from .parts import Part
from .shapes import shapes_of

if TYPE_CHECKING:
    import torch


@frozen
class Word:
    """A word of a part.

    Args:
        start: Where it begins in the text.
        end: Where it has ended.
        first: Its first token.
        last: Its last token.
    """

    start: int
    end: int
    first: int
    last: int


@frozen(eq=False)
class ReadWords:
    """The words of a part, and what heads are told of them.

    Args:
        words: The words; there are some.
        inputs: What is told of each, as `inputs_of` returns it.
    """

    words: Sequence[Word]
    inputs: "torch.Tensor"


def read_words(text: str, parts: Sequence[Part]) -> Iterator[ReadWords]:
    """Yields the words of all parts of a text that have any."""
    for part in parts:
        if words := words_of(part):
            yield ReadWords(words, inputs_of(text, part, words))


def words_of(part: Part) -> list[Word]:
    """Returns the words of a part, each with its tokens."""
    words: list[Word] = []
    numbered = enumerate(part.words)
    for word, tokens in groupby(numbered, key=lambda token: token[1]):
        if word is not None:
            indices = [index for index, _ in tokens]
            first, last = indices[0], indices[-1]
            words.append(Word(part.offsets[first][0], part.offsets[last][1], first, last))
    return words


def inputs_of(text: str, part: Part, words: Sequence[Word]) -> "torch.Tensor":
    """Returns what the head is told of each word; shape (len(words), states + SHAPES).

    A word's state is the mean of its tokens': rare names are many tokens, none of which says
    much alone.
    """
    import torch  # noqa: PLC0415 - imported long since; a model is loaded

    counts = torch.tensor([[word.last + 1 - word.first] for word in words])
    owners = torch.tensor(
        [index for index, word in enumerate(words) for _ in range(word.first, word.last + 1)]
    )
    tokens = torch.tensor([token for word in words for token in range(word.first, word.last + 1)])
    sums = torch.zeros(len(words), part.states.shape[1])
    sums.index_add_(0, owners, part.states[tokens])
    shapes = shapes_of(text, [(word.start, word.end) for word in words])
    return torch.cat([sums / counts, torch.from_numpy(shapes)], dim=1)
