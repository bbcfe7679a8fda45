"""Trains the fast tier: what a prompt is about, by its tokens alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen

from semroute.adapters.torch.category_head import digest_of
from semroute.adapters.torch.fast.model import FAST_FILE, grounds_of
from semroute.adapters.torch.fast.packing import LARGEST, packed
from semroute.adapters.torch.fast.tokens import Tokens

from .category_texts import Rows, evenly
from .fast_halves import Halves, Lessons, Said, held_out
from .figures import Figures, figures_of, softmax
from .files import write_weights
from .fusion import fused
from .held_out import HeldOut
from .pooled import Floats
from .trust import trust_in
from .vectors import Vectorizer

DIMENSIONS: Final = 176
"""Of a token's vector: half a byte each, three megabytes for all tokens. docs/fast-tier.md says
what more or fewer would bring and take."""

_CUT: Final = 2.7  # standard deviations
# Of what held-out texts ask for, beside the encoder's head. The head that they were shown to has
# one network and has learnt two thirds of the texts; the one that ships knows better. A third
# brings most of what all of it would, and does not make the surest surer than they are.
_HEEDED: Final = 1 / 3
_GRID: Final = np.linspace(0.3, 1.0, 71, dtype=np.float32)
"""The confidences from which on answers may be believed."""


@frozen(eq=False)
class _Judgement:
    """How much the halves and the encoder count, and how sure to be of what they say.

    Args:
        shares: How much each half counts.
        trust: How much to believe them, by what `grounds_of` has.
        alone: What they say of each text, and how sure they are of it; shape (n, categories).
        beside: How much the encoder's scores count, and theirs.
        trust_beside: How much to believe these together, of each kind of text.
        both: What they say together with the encoder, as `alone`.
    """

    shares: Floats
    trust: Floats
    alone: Floats
    beside: Floats
    trust_beside: Floats
    both: Floats

    @classmethod
    def of(cls, said: Said, sizes: npt.NDArray[np.intp], encoder: HeldOut) -> "_Judgement":
        """Returns what suits what was said of texts by who had not learnt them.

        Args:
            said: What the halves said.
            sizes: How many tokens each text has.
            encoder: The texts, and what the encoder's heads said.
        """
        rows, some = encoder.rows, encoder.rows.are_judged
        labels, weights = rows.labels[some], evenly(rows.kinds[some])
        shares = fused([said.network[some], said.words[some]], labels, weights)
        halves = shares[0] * said.network + shares[1] * said.words
        grounds = grounds_of(said.network, said.words, said.kinds, sizes)
        trust, alone = _trusted(halves, grounds, rows)
        opinions = np.stack([encoder.scores, alone])
        beside = _beside(opinions[:, some], labels, weights)
        together = np.asarray(np.einsum("e,enc->nc", beside, opinions), np.float32)
        return cls(shares, trust, alone, beside, *_trusted(together, said.kinds, rows))


def train_fast(encoder: HeldOut, vectorizer: Vectorizer, directory: Path) -> Mapping[str, Figures]:
    """Trains the fast tier on what the category head learns, and on more, and writes it.

    Args:
        encoder: The texts, and what heads said of them that had not learnt them.
        vectorizer: Encodes.
        directory: Where to write it.

    Returns:
        Figures of each kind of text when it was held out.
    """
    rows = encoder.rows
    tokens = Tokens.load(vectorizer.encoder.checkpoint)
    lessons = Lessons.of(rows, softmax(encoder.scores).astype(np.float32), tokens)
    vectors = principal(vectorizer.token_vectors(), DIMENSIONS)
    halves, said = held_out(
        lessons,
        rows,
        vectors,
        lambda share: vectorizer.progress("training the fast tier", share),
    )
    sizes = np.array([len(ids) for ids in lessons.tokens.texts], np.intp)
    judgement = _Judgement.of(said, sizes, encoder)
    kinds = {
        kind: rows.are_judged & (rows.kinds == kind) for kind in np.unique(rows.kinds).tolist()
    }
    kinds = {kind: some for kind, some in kinds.items() if some.any()}
    losses = [
        losses_of(judgement.alone[some], judgement.both[some], rows.labels[some])
        for some in kinds.values()
    ]
    notes = {
        "encoder": vectorizer.fingerprint,
        "names": json.dumps(encoder.names),
        "digests": json.dumps([digest_of(each) for each in encoder.definitions]),
    }
    _write(halves, judgement, np.mean(losses, axis=0).astype(np.float32), notes, directory)
    vectorizer.progress("training the fast tier", 1.0)
    return {
        f"{kind}{who}": figures_of(what[some], rows.labels[some])
        for kind, some in kinds.items()
        for who, what in (("", judgement.alone), (" with the encoder", judgement.both))
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


def _trusted(scores: Floats, grounds: Floats, rows: Rows) -> tuple[Floats, Floats]:
    """Returns how much to believe scores, by what they rest on, and the scores believed so far."""
    some = rows.tell_trust
    trust = trust_in(scores[some], grounds[some], rows.labels[some], evenly(rows.kinds[some]))
    return trust, np.asarray(scores * np.exp(grounds @ trust)[:, None], np.float32)


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


def _write(
    halves: Halves,
    judgement: _Judgement,
    losses: Floats,
    notes: Mapping[str, str],
    directory: Path,
) -> None:
    network, words, kinds = halves.pooled, halves.words, halves.kinds
    (hidden, hidden_bias), (output, output_bias) = network.hidden, network.output
    of_network, of_words = judgement.shares
    vectors, vector_scales = shrunk(network.vectors)
    grams, gram_scales = shrunk(np.concatenate([words.weights * of_words, kinds.weights], axis=1))
    write_weights(
        directory / FAST_FILE,
        {
            "vectors": vectors,
            "vectors.scales": vector_scales,
            "grams": grams,
            "grams.scales": gram_scales,
            "hidden.weight": hidden.astype(np.float16),
            "hidden.bias": hidden_bias,
            "output.weight": (output * of_network).astype(np.float16),
            "output.bias": output_bias * of_network,
            "bias": np.concatenate([words.bias * of_words, kinds.bias]),
            "trust": judgement.trust,
            "beside": judgement.beside,
            "trust_beside": judgement.trust_beside,
            "thresholds": _GRID,
            "losses": losses,
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
