"""A linear model over hashed word and letter sequences, and the rules beside it."""

import json
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen
from safetensors import SafetensorError, safe_open

from semroute.domain.attack import LexicalScore

from .grams import BUCKETS, Grams, grams_of
from .passages import passage_of, span_of
from .rules import fired
from .windows import SIZES, Bounds, windows_of

ARTEFACT: Final = Path(__file__).with_name("attacks.safetensors")

# What a text without a single letter scores: surely no attack.
NOTHING: Final = -20.0

# Rules are read in so many places, those the model finds most suspicious. An attack that hides
# from them behind eight places of its own kind is found by those.
_RULED: Final = 8
_PLACE: Final = SIZES[0]  # letters; of the windows that begin in one place the worst stands for it
# So many of those places are shown to a reader of meaning, lest a decoy be all it sees.
_SHOWN: Final = 4
# A text of so few letters is read by the rules once, as a whole.
WHOLE: Final = 2 * SIZES[0]

Weights: TypeAlias = npt.NDArray[np.float32]
Scores: TypeAlias = npt.NDArray[np.float64]


class AttackModelError(Exception):
    """The file is no model this can run; the operator's fault."""


@frozen(eq=False)
class LexicalAttackModel:
    """A trained model. Several threads may use it at once.

    Args:
        letters: The weight of each bucket of letter sequences; shape (BUCKETS,).
        words: Likewise of word sequences.
        bias: What is added to every window's sum; the calibration is within.
        length: What a window gains per natural logarithm of its letters over those of the longest.
        rule: What is added where a rule fires; it is added once.
    """

    letters: Weights
    words: Weights
    bias: float
    length: float
    rule: float

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> "LexicalAttackModel":
        """Loads a model, by default the one that ships.

        Raises:
            AttackModelError: The file is missing, or is no such model.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                letters = np.asarray(file.get_tensor("letters"), np.float32)
                words = np.asarray(file.get_tensor("words"), np.float32)
                numbers = json.loads((file.metadata() or {})["numbers"])
            bias, length, rule = (float(numbers[name]) for name in _NUMBERS)
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            message = f"{path} is no model of attacks: {type(error).__name__}"
            raise AttackModelError(message) from error
        if letters.shape != (BUCKETS,) or words.shape != (BUCKETS,):
            message = f"{path} has {letters.shape} and {words.shape} weights, not {BUCKETS}"
            raise AttackModelError(message)
        return cls(letters, words, bias, length, rule)

    def score(self, text: str) -> LexicalScore:
        """Returns what the most suspicious windows of a text say; never raises.

        The work is linear in the length of the text, all of which is read.
        """
        grams = grams_of(text)
        count = grams.places.size
        if not count:
            return LexicalScore(NOTHING)
        starts, ends = windows_of(count)
        logits = self._logits(grams, starts, ends)
        suspects = suspects_among(logits, starts)
        spans = [span_of(text, grams, int(starts[at]), int(ends[at])) for at in suspects]
        if count <= WHOLE:
            suspects, rules = suspects[:1], [fired(passage_of(text, 0, len(text)))]
        else:
            rules = [fired(passage_of(text, *span)) for span in spans]
        scores = (
            LexicalScore(float(logits[at]) + self.rule * bool(names), names, *span)
            for at, names, span in zip(suspects, rules, spans, strict=False)
        )
        best, *others = sorted(scores, key=lambda score: -score.logit)[:_SHOWN]
        return evolve(best, others=tuple(others))

    def _logits(self, grams: Grams, starts: Bounds, ends: Bounds) -> Scores:
        letters = _window_means(self.letters, grams.letter_grams, starts, ends)
        firsts, lasts = np.searchsorted(grams.words, starts), np.searchsorted(grams.words, ends)
        words = _window_means(self.words, grams.word_grams, firsts, lasts)
        return letters + words + self.bias + self.length * lengths_of(starts, ends)


def suspects_among(logits: Scores, starts: Bounds) -> list[int]:
    """Returns the most suspicious windows, worst first, no two of which begin in one place."""
    order = np.argsort(-logits, kind="stable")
    _, firsts = np.unique(starts[order] // _PLACE, return_index=True)
    suspects: list[int] = order[np.sort(firsts)[:_RULED]].tolist()
    return suspects


def lengths_of(starts: Bounds, ends: Bounds) -> Scores:
    """Returns how long windows are: logarithms, of which the longest window's is 0."""
    return np.asarray(np.log((ends - starts) / SIZES[0]), np.float64)


def _window_means(
    weights: Weights,
    grams: tuple[npt.NDArray[np.uint32], ...],
    starts: Bounds,
    ends: Bounds,
) -> Scores:
    """Returns each window's sum of weights over the root of how many sequences it may have."""
    sums = np.zeros(int(ends[-1]) + 1)
    for buckets in grams:
        sums[1 : buckets.size + 1] += weights[buckets]
    np.cumsum(sums, out=sums)
    roots = np.sqrt(len(grams) * np.maximum(ends - starts, 1))
    return np.asarray((sums[ends] - sums[starts]) / roots, np.float64)


_NUMBERS: Final = ("bias", "length", "rule")
