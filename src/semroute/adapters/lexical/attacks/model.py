"""A linear model over hashed word and letter sequences, and the rules beside it."""

import json
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen
from safetensors import SafetensorError, safe_open

from semroute.domain.attack import LexicalScore

from .grams import BUCKETS, LETTERS, WORDS, Grams, grams_of
from .passages import passage_of, run_of, span_of
from .rules import fired
from .suspects import SHOWN, runs_of, sentences_among, suspects_among
from .windows import SIZES, Bounds, Windows, ranks_of

ARTEFACT: Final = Path(__file__).with_name("attacks.safetensors")

# What a text without a single letter scores: surely no attack.
NOTHING: Final = -20.0

# So many windows are summed at a time: what is between then stays in the processor's cache.
_AT_ONCE: Final = 1 << 14

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
        windows = Windows.of(count, grams.sentences)
        logits = self._logits(grams, windows)
        suspects, room = suspects_among(logits, windows), runs_of(count)
        more = sentences_among(logits, windows, SHOWN + room) if room else []
        spans = [span_in(text, grams, windows, at) for at in (*suspects, *more)]
        if count <= WHOLE:
            rules = [fired(passage_of(text, 0, len(text)))] * len(spans)
        else:
            rules = [fired(passage_of(text, *span)) for span in spans]
        scores = [
            LexicalScore(float(logits[at]) + self.rule * bool(names), names, *span)
            for at, names, span in zip((*suspects, *more), rules, spans, strict=True)
        ]
        worst = sorted(scores[: len(suspects)], key=lambda score: -score.logit)[:SHOWN]
        shown = list(dict.fromkeys((*worst, *scores[len(suspects) :])))[: SHOWN + room]
        best, *others = sorted(shown, key=lambda score: -score.logit)
        return evolve(best, others=tuple(others))

    def _logits(self, grams: Grams, windows: Windows) -> Scores:
        starts, ends = windows.starts, windows.ends
        letters = _window_means(self.letters, grams.letter_grams, LETTERS, (starts, ends))
        ranks = ranks_of(grams.words, grams.places.size)
        words = _window_means(self.words, grams.word_grams, WORDS, (ranks[starts], ranks[ends]))
        return letters + words + self.bias + self.length * lengths_of(starts, ends)


def span_in(text: str, grams: Grams, windows: Windows, window: int) -> tuple[int, int]:
    """Returns where the passage of a window stands, in characters."""
    bounds = int(windows.starts[window]), int(windows.ends[window])
    return (run_of if windows.is_run(window) else span_of)(text, grams, *bounds)


def lengths_of(starts: Bounds, ends: Bounds) -> Scores:
    """Returns how long windows are: logarithms, of which the longest window's is 0."""
    return np.asarray(np.log((ends - starts) / SIZES[0]), np.float64)


def _window_means(
    weights: Weights,
    grams: tuple[npt.NDArray[np.uint32], ...],
    sizes: tuple[int, ...],
    bounds: tuple[Bounds, Bounds],
) -> Scores:
    """Returns each window's sum of weights over the root of how many sequences it may have.

    Only sequences that end within a window count, so that its neighbours change nothing.
    """
    running = [_running(weights.take(some)) for some in grams]
    means = np.zeros(bounds[0].size)
    for at in range(0, means.size, _AT_ONCE):
        starts, ends = (bound[at : at + _AT_ONCE] for bound in bounds)
        some = means[at : at + _AT_ONCE]
        for size, sums in zip(sizes, running, strict=True):
            last = np.maximum(ends - (size - 1), starts)
            some += sums.take(last, mode="clip") - sums.take(starts, mode="clip")
        some /= np.sqrt(len(sizes) * np.maximum(ends - starts, 1))
    return means


def _running(numbers: Weights) -> Scores:
    """Returns the sums of the first 0, 1, 2 and so on of some numbers."""
    sums = np.empty(numbers.size + 1)
    sums[0] = 0.0
    numbers.cumsum(dtype=np.float64, out=sums[1:])
    return sums


_NUMBERS: Final = ("bias", "length", "rule")
