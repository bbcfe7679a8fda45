"""Trains the fast tier: what a prompt is about, by its tokens alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen

from semroute.adapters.torch.category_head import digest_of
from semroute.adapters.torch.fast.model import FAST_FILE, grounds_of
from semroute.adapters.torch.fast.packing import LARGEST, packed
from semroute.adapters.torch.fast.tokens import PAIR_BITS, Tokens, grams_of

from .category_texts import FOLDS, Rows, evenly
from .figures import Figures, figures_of, softmax
from .files import write_weights
from .fusion import fused
from .grams import Words, words
from .held_out import HeldOut
from .pooled import Floats, Lesson, Pooled, pooled
from .trust import trust_in
from .vectors import Vectorizer

DIMENSIONS: Final = 176
"""Of a token's vector: half a byte each, three megabytes for all tokens. docs/fast-tier.md says
what more or fewer would bring and take."""

_RARE: Final = 1e-3  # a token of this share of all tokens says half of what one says that is rarer
_CUT: Final = 2.7  # standard deviations
_SMOOTHING: Final = 0.05
# How much the encoder's opinion on a text that it was not trained on counts, beside the label:
# where labels are doubtful it says so, and to differ from it is what the fast tier costs.
_TAUGHT: Final = 0.5
_CHAT: Final = "chat"
_CHAT_WEIGHT: Final = 2.0  # tokens carry over badly from questions of examinations
# Of what held-out texts ask for, beside the encoder's head. The head that they were shown to has
# one network and has learnt two thirds of the texts; the one that ships knows better. A third
# brings most of what all of it would, and does not make the surest surer than they are.
_HEEDED: Final = 1 / 3
_GRID: Final = np.linspace(0.3, 1.0, 71, dtype=np.float32)
"""The confidences from which on answers may be believed."""


@frozen(eq=False)
class _Halves:
    """A model, but for how much its halves count."""

    pooled: Pooled
    words: Words

    def opinions(self, tokens: Lesson, grams: Lesson) -> Floats:
        """Returns what both say; shape (2, n, categories)."""
        return np.stack([self.pooled.outputs(tokens.texts), self.words.outputs(grams.texts)])


def train_fast(encoder: HeldOut, vectorizer: Vectorizer, directory: Path) -> Mapping[str, Figures]:
    """Trains the fast tier on what the category head learns, and on more, and writes it.

    Args:
        encoder: The texts, and what heads said of them that had not learnt them.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of each kind of text when it was held out.
    """
    rows, names = encoder.rows, encoder.names
    taught = softmax(encoder.scores).astype(np.float32)
    tokens = Tokens.load(vectorizer.encoder.checkpoint)
    lesson = _lesson(rows, taught, tokens)
    grams = Lesson(
        [grams_of(ids, tokens.size) for ids in lesson.texts], lesson.targets, lesson.weights
    )
    vectors = principal(vectorizer.token_vectors(), DIMENSIONS)
    salience = _salience(lesson.texts, rows, tokens.size)
    opinions = np.zeros((2, len(rows.texts), len(names)), np.float32)
    for fold in range(FOLDS):
        vectorizer.progress("training the fast tier", fold / (FOLDS + 1))
        is_out = rows.folds == fold
        halves = _halves(lesson.only(~is_out), grams.only(~is_out), vectors, salience)
        opinions[:, is_out] = halves.opinions(lesson.only(is_out), grams.only(is_out))
    vectorizer.progress("training the fast tier", FOLDS / (FOLDS + 1))
    is_judged = ~rows.are_made
    shares = fused(
        list(opinions[:, is_judged]), rows.labels[is_judged], evenly(rows.kinds[is_judged])
    )
    scores = np.asarray(np.einsum("e,enc->nc", shares, opinions), np.float32)
    grounds = grounds_of(
        opinions[0], opinions[1], np.array([len(ids) for ids in lesson.texts], np.intp)
    )
    trust = trust_in(
        scores[is_judged],
        grounds[is_judged],
        rows.labels[is_judged],
        evenly(rows.kinds[is_judged]),
    )
    scores = np.asarray(scores * np.exp(grounds @ trust)[:, None], np.float32)
    said = np.stack([encoder.believed, scores])
    beside = _beside(said[:, is_judged], rows.labels[is_judged], evenly(rows.kinds[is_judged]))
    both = np.asarray(np.einsum("e,enc->nc", beside, said), np.float32)
    losses = {
        kind: losses_of(scores[some], both[some], rows.labels[some])
        for kind in sorted(set(rows.kinds.tolist()))
        if (some := is_judged & (rows.kinds == kind)).any()
    }
    halves = _halves(lesson, grams, vectors, salience)
    _write(
        halves,
        shares,
        {
            "trust": trust,
            "beside": beside,
            "thresholds": _GRID,
            "losses": np.mean(list(losses.values()), axis=0).astype(np.float32),
        },
        {
            "encoder": vectorizer.fingerprint,
            "names": json.dumps(names),
            "digests": json.dumps([digest_of(each) for each in encoder.definitions]),
        },
        directory,
    )
    vectorizer.progress("training the fast tier", 1.0)
    return {
        f"{kind}{who}": figures_of(what[some], rows.labels[some])
        for kind in losses
        if (some := is_judged & (rows.kinds == kind)).any()
        for who, what in (("", scores), (" with the encoder", both))
    }


def principal(vectors: Floats, dimensions: int) -> Floats:
    """Returns vectors in the directions in which they differ most; about 1 in each coordinate."""
    centred = torch.from_numpy(vectors - vectors.mean(axis=0)).double()
    _, directions = torch.linalg.eigh(centred.T @ centred)
    chosen = directions[:, -dimensions:].flip(1)
    # Which way a direction points is chance, but must be the same chance every time.
    chosen = chosen * torch.sign(chosen.gather(0, chosen.abs().argmax(dim=0, keepdim=True)))
    turned = centred @ chosen
    return np.asarray((turned / turned.std()).numpy(), np.float32)


def losses_of(fast: Floats, both: Floats, labels: npt.NDArray[np.intp]) -> Floats:
    """Returns how many more texts are wrong, by how sure the fast tier must be to be believed.

    Args:
        fast: What the fast tier says of texts; shape (n, categories).
        both: What it says together with the encoder.
        labels: What they are.

    Returns:
        For each confidence of the grid, a share of all texts; below 0 if fewer are wrong.
    """
    confidence = softmax(fast).max(axis=1)
    worse = (both.argmax(axis=1) == labels).astype(float) - (fast.argmax(axis=1) == labels)
    is_believed = confidence[None, :] >= _GRID[:, None]
    return np.asarray((is_believed * worse).mean(axis=1), np.float32)


def _beside(said: Floats, labels: npt.NDArray[np.intp], weights: npt.NDArray[np.float32]) -> Floats:
    """Returns how much the encoder's head and the fast tier count where both are asked.

    Args:
        said: What both say of texts that they have not learnt; shape (2, n, categories).
        labels: What these are.
        weights: What each counts.
    """
    head, fast = fused(list(said), labels, weights)
    ratios = np.array([1, _HEEDED * fast / head], np.float32)
    (scale,) = fused([np.asarray(np.einsum("e,enc->nc", ratios, said))], labels, weights)
    return np.asarray(scale * ratios, np.float32)


def _lesson(rows: Rows, taught: Floats, tokens: Tokens) -> Lesson:
    outputs = taught.shape[1]
    known = np.eye(outputs, dtype=np.float32)[rows.labels]
    smooth = (1 - _SMOOTHING) * known + np.float32(_SMOOTHING / outputs)
    weights = np.where(rows.kinds == _CHAT, _CHAT_WEIGHT, 1.0) * rows.weights
    return Lesson(
        [tokens.of(each.text)[0] for each in rows.texts],
        ((1 - _TAUGHT) * smooth + _TAUGHT * taught).astype(np.float32),
        weights.astype(np.float32),
    )


def _halves(lesson: Lesson, grams: Lesson, vectors: Floats, salience: Floats) -> _Halves:
    places = len(vectors) + 2**PAIR_BITS
    return _Halves(pooled(lesson, vectors, salience), words(grams, places))


def _salience(texts: Sequence[npt.NDArray[np.intp]], rows: Rows, size: int) -> Floats:
    """Returns how much each token says to begin with: the less, the more often it comes."""
    shares = np.zeros(size)
    kinds = sorted(set(rows.kinds.tolist()))
    for kind in kinds:
        some = np.flatnonzero((rows.kinds == kind) & ~rows.are_made).tolist()
        counts = np.bincount(np.concatenate([texts[at] for at in some]), minlength=size)
        shares += counts / max(counts.sum(), 1) / len(kinds)
    return (_RARE / (_RARE + shares)).astype(np.float32)


def _write(
    halves: _Halves,
    shares: Floats,
    judgement: Mapping[str, Floats],
    notes: Mapping[str, str],
    directory: Path,
) -> None:
    network, words_ = halves.pooled, halves.words
    (hidden, hidden_bias), (output, output_bias) = network.hidden, network.output
    vectors, vector_scales = shrunk(network.vectors)
    grams, gram_scales = shrunk(words_.weights * shares[1])
    write_weights(
        directory / FAST_FILE,
        {
            "vectors": vectors,
            "vectors.scales": vector_scales,
            "grams": grams,
            "grams.scales": gram_scales,
            "hidden.weight": hidden.astype(np.float16),
            "hidden.bias": hidden_bias,
            "output.weight": (output * shares[0]).astype(np.float16),
            "output.bias": output_bias * shares[0],
            "bias": words_.bias * shares[1],
            **judgement,
        },
        notes,
    )


def shrunk(numbers: Floats) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
    """Returns rows of numbers as half bytes, and what 1 is worth in each row.

    What is far beyond the rest of its row is cut, or the rest would be lost.
    """
    reach = np.minimum(np.abs(numbers).max(axis=1), _CUT * numbers.std(axis=1))
    scales = (reach / LARGEST).astype(np.float16)
    worth = np.maximum(scales.astype(np.float32), np.finfo(np.float16).tiny)[:, None]
    return packed(np.rint(numbers / worth).clip(-LARGEST, LARGEST).astype(np.int8)), scales
