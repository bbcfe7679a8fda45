"""People and addresses, read off the states of a text's tokens."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.spans import merged

from .artefact import Artefact
from .checkpoint import CheckpointError
from .parts import Part
from .shapes import SHAPES, shapes_of

if TYPE_CHECKING:
    import torch

ENTITIES_FILE: Final = "entities.safetensors"

LAYERS: Final = (2, 4, 6)
"""Early layers still know the spelling, late ones the sense."""

KINDS: Final = (PiiKind.PERSON, PiiKind.ADDRESS)
"""In the order of the head's classes, after the class of everything else."""

# Commas, and a line's number or town that was taken for something else.
_ADDRESS_GAP_WORDS: Final = 3

_NAME_CHARS: Final = 3  # shorter words are too often something else when they come again
_REPEATED: Final = 0.2
_BESIDE: Final = 0.3
_LETTERS: Final = 2


@frozen
class _Word:
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
class EntityHead:
    """A small neural network on each token: one hidden layer, three classes.

    Args:
        hidden: Weight and bias of the hidden layer.
        output: Weight and bias of the classes.
        thresholds: For each kind, how probable a word must be.
    """

    hidden: tuple["torch.Tensor", "torch.Tensor"]
    output: tuple["torch.Tensor", "torch.Tensor"]
    thresholds: tuple[float, ...]

    @classmethod
    def load(cls, directory: Path, fingerprint: str, dimensions: int) -> "EntityHead":
        """Loads the head for the encoder with this fingerprint.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        import torch  # noqa: PLC0415 - imported long since; a model is loaded

        artefact = Artefact.open(directory / ENTITIES_FILE, fingerprint)
        thresholds = artefact.note("thresholds")
        if (
            not isinstance(thresholds, list)
            or len(thresholds) != len(KINDS)
            or not all(isinstance(each, float) and 0 <= each < 1 for each in thresholds)
        ):
            message = f"{artefact.path} has no threshold for each kind"
            raise CheckpointError(message)
        hidden = artefact.tensor("hidden.weight", None, len(LAYERS) * dimensions + SHAPES)
        width = len(hidden)
        output = artefact.tensor("output.weight", 1 + len(KINDS), width)
        return cls(
            (
                torch.from_numpy(hidden),
                torch.from_numpy(artefact.tensor("hidden.bias", width)),
            ),
            (
                torch.from_numpy(output),
                torch.from_numpy(artefact.tensor("output.bias", 1 + len(KINDS))),
            ),
            tuple(thresholds),
        )

    def spans(self, text: str, parts: Sequence[Part]) -> tuple[PiiSpan, ...]:
        """Returns the people and addresses of a text, of which the parts are all."""
        return merged(span for part in parts for span in self._spans_in(text, part))

    def _spans_in(self, text: str, part: Part) -> Iterator[PiiSpan]:
        words = words_of(part)
        if not words:
            return
        probabilities = self._probabilities(text, part, words)
        for rank, (kind, threshold) in enumerate(zip(KINDS, self.thresholds, strict=True), 1):
            scores = probabilities[:, rank]
            likely = _likely(text, words, scores, threshold)
            for likely_run in _runs(text, words, likely, kind):
                run = _without_marks(text, words, likely_run)
                start, end = words[run[0]].start, words[run[-1]].end
                # Marks, numbers and initials alone are neither.
                if sum(map(str.isalpha, text[start:end])) >= _LETTERS:
                    yield PiiSpan(kind, start, end, _score(float(scores[run].mean()), threshold))

    def _probabilities(
        self, text: str, part: Part, words: Sequence[_Word]
    ) -> npt.NDArray[np.float32]:
        """Returns the classes' probabilities of each word; shape (len(words), 3)."""
        import torch  # noqa: PLC0415 - imported long since; a model is loaded
        from torch.nn import functional  # noqa: PLC0415 - likewise

        with torch.inference_mode():
            inputs = inputs_of(text, part, words)
            hidden = functional.gelu(functional.linear(inputs, *self.hidden))
            classes = functional.linear(hidden, *self.output).softmax(dim=-1)
            probabilities: npt.NDArray[np.float32] = classes.numpy()
        return probabilities


def _score(probability: float, threshold: float) -> float:
    """Returns how sure a finding is: even at its kind's threshold, and 1 if it is certain.

    What is found because it was sure elsewhere in the text may be less probable, and counts as
    even: policies read 0.5 as the place where findings begin, of whatever kind.
    """
    above = max(probability - threshold, 0.0) / (1 - threshold)
    return 0.5 + min(above, 1.0) / 2  # rounding may carry a mean of probabilities past 1


def words_of(part: Part) -> list[_Word]:
    """Returns the words of a part, each with its tokens."""
    words: list[_Word] = []
    numbered = enumerate(part.words)
    for word, tokens in groupby(numbered, key=lambda token: token[1]):
        if word is not None:
            indices = [index for index, _ in tokens]
            first, last = indices[0], indices[-1]
            words.append(_Word(part.offsets[first][0], part.offsets[last][1], first, last))
    return words


def inputs_of(text: str, part: Part, words: Sequence[_Word]) -> "torch.Tensor":
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


def _likely(
    text: str, words: Sequence[_Word], scores: npt.NDArray[np.float32], threshold: float
) -> list[int]:
    """Returns the words that are probable enough.

    A word that is so in one place needs less in another: who was introduced by full name is
    afterwards spoken of by half of it. And what stands beside a sure word needs less, or half of a
    name would not be masked.
    """
    are_sure = scores >= threshold
    beside = np.zeros_like(are_sure)
    beside[1:] |= are_sure[:-1]
    beside[:-1] |= are_sure[1:]
    sure = {
        text[word.start : word.end].lower()
        for word, score in zip(words, scores, strict=True)
        if score >= threshold and word.end - word.start >= _NAME_CHARS
    }
    return [
        index
        for index, (word, score) in enumerate(zip(words, scores, strict=True))
        if score >= threshold
        or (beside[index] and score >= threshold * _BESIDE)
        or (score >= threshold * _REPEATED and text[word.start : word.end].lower() in sure)
    ]


def _runs(
    text: str, words: Sequence[_Word], likely: Sequence[int], kind: PiiKind
) -> list[list[int]]:
    """Returns the likely words, those that belong together as one run."""
    runs: list[list[int]] = []
    for index in likely:
        if runs and _belong_together(text, words, runs[-1][-1], index, kind):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _without_marks(text: str, words: Sequence[_Word], run: list[int]) -> list[int]:
    """Returns a run without marks at its ends, as the point of a title that a name follows.

    If it is nothing but marks, it stays.
    """
    places = [
        place
        for place, index in enumerate(run)
        if any(map(str.isalnum, text[words[index].start : words[index].end]))
    ]
    return run[places[0] : places[-1] + 1] if places else run


def _belong_together(
    text: str, words: Sequence[_Word], left: int, right: int, kind: PiiKind
) -> bool:
    """Whether two likely words are one entity: a name stands on one line, an address on many."""
    if kind is PiiKind.PERSON:
        return left + 1 == right and "\n" not in text[words[left].end : words[right].start]
    return right - left <= _ADDRESS_GAP_WORDS
