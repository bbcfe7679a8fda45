"""Trains the head that finds people and addresses."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import Final

import numpy as np
import torch
from attrs import evolve, frozen
from torch import nn

from semroute.adapters.torch.entity_head import CLASSES, ENTITIES_FILE, LAYERS
from semroute.adapters.torch.part_words import inputs_of, words_of
from semroute.adapters.torch.shapes import SHAPES
from semroute.adapters.torch.word_network import NEIGHBOURHOOD, with_neighbours

from .dropout import Dropout
from .entity_corpus import EntityText, corpus
from .entity_figures import figures_of_entities
from .figures import Figures
from .files import write_weights
from .fusion import fused
from .passes import passes_of
from .sentences import IGNORED, Sentence
from .vectors import Vectorizer

_SEED: Final = 20
_WIDTHS: Final = (128, 256)
_EPOCHS: Final = 6
_BATCH_WORDS: Final = 1024
_RATE: Final = 2e-3
_DECAY: Final = 0.05
_DROPOUT: Final = 0.25
_SMOOTHING: Final = 0.02
_CALIBRATED: Final = 0  # the part of the sentences on which the temperature is fitted
# For people and for addresses. Both were chosen on the development data: at 0.5 one person in a
# hundred more is found there, and a seventh more ordinary texts are flagged.
_THRESHOLDS: Final = (0.62, 0.62)


@frozen(eq=False)
class _Examples:
    """What the words of many texts are.

    Args:
        inputs: What the head is told of each word, in half precision.
        labels: What it should say of it.
        parts: Where the words of each part begin and have ended; parts follow each other.
        folds: In which part of all texts each of these is held out.
    """

    inputs: torch.Tensor
    labels: torch.Tensor
    parts: Sequence[tuple[int, int]]
    folds: Sequence[int]

    @property
    def known(self) -> Sequence[tuple[int, int]]:
        """The parts of whose words something is learnt."""
        return [part for part in self.parts if (self.labels[slice(*part)] != IGNORED).any()]

    def only(self, chosen: Callable[[int], bool]) -> "_Examples":
        """Returns the same words, and those parts of them whose fold is chosen."""
        kept = [pair for pair in zip(self.parts, self.folds, strict=True) if chosen(pair[1])]
        return evolve(self, parts=[part for part, _ in kept], folds=[fold for _, fold in kept])


class _Network(nn.Module):
    """`WordNetwork`, as it learns."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        narrow, wide = _WIDTHS
        self.words = nn.Linear(inputs, narrow)
        self.hidden = nn.Linear(NEIGHBOURHOOD * narrow, wide)
        self.output = nn.Linear(wide, CLASSES)
        self._dropout = Dropout(_DROPOUT)

    def forward(self, inputs: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        words = self._dropout(nn.functional.gelu(self.words(inputs)))
        hidden = nn.functional.gelu(self.hidden(with_neighbours(words, starts)))
        classes: torch.Tensor = self.output(self._dropout(hidden))
        return classes


def train_entities(
    texts: Sequence[EntityText],
    lists: Mapping[str, str],
    measured: Mapping[str, Sequence[EntityText]],
    vectorizer: Vectorizer,
    directory: Path,
) -> Mapping[str, Figures]:
    """Trains the head on texts and on sentences made of lists, and writes it.

    Args:
        texts: What is known.
        lists: The pages that sentences are made of, by name; `LISTS` names them.
        measured: Texts that nothing is learnt from, by what to call them.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of each of the measured sets.
    """
    sentences = list(corpus(texts, lists))
    examples = _examples(vectorizer, sentences)
    network = _trained(vectorizer, examples)
    temperature = _temperature(vectorizer, examples)
    write_weights(
        directory / ENTITIES_FILE,
        {
            name: tensor.detach().numpy().astype(np.float16)
            for name, tensor in network.named_parameters()
        },
        {
            "encoder": vectorizer.fingerprint,
            "thresholds": json.dumps(_THRESHOLDS),
            "temperature": json.dumps(temperature),
        },
    )
    return {
        name: figures_of_entities(some, vectorizer.encoder, directory)
        for name, some in measured.items()
    }


def _examples(vectorizer: Vectorizer, sentences: Sequence[Sentence]) -> _Examples:
    inputs: list[torch.Tensor] = []
    labels: list[int] = []
    sizes: list[int] = []
    folds: list[int] = []
    lengths = [len(sentence.text) for sentence in sentences]
    passes = list(passes_of(sentences, lengths))
    total, done = max(sum(lengths), 1), 0
    # What comes after what does not depend on who is done first.
    with ThreadPoolExecutor(vectorizer.workers or len(os.sched_getaffinity(0))) as pool:
        read = pool.map(lambda some: list(_parts(vectorizer, some)), passes)
        for some, parts in zip(passes, read, strict=True):
            for told, said, fold in parts:
                inputs.append(told)
                labels += said
                sizes.append(len(said))
                folds.append(fold)
            done += sum(len(each.text) for each in some)
            vectorizer.progress("reading sentences", done / total)
    ends = list(accumulate(sizes))
    starts = [end - size for end, size in zip(ends, sizes, strict=True)]
    parts_of = list(zip(starts, ends, strict=True))
    return _Examples(torch.cat(inputs), torch.tensor(labels), parts_of, folds)


def _parts(
    vectorizer: Vectorizer, sentences: Sequence[Sentence]
) -> Iterator[tuple[torch.Tensor, list[int], int]]:
    """Yields what the head is told of the words of each part, what it should say, and the fold."""
    _, parts = vectorizer.encoder.encode_each([each.text for each in sentences], LAYERS)
    for sentence, each in zip(sentences, parts, strict=True):
        for part in each:
            if words := words_of(part):
                labels = [_label_at(sentence, word.start, word.end) for word in words]
                yield inputs_of(sentence.text, part, words).half(), labels, sentence.fold


def _trained(vectorizer: Vectorizer, examples: _Examples) -> _Network:
    torch.manual_seed(_SEED)
    network = _Network(len(LAYERS) * vectorizer.encoder.dimensions + SHAPES)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY, fused=True)
    epochs = [list(_batches(examples.known)) for _ in range(_EPOCHS)]
    steps = sum(map(len, epochs))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=_SMOOTHING, ignore_index=IGNORED)
    for epoch, batches in enumerate(epochs):
        vectorizer.progress("training entities", epoch / _EPOCHS)
        for batch in batches:
            words = torch.cat([torch.arange(*part) for part in batch])
            starts = torch.tensor([0, *accumulate(end - start for start, end in batch[:-1])])
            optimiser.zero_grad()
            told = network(examples.inputs[words].float(), starts)
            loss_of(told, examples.labels[words]).backward()
            optimiser.step()
            schedule.step()
    vectorizer.progress("training entities", 1.0)
    return network


