"""Trains the head that finds people and addresses.

    python -m training.entities --data DIR --out FILE

DIR has public data sets, as JSON lines: `pii/train`, `domain/train`, `intents/clinc150_train`
and `intents/banking77_train`. The rest is made from `data/entities`. The same data make the same
file, byte for byte, on one kind of machine.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from semroute.adapters.torch import load_encoder
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import LAYERS, inputs_of, words_of
from semroute.adapters.torch.shapes import SHAPES

from .sentences import (
    ADDRESS,
    IGNORED,
    PERSON,
    Composer,
    Sentence,
    buried,
    composed,
    lowered,
    renamed,
)
from .weights import save

_LISTS: Final = Path(__file__).parent.parent / "data" / "entities"
_SEED: Final = 20
_WIDTH: Final = 256
_EPOCHS: Final = 5
_BATCH_WORDS: Final = 512
_RATE: Final = 1e-3
_DROPOUT: Final = 0.25
# For people and for addresses; chosen on the development data. At 0.6 three names in a hundred
# more are missed, at 0.4 a third more exam questions are flagged.
_THRESHOLDS: Final = (0.5, 0.6)

# Intents whose examples do have names in them.
_NAMING_INTENTS: Final = frozenset(
    ("user_name", "change_user_name", "change_ai_name", "what_is_your_name", "make_call", "text")
)
_NEAR_CHARS: Final = 12


def main() -> None:
    """Trains and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.use_deterministic_algorithms(mode=True)
    encoder = load_encoder()
    rng = random.Random(_SEED)
    sentences = list(corpus(arguments.data, Composer(_LISTS, rng), rng))
    sys.stderr.write(f"{len(sentences)} texts\n")
    inputs, labels = examples(encoder, sentences)
    sys.stderr.write(f"{len(labels)} words\n")
    head = trained(inputs, labels)
    save(
        arguments.out,
        {
            f"{layer}.{name}": tensor.detach().numpy().astype(np.float16)
            for layer, module in (("hidden", head[0]), ("output", head[-1]))
            for name, tensor in module.named_parameters()
        },
        {
            "encoder": encoder.checkpoint.fingerprint,
            "thresholds": json.dumps(_THRESHOLDS),
        },
    )


def corpus(data: Path, composer: Composer, rng: random.Random) -> Iterator[Sentence]:
    """Yields everything the head learns from."""
    yield from composed(composer, per_template=14, per_benign=10)
    for row in _rows(data / "pii" / "train.jsonl"):
        sentence = _labelled(row)
        yield sentence
        yield renamed(sentence, composer)
        yield lowered(renamed(sentence, composer))
    domain = [row["text"] for row in _rows(data / "domain" / "train.jsonl")]
    for text in rng.sample(domain, 1500):
        yield Sentence(text, tuple(_doubts(text, composer.given_names)))
    clinc = [
        row["text"]
        for row in _rows(data / "intents" / "clinc150_train.jsonl")
        if row["label"] not in _NAMING_INTENTS
    ]
    yield from map(Sentence, rng.sample(clinc, 2000))
    banking = [row["text"] for row in _rows(data / "intents" / "banking77_train.jsonl")]
    yield from map(Sentence, rng.sample(banking, 300))
    for template in rng.choices(composer.templates, k=600):
        sentence = composer.compose(template)
        yield buried(sentence, _padding(banking, rng), _padding(banking, rng))


def examples(encoder: Encoder, sentences: Sequence[Sentence]) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns what the head is told of each word, in half precision, and what it should say."""
    order = sorted(range(len(sentences)), key=lambda index: len(sentences[index].text))
    inputs: list[torch.Tensor] = []
    labels: list[int] = []
    for start in range(0, len(order), 8):
        some = [sentences[index] for index in order[start : start + 8]]
        _, parts = encoder.encode_with_parts([sentence.text for sentence in some], LAYERS)
        for sentence, each in zip(some, parts, strict=True):
            for part in each:
                words = words_of(part)
                if words:
                    inputs.append(inputs_of(sentence.text, part, words).half())
                    labels += [_label_at(sentence, word.start, word.end) for word in words]
    return torch.cat(inputs), torch.tensor(labels)


def trained(inputs: torch.Tensor, labels: torch.Tensor) -> nn.Sequential:
    """Returns the network, trained."""
    torch.manual_seed(_SEED)
    kept = (labels != IGNORED).nonzero().squeeze(1)
    head = nn.Sequential(
        nn.Linear(len(LAYERS) * 384 + SHAPES, _WIDTH),
        nn.GELU(),
        nn.Dropout(_DROPOUT),
        nn.Linear(_WIDTH, 3),
    )
    optimiser = torch.optim.AdamW(head.parameters(), lr=_RATE, weight_decay=0.05)
    steps = _EPOCHS * (len(kept) // _BATCH_WORDS + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    for epoch in range(_EPOCHS):
        total = 0.0
        order = kept[torch.randperm(len(kept))]
        for start in range(0, len(order), _BATCH_WORDS):
            batch = order[start : start + _BATCH_WORDS]
            loss = loss_of(head(inputs[batch].float()), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        sys.stderr.write(f"epoch {epoch}: {total / len(kept):.4f}\n")
    return head.eval()


def _padding(lines: Sequence[str], rng: random.Random) -> str:
    """Returns other people's lines: many of them, or one many times, or none."""
    count = rng.randrange(16)
    some = rng.choices(lines, k=count) if rng.random() < 0.6 else [rng.choice(lines)] * count  # noqa: PLR2004
    blank = rng.choice((" ", "\n"))
    return blank + "".join(line + blank for line in some)


def _labelled(row: dict[str, Any]) -> Sentence:
    """Returns a row of the synthetic PII data with the labels used here."""
    spans = [(span["start"], span["end"], span["kind"]) for span in row["spans"]]
    addresses = [span for span in spans if span[2] == "STREET_ADDRESS"]
    labels: list[tuple[int, int, int]] = []
    for start, end, kind in spans:
        is_near = any(
            start < other_end + _NEAR_CHARS and other_start < end + _NEAR_CHARS
            for other_start, other_end, _ in addresses
        )
        if kind == "PERSON":
            labels.append((start, end, PERSON))
        elif kind == "STREET_ADDRESS":
            labels.append((start, end, ADDRESS))
        elif kind == "TITLE" or (kind in {"GPE", "ZIP_CODE"} and is_near):
            labels.append((start, end, IGNORED))
    return Sentence(row["text"], tuple(labels))


def _label_at(sentence: Sentence, start: int, end: int) -> int:
    labels = [label for first, last, label in sentence.labels if start < last and first < end]
    return labels[0] if labels else 0


def _doubts(text: str, given_names: frozenset[str]) -> Iterator[tuple[int, int, int]]:
    """Yields the capitalised words of an exam question that has somebody's name in it.

    Most are about nobody. Where one does name somebody, it is better to learn nothing of the
    capitals than that names are none.
    """
    words = list(_capitalised(text))
    titles = {"Mr", "Mrs", "Ms", "Dr", "Miss"}
    if any(word in given_names or word in titles for _, word in words):
        for start, word in words:
            yield start, start + len(word), IGNORED


def _capitalised(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for word in text.split():
        start = text.index(word, start)
        bare = word.strip(".,;:!?()[]\"'")
        if bare[:1].isupper():
            yield start + word.index(bare), bare
        start += len(word)


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
