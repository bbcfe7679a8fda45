"""Trains the head that finds people and addresses."""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn

from semroute.adapters.torch.entity_head import ENTITIES_FILE, LAYERS, inputs_of, words_of
from semroute.adapters.torch.shapes import SHAPES

from .dropout import Dropout
from .entity_corpus import EntityText, corpus
from .entity_figures import figures_of_entities
from .figures import Figures
from .files import write_weights
from .passes import passes_of
from .sentences import IGNORED, Sentence
from .vectors import Vectorizer

_SEED: Final = 20
_WIDTH: Final = 256
_EPOCHS: Final = 6
_BATCH_WORDS: Final = 1024
_RATE: Final = 2e-3
_DECAY: Final = 0.05
_DROPOUT: Final = 0.25
_SMOOTHING: Final = 0.02
# For people and for addresses. A person is whoever is more probably one than not; at 0.4 hardly
# more are found, and a tenth more ordinary texts are flagged. That for addresses was chosen on the
# development data.
_THRESHOLDS: Final = (0.5, 0.6)


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
    inputs, labels = _examples(vectorizer, list(corpus(texts, lists)))
    hidden, output = _trained(vectorizer, inputs, labels)
    write_weights(
        directory / ENTITIES_FILE,
        {
            f"{layer}.{name}": tensor.detach().numpy().astype(np.float16)
            for layer, module in (("hidden", hidden), ("output", output))
            for name, tensor in module.named_parameters()
        },
        {"encoder": vectorizer.fingerprint, "thresholds": json.dumps(_THRESHOLDS)},
    )
    return {
        name: figures_of_entities(some, vectorizer.encoder, directory)
        for name, some in measured.items()
    }


def _examples(
    vectorizer: Vectorizer, sentences: Sequence[Sentence]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns what the head is told of each word, in half precision, and what it should say."""
    inputs: list[torch.Tensor] = []
    labels: list[int] = []
    sizes = [len(sentence.text) for sentence in sentences]
    passes = list(passes_of(sentences, sizes))
    total, done = max(sum(sizes), 1), 0
    # What comes after what does not depend on who is done first.
    with ThreadPoolExecutor(vectorizer.workers or len(os.sched_getaffinity(0))) as pool:
        read = pool.map(lambda some: _batch(vectorizer, some), passes)
        for some, (told, said) in zip(passes, read, strict=True):
            inputs.append(told)
            labels += said
            done += sum(len(each.text) for each in some)
            vectorizer.progress("reading sentences", done / total)
    return torch.cat(inputs), torch.tensor(labels)


def _batch(vectorizer: Vectorizer, sentences: Sequence[Sentence]) -> tuple[torch.Tensor, list[int]]:
    encoder = vectorizer.encoder
    _, parts = encoder.encode_each([sentence.text for sentence in sentences], LAYERS)
    inputs = [torch.zeros(0, len(LAYERS) * encoder.dimensions + SHAPES, dtype=torch.half)]
    labels: list[int] = []
    for sentence, each in zip(sentences, parts, strict=True):
        for part in each:
            if words := words_of(part):
                inputs.append(inputs_of(sentence.text, part, words).half())
                labels += [_label_at(sentence, word.start, word.end) for word in words]
    return torch.cat(inputs), labels


def _trained(
    vectorizer: Vectorizer, inputs: torch.Tensor, labels: torch.Tensor
) -> tuple[nn.Linear, nn.Linear]:
    """Returns both layers of the network, trained."""
    torch.manual_seed(_SEED)
    kept = (labels != IGNORED).nonzero().squeeze(1)
    first, last = nn.Linear(inputs.shape[1], _WIDTH), nn.Linear(_WIDTH, 3)
    head = nn.Sequential(first, nn.GELU(), Dropout(_DROPOUT), last)
    optimiser = torch.optim.AdamW(head.parameters(), lr=_RATE, weight_decay=_DECAY, fused=True)
    steps = _EPOCHS * (len(kept) // _BATCH_WORDS + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=_SMOOTHING)
    for epoch in range(_EPOCHS):
        vectorizer.progress("training entities", epoch / _EPOCHS)
        order = kept[torch.randperm(len(kept))]
        for start in range(0, len(order), _BATCH_WORDS):
            batch = order[start : start + _BATCH_WORDS]
            optimiser.zero_grad()
            loss_of(head(inputs[batch].float()), labels[batch]).backward()
            optimiser.step()
            schedule.step()
    vectorizer.progress("training entities", 1.0)
    return first, last


def _label_at(sentence: Sentence, start: int, end: int) -> int:
    labels = [label for first, last, label in sentence.labels if start < last and first < end]
    return labels[0] if labels else 0