def _temperature(vectorizer: Vectorizer, examples: _Examples) -> float:
    """Returns what to divide the classes' logits by, for words to be as probable as is said.

    That is fitted (Guo et al. 2017, "On Calibration of Modern Neural Networks") on sentences which
    a network was not shown, and nothing that was made of the same as they; it learns from the
    others as the one that ships learns from all. Of a handful of sentences nothing is to be told.
    """
    shown = examples.only(lambda fold: fold != _CALIBRATED)
    unseen = examples.only(lambda fold: fold == _CALIBRATED)
    if not shown.known or not unseen.known:
        return 1.0
    network = _trained(vectorizer, shown)
    network.eval()
    with torch.inference_mode():
        logits = torch.cat(
            [
                network(examples.inputs[start:end].float(), torch.zeros(1, dtype=torch.int64))
                for start, end in unseen.known
            ]
        ).numpy()
    labels = torch.cat([examples.labels[start:end] for start, end in unseen.known]).numpy()
    is_known = labels != IGNORED
    counts = np.ones(int(is_known.sum()), np.float32)
    (sureness,) = fused([logits[is_known]], labels[is_known], counts)
    return float(1 / sureness)


def _batches(parts: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yields all parts in any order, so many at a time that they have enough words."""
    batch: list[tuple[int, int]] = []
    words = 0
    for index in torch.randperm(len(parts)).tolist():
        start, end = parts[index]
        batch.append((start, end))
        words += end - start
        if words >= _BATCH_WORDS:
            yield batch
            batch, words = [], 0
    if batch:
        yield batch


def _label_at(sentence: Sentence, start: int, end: int) -> int:
    labels = [label for first, last, label in sentence.labels if start < last and first < end]
    return labels[0] if labels else 0
