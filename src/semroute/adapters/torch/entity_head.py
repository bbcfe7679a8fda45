"""People and addresses, read off the states of a text's tokens."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.spans import merged

from .artefact import Artefact
from .checkpoint import CheckpointError
from .part_words import ReadWords, Word, read_words
from .parts import Part
from .shapes import SHAPES
from .word_network import WordNetwork

ENTITIES_FILE: Final = "entities.safetensors"

LAYERS: Final = (2, 4, 6)
"""Early layers still know the spelling, late ones the sense."""

KINDS: Final = (PiiKind.PERSON, PiiKind.ADDRESS)
"""In the order of the head's classes, after the class of everything else."""

CLASSES: Final = 1 + len(KINDS) + 1
"""The last one is what has a name and is neither, such as a firm or a place."""

# Commas, and a line's number or town that was taken for something else.
_ADDRESS_GAP_WORDS: Final = 3

_NAME_CHARS: Final = 3  # shorter words are too often something else when they come again
_REPEATED: Final = 0.2
_BESIDE: Final = 0.3
_LETTERS: Final = 2


@frozen(eq=False)
class EntityHead:
    """Says of each word of a text what it is.

    Args:
        network: Tells the classes: everything else, `KINDS`, and what has a name and is neither.
        thresholds: For each kind, how probable a word must be.
    """

    network: WordNetwork
    thresholds: tuple[float, ...]

    @classmethod
    def load(cls, directory: Path, fingerprint: str, dimensions: int) -> "EntityHead":
        """Loads the head for the encoder with this fingerprint.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        artefact = Artefact.open(directory / ENTITIES_FILE, fingerprint)
        thresholds = artefact.note("thresholds")
        if (
            not isinstance(thresholds, list)
            or len(thresholds) != len(KINDS)
            or not all(isinstance(each, float) and 0 <= each < 1 for each in thresholds)
        ):
            message = f"{artefact.path} has no threshold for each kind"
            raise CheckpointError(message)
        network = WordNetwork.load(artefact, len(LAYERS) * dimensions + SHAPES, CLASSES)
        return cls(network, tuple(thresholds))

    def spans(self, text: str, parts: Sequence[Part]) -> tuple[PiiSpan, ...]:
        """Returns the people and addresses of a text, of which the parts are all.

        Raises:
            ArithmeticError: The encoder came to a number that is none.
        """
        return self.spans_among(text, read_words(text, parts))

    def spans_among(self, text: str, read: Iterable[ReadWords]) -> tuple[PiiSpan, ...]:
        """Returns the same, of the words of all parts.

        Raises:
            ArithmeticError: As `spans` does.
        """
        return merged(span for each in read for span in self._spans_in(text, each))

    def _spans_in(self, text: str, read: ReadWords) -> Iterator[PiiSpan]:
        words = read.words
        probabilities = self.network.probabilities(read.inputs)
        if not np.isfinite(probabilities).all():
            # Compared with a threshold it would be below it, and nobody be found.
            message = "the entity head returned a probability that is not finite"
            raise ArithmeticError(message)
        for rank, (kind, threshold) in enumerate(zip(KINDS, self.thresholds, strict=True), 1):
            scores = probabilities[:, rank]
            likely = _likely(text, words, scores, threshold)
            for likely_run in _runs(text, words, likely, kind):
                run = _without_marks(text, words, likely_run)
                start, end = words[run[0]].start, words[run[-1]].end
                # Marks, numbers and initials alone are neither.
                if sum(map(str.isalpha, text[start:end])) >= _LETTERS:
                    yield PiiSpan(kind, start, end, _score(float(scores[run].mean()), threshold))


def _score(probability: float, threshold: float) -> float:
    """Returns how sure a finding is: even at its kind's threshold, and 1 if it is certain.

    What is found because it was sure elsewhere in the text may be less probable, and counts as
    even: policies read 0.5 as the place where findings begin, of whatever kind.
    """
    above = max(probability - threshold, 0.0) / (1 - threshold)
    return 0.5 + min(above, 1.0) / 2  # rounding may carry a mean of probabilities past 1


def _likely(
    text: str, words: Sequence[Word], scores: npt.NDArray[np.float32], threshold: float
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
    text: str, words: Sequence[Word], likely: Sequence[int], kind: PiiKind
) -> list[list[int]]:
    """Returns the likely words, those that belong together as one run."""
    runs: list[list[int]] = []
    for index in likely:
        if runs and _belong_together(text, words, runs[-1][-1], index, kind):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _without_marks(text: str, words: Sequence[Word], run: list[int]) -> list[int]:
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
    text: str, words: Sequence[Word], left: int, right: int, kind: PiiKind
) -> bool:
    """Whether two likely words are one entity: a name stands on one line, an address on many."""
    if kind is PiiKind.PERSON:
        return left + 1 == right and "\n" not in text[words[left].end : words[right].start]
    return right - left <= _ADDRESS_GAP_WORDS
