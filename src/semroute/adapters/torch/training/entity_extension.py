"""Teaches the head for people and addresses texts of a style that it does not know."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import torch
from attrs import evolve

from semroute.adapters.torch.artefact import Artefact
from semroute.adapters.torch.category_head import line_digest
from semroute.adapters.torch.entity_head import ENTITIES_FILE, EntityHead
from semroute.adapters.torch.word_network import WordNetwork
from semroute.domain.pii import PiiKind

from .category_texts import FOLDS
from .entity_corpus import EntityText
from .entity_figures import KINDS_BY_NAME, Found, figures_of_found
from .entity_lessons import (
    Lesson,
    TextRead,
    lesson_of_marks,
    lesson_of_memory,
    read_texts,
    words_in,
)
from .figures import Figures
from .files import write_weights
from .rehearsal import rehearsed
from .vectors import Vectorizer

_STEPS: Final = 30  # what more would move shows in no figure
# How far texts may move what was learnt: the variance of a weight about it. It was chosen by what
# new styles gain and known ones lose; docs/training.md has the figures.
_STRENGTH: Final = 0.005
# How much a word that is rehearsed counts, if there were as many as are taught.
_REHEARSED: Final = 10.0


def extend_entities(
    texts: Sequence[EntityText], shipped: Path, vectorizer: Vectorizer, directory: Path
) -> Mapping[str, Figures]:
    """Teaches a head by texts, and writes what comes of it.

    It stays as near to what it was as the texts let it, and goes on saying what it said of
    sentences like those that it had learnt.

    Args:
        texts: What is known. Somebody looked through all of them and found a person or an address
            in some.
        shipped: Where the head is that it starts from.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of what that head finds in the texts, and of what is found when they are held out.

    Raises:
        CheckpointError: The head that it starts from cannot be used; the operator's fault.
    """
    origin = vectorizer.fingerprint, vectorizer.encoder.dimensions
    head = EntityHead.load(shipped, *origin)
    names = {span[2] for each in texts for span in each.spans or ()}
    kinds = [kind for name, kind in KINDS_BY_NAME.items() if name in names]
    read = read_texts(_dealt(texts), vectorizer, "texts")
    known = [EntityText(each) for each in rehearsed()]
    memory = lesson_of_memory(read_texts(known, vectorizer, "what it knows"), head.network)
    folds = [[each for at, each in enumerate(read) if at % FOLDS != out] for out in range(FOLDS)]
    lessons = [lesson_of_marks(some, kinds) for some in (*folds, read)]
    *held_out, whole = _taught(head.network, lessons, memory, vectorizer)
    heads = [evolve(head, network=network) for network in held_out]
    directory.mkdir(parents=True, exist_ok=True)
    _write(whole, Artefact.open(shipped / ENTITIES_FILE, vectorizer.fingerprint), directory)
    vectorizer.progress("training entities", 1.0)
    return {
        "before": _figures([_found(head, each) for each in read], kinds),
        "own texts": _figures(
            [_found(heads[at % FOLDS], each) for at, each in enumerate(read)], kinds
        ),
    }


def _dealt(texts: Sequence[EntityText]) -> list[EntityText]:
    """Returns the texts in an order that depends on nothing but them.

    As every third is held out together, each third has some in which there is something.
    """

    def place(each: EntityText) -> tuple[bool, str]:
        return not _has_any(each), line_digest(each.text)

    return sorted(texts, key=place)


def _has_any(text: EntityText) -> bool:
    return any(span[2] in KINDS_BY_NAME for span in text.spans or ())


def _taught(
    network: WordNetwork, lessons: Sequence[Lesson], memory: Lesson, vectorizer: Vectorizer
) -> list[WordNetwork]:
    """Returns what becomes of a network by each of the lessons."""
    taught: list[WordNetwork] = []
    vectorizer.progress("training entities", 0.0)
    with ThreadPoolExecutor(vectorizer.workers or len(os.sched_getaffinity(0))) as pool:
        for each in pool.map(lambda lesson: _fitted(network, lesson, memory), lessons):
            taught.append(each)
            vectorizer.progress("training entities", len(taught) / (len(lessons) + 1))
    return taught


def _fitted(network: WordNetwork, marks: Lesson, memory: Lesson) -> WordNetwork:
    """Returns the network that suits the marks and is nearest to another one."""
    start = (*network.words, *network.hidden, *network.output)
    used = [each.clone().requires_grad_() for each in start]
    fitted = _with_weights(network, used)
    optimiser = torch.optim.LBFGS(used, max_iter=_STEPS, line_search_fn="strong_wolfe")
    rehearsed_weight = _REHEARSED * words_in(marks) / words_in(memory)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        moved = torch.stack(
            [(now - then).square().sum() for now, then in zip(used, start, strict=True)]
        )
        value = moved.sum() / (2 * _STRENGTH)
        value.backward()  # type: ignore[no-untyped-call]  # torch left it out
        total = value.detach()
        for batch in marks:
            said = fitted.logits(batch.inputs.float(), batch.starts).log_softmax(dim=-1)
            value = -(said + batch.wanted.log()).logsumexp(dim=-1).sum()
            value.backward()  # type: ignore[no-untyped-call]  # likewise
            total = total + value.detach()
        for batch in memory:
            said = fitted.logits(batch.inputs.float(), batch.starts).log_softmax(dim=-1)
            value = -(said * batch.wanted).sum() * rehearsed_weight
            value.backward()  # type: ignore[no-untyped-call]  # likewise
            total = total + value.detach()
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # likewise
    return _with_weights(network, [each.detach() for each in used])


def _with_weights(network: WordNetwork, weights: Sequence[torch.Tensor]) -> WordNetwork:
    words, words_bias, hidden, hidden_bias, output, output_bias = weights
    return evolve(
        network,
        words=(words, words_bias),
        hidden=(hidden, hidden_bias),
        output=(output, output_bias),
    )


def _found(head: EntityHead, each: TextRead) -> Found:
    return each.text, head.spans_among(each.text.text, each.precise)


def _figures(found: Sequence[Found], kinds: Sequence[PiiKind]) -> Figures:
    """Returns recall and precision of each kind, and how many of the texts without any are flagged.

    A kind that is nowhere marked was not looked for, so what is found of it is not wrong.
    """
    figures = {"texts": float(len(found)), **figures_of_found(found, kinds)}
    ordinary = [spans for text, spans in found if not _has_any(text)]
    if ordinary:
        flagged = sum(any(span.kind in kinds for span in spans) for spans in ordinary)
        figures["flagged"] = round(flagged / len(ordinary), 4)
    return figures


def _write(network: WordNetwork, origin: Artefact, directory: Path) -> None:
    """Writes a network; whatever else the file says is what it said where it started from."""
    layers = {"words": network.words, "hidden": network.hidden, "output": network.output}
    tensors = {
        f"{name}.{part}": tensor.numpy().astype(np.float16)
        for name, layer in layers.items()
        for part, tensor in zip(("weight", "bias"), layer, strict=True)
    }
    write_weights(directory / ENTITIES_FILE, tensors, origin.metadata)
