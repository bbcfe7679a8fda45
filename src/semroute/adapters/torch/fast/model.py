"""What a prompt is about, by its tokens: their vectors' mean, and which tokens and pairs it has."""

import math
import operator
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from semroute.adapters.torch.artefact import HEADS, Artefact
from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification

from .packing import unpacked
from .tokens import PAIR_BITS, Ids, Tokens, grams_of

FAST_FILE: Final = "fast.safetensors"

Floats = npt.NDArray[np.float32]


@frozen(eq=False)
class FastModel:
    """A trained model. Several threads may use it at once.

    It is a `QuickClassifier` for the categories it was narrowed to. Its two halves each give log
    odds, and are added: a small network on the direction that the prompt's token vectors have
    in common, and a weight for every token and pair of tokens. How far the sum is
    believed depends on which kind of text the prompt seems to be by its words, as an everyday
    prompt or an examination question, on whether both say the same, and on how long it is.

    It knows words, and the encoder what they mean: together they are right more often than
    either, so it is heeded where the encoder has been asked, too.

    Args:
        names: The categories, sorted.
        digests: What each said of itself when it was learnt.
        tokens: The tokenizer.
        vectors: A vector for each token, the longer the more it says; shape (tokens.size, n).
        hidden: Weight (width, n) and bias (width,) of the network's hidden layer.
        output: Weight (len(names), width) and bias (len(names),) of its output.
        grams: What each token and pair says of each category, by its place, and then of each
            kind of text; shape (tokens.size + 2 ** PAIR_BITS, len(names) + kinds).
        bias: What is added to that; shape (len(names) + kinds,).
        trust: How much to believe both halves: of each kind of text, where they are of one mind,
            and by the logarithm of how many tokens there are. Their sum is that of a logarithm.
        beside: How much the encoder's scores count, and these, where there are both.
        trust_beside: The logarithm of how much to believe these together, of each kind of text;
            shape (kinds,).
        thresholds: Confidences, rising.
        losses: For each of them, the share of prompts that come off worse, beyond those that
            come off better, when answers of that confidence are believed without asking the
            encoder as well; on an even mix of all kinds of texts, which neither was trained on.
    """

    names: tuple[str, ...]
    digests: tuple[str, ...]
    tokens: Tokens
    vectors: Floats
    hidden: tuple[Floats, Floats]
    output: tuple[Floats, Floats]
    grams: Floats
    bias: Floats
    trust: Floats
    beside: Floats
    trust_beside: Floats
    thresholds: Floats
    losses: Floats

    @classmethod
    def load(cls, tokens: Tokens, directory: Path = HEADS) -> "FastModel":
        """Loads the model for a tokenizer's encoder.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        artefact = Artefact.open(directory / FAST_FILE, tokens.fingerprint)
        names, digests = artefact.texts("names"), artefact.texts("digests")
        count = len(names)
        if list(names) != sorted(set(names)) or len(digests) != count or not count:
            message = f"{artefact.path} does not say which categories it is about"
            raise CheckpointError(message)
        hidden = artefact.tensor("hidden.weight", None, None)
        thresholds = artefact.tensor("thresholds", None)
        trust_beside = artefact.tensor("trust_beside", None)
        kinds = len(trust_beside)
        return cls(
            names,
            digests,
            tokens,
            _unpacked(artefact, "vectors", tokens.size, hidden.shape[1]),
            (hidden, artefact.tensor("hidden.bias", len(hidden))),
            (
                artefact.tensor("output.weight", count, len(hidden)),
                artefact.tensor("output.bias", count),
            ),
            _unpacked(artefact, "grams", tokens.size + 2**PAIR_BITS, count + kinds),
            artefact.tensor("bias", count + kinds),
            artefact.tensor("trust", kinds + 2),
            artefact.tensor("beside", 2),
            trust_beside,
            thresholds,
            artefact.tensor("losses", len(thresholds)),
        )

    def narrowed(self, names: Sequence[str]) -> "FastModel":
        """Returns the same model for some of its categories, as if there were no others."""
        places = [self.names.index(name) for name in sorted(names)]
        (weight, bias) = self.output
        columns = [*places, *range(len(self.names), len(self.bias))]
        return evolve(
            self,
            names=tuple(self.names[at] for at in places),
            digests=tuple(self.digests[at] for at in places),
            output=(weight[places], bias[places]),
            # Rows stay in one piece: `take` would copy all of them first, a millisecond each time.
            grams=np.ascontiguousarray(self.grams[:, columns]),
            bias=self.bias[columns],
        )

    def threshold(self, risk: float) -> float | None:
        """Returns the confidence from which on it may answer alone at a risk.

        Args:
            risk: The share of all prompts that may come off worse than with the encoder.

        Returns:
            None if none is high enough.
        """
        # Not the first that will do: below one that loses too much, losses may seem less by chance.
        is_above = np.flatnonzero(self.losses > risk)
        first = int(is_above[-1]) + 1 if is_above.size else 0
        return float(self.thresholds[first]) if first < len(self.thresholds) else None

    def classify(self, prompt: Prompt) -> Classification:
        """Returns what the prompt's tokens say."""
        ids, coverage = self.tokens.of(prompt.text)
        scores, _ = self.scores(ids)
        weights = np.exp((scores - scores.max()).astype(np.float64))
        shares: list[float] = (weights / weights.sum()).tolist()
        return Classification.ranked(dict(zip(self.names, shares, strict=True)), coverage)

    def with_encoder(self, encoder: Floats, text: str) -> Floats:
        """Returns the log odds of every category when the encoder has been asked as well.

        Args:
            encoder: The log odds by its head; shape (len(names),).
            text: The prompt.
        """
        ids, _ = self.tokens.of(text)
        ours, kinds = self.scores(ids)
        both = self.beside[0] * encoder + self.beside[1] * ours
        return np.asarray(both * np.exp(np.vecdot(kinds, self.trust_beside)), np.float32)

    def scores(self, ids: Ids) -> tuple[Floats, Floats]:
        """Returns the log odds of every category, but for what they have in common, and kinds.

        Returns:
            The second is how probable it is that the text is of each kind; shape (kinds,).
        """
        network, said = self._network(ids), self._words(ids)
        words = said[: len(self.names)]
        kinds = shares_of(said[len(self.names) :])
        # As `grounds_of`, whose arrays would take as long as both halves together.
        *by_kind, united, longer = self.trust.tolist()
        is_united = network.argmax() == words.argmax()
        sure = sum(map(operator.mul, by_kind, kinds.tolist()))
        trust = math.exp(sure + united * is_united + longer * math.log1p(len(ids)))
        return np.asarray((network + words) * np.float32(trust), np.float32), kinds

    def _network(self, ids: Ids) -> Floats:
        total = np.add.reduce(self.vectors.take(ids, axis=0), axis=0)
        direction = total / np.float32(max(math.sqrt(np.vecdot(total, total)), 1e-12))
        weight, bias = self.hidden
        # Not `@`, as in the category head: BLAS would wake threads of its own.
        inner = np.maximum(np.vecdot(weight, direction) + bias, 0)
        weight, bias = self.output
        return np.asarray(np.vecdot(weight, inner) + bias, np.float32)

    def _words(self, ids: Ids) -> Floats:
        places = grams_of(ids, self.tokens.size)
        total = np.add.reduce(self.grams.take(places, axis=0), axis=0)
        share = np.float32(1 / math.sqrt(max(len(places), 1)))
        return np.asarray(total * share + self.bias, np.float32)


def grounds_of(
    network: Floats, words: Floats, kinds: Floats, sizes: npt.NDArray[np.intp]
) -> Floats:
    """Returns what the trust in some prompts' scores rests on; shape (prompts, kinds + 2).

    Args:
        network: What one half says of each; shape (prompts, categories).
        words: What the other says.
        kinds: How probable it is that each is of each kind; shape (prompts, kinds).
        sizes: How many tokens each has.
    """
    are_of_one_mind = network.argmax(axis=1) == words.argmax(axis=1)
    return np.column_stack((kinds, are_of_one_mind, np.log1p(sizes))).astype(np.float32)


def shares_of(odds: Floats) -> Floats:
    """Returns log odds as probabilities, which sum to 1 along the last axis."""
    weights = np.exp(odds - odds.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float32)


def _unpacked(artefact: Artefact, name: str, rows: int, columns: int) -> Floats:
    """Returns numbers that are kept as half bytes, with a scale for each row."""
    scales = artefact.tensor(f"{name}.scales", rows)
    halves = unpacked(artefact.tensor(name, rows, -(-columns // 2)).astype(np.int8))
    return np.asarray(halves[:, :columns] * scales[:, None], np.float32)
