"""What the words of texts teach the head for people and addresses when it is taught more."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

import torch
from attrs import evolve, frozen

from semroute.adapters.torch.entity_head import CLASSES, KINDS, LAYERS
from semroute.adapters.torch.part_words import ReadWords, Word, read_words
from semroute.adapters.torch.word_network import WordNetwork
from semroute.domain.pii import PiiKind

from .entity_corpus import EntityText, labelled
from .passes import passes_of
from .sentences import IGNORED, Sentence
from .vectors import Vectorizer

_BATCH_WORDS: Final = 8192  # more at a time would only take memory


@frozen(eq=False)
class TextRead:
    """A text, and what the head is told of its words.

    Args:
        text: The text.
        read: The words of its parts; what is told of them is in half precision.
    """

    text: EntityText
    read: Sequence[ReadWords]

    @property
    def precise(self) -> Iterator[ReadWords]:
        """The words, as a head takes them."""
        return (evolve(each, inputs=each.inputs.float()) for each in self.read)


@frozen(eq=False)
class Batch:
    """Words of some parts of texts, one part after the other.

    Args:
        inputs: What is told of each word, in half precision; shape (words, inputs).
        starts: The words that a part begins with.
        wanted: What to say of each word; shape (words, CLASSES).
    """

    inputs: torch.Tensor
    starts: torch.Tensor
    wanted: torch.Tensor


Lesson: TypeAlias = Sequence[Batch]


def words_in(lesson: Lesson) -> int:
    """Returns how many words a lesson has."""
    return sum(len(each.inputs) for each in lesson)


def read_texts(texts: Sequence[EntityText], vectorizer: Vectorizer, what: str) -> list[TextRead]:
    """Encodes texts on all cores.

    Args:
        texts: The texts.
        vectorizer: Encodes.
        what: What to call them.
    """

    def read(some: Sequence[EntityText]) -> list[TextRead]:
        _, parts_of = vectorizer.encoder.encode_each([each.text for each in some], LAYERS)
        return [
            TextRead(
                each,
                [
                    evolve(words, inputs=words.inputs.half())
                    for words in read_words(each.text, parts)
                ],
            )
            for each, parts in zip(some, parts_of, strict=True)
        ]

    sizes = [len(each.text) for each in texts]
    total, done = max(sum(sizes), 1), 0
    all_read: list[TextRead] = []
    with ThreadPoolExecutor(vectorizer.workers or len(os.sched_getaffinity(0))) as pool:
        for some in pool.map(read, list(passes_of(texts, sizes))):
            all_read += some
            done += sum(len(each.text.text) for each in some)
            vectorizer.progress(f"reading {what}", done / total)
    return all_read


def lesson_of_marks(texts: Sequence[TextRead], kinds: Sequence[PiiKind]) -> Lesson:
    """Returns what texts teach that somebody looked through: which classes a word may have.

    A word without a mark is none of the kinds that are marked. Whether it is of another kind, or
    has a name and is neither, such as a firm, nobody said.

    Args:
        texts: The texts.
        kinds: The kinds that are marked in them.
    """
    unmarked = [1.0] * CLASSES
    for kind in kinds:
        unmarked[1 + KINDS.index(kind)] = 0.0
    return list(_batches(_marked(texts, unmarked)))


def lesson_of_memory(texts: Sequence[TextRead], network: WordNetwork) -> Lesson:
    """Returns what a network says of texts, as a lesson: how probable each class is."""
    return list(
        _batches(
            (each.inputs, torch.from_numpy(network.probabilities(each.inputs.float())))
            for text in texts
            for each in text.read
        )
    )


def _marked(
    texts: Sequence[TextRead], unmarked: Sequence[float]
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for each in texts:
        sentence = labelled(each.text.text, each.text.spans or ())
        for part in each.read:
            wanted = [_allowed(word, sentence, unmarked) for word in part.words]
            yield part.inputs, torch.tensor(wanted)


def _allowed(word: Word, sentence: Sentence, unmarked: Sequence[float]) -> Sequence[float]:
    """Returns for each class 1 if the word may be of it, and 0 if not."""
    for start, end, label in sentence.labels:
        if word.start < end and start < word.end:
            return [float(label in {IGNORED, each}) for each in range(CLASSES)]
    return unmarked


def _batches(parts: Iterable[tuple[torch.Tensor, torch.Tensor]]) -> Iterator[Batch]:
    """Yields the words of all parts, and what to say of them."""
    some: list[tuple[torch.Tensor, torch.Tensor]] = []
    words = 0
    for inputs, wanted in parts:
        some.append((inputs, wanted))
        words += len(inputs)
        if words >= _BATCH_WORDS:
            yield _batch(some)
            some, words = [], 0
    if some:
        yield _batch(some)


def _batch(parts: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> Batch:
    inputs, wanted = zip(*parts, strict=True)
    sizes = torch.tensor([len(each) for each in inputs])
    return Batch(torch.cat(inputs), sizes.cumsum(0) - sizes, torch.cat(wanted))
