"""A linear model over hashed word and letter sequences, and the rules beside it."""

import json
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen
from safetensors import SafetensorError, safe_open

from semroute.domain.attack import LexicalScore

from .grams import BUCKETS, Grams, Places, grams_of
from .rules import fired
from .windows import MARGIN, windows_of

ARTEFACT: Final = Path(__file__).with_name("attacks.safetensors")

# What a text without a single letter scores: surely no attack.
NOTHING: Final = -20.0

# Rules are read in so many windows, those the model finds most suspicious. An attack that hides
# from them behind eight windows of its own kind is found by those.
_RULED: Final = 8
# A passage of a window has at most so many characters once its blanks are collapsed; more only if
# someone padded it with punctuation.
_MAX_PASSAGE: Final = 4096

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
        first_rule: What the first rule that fires adds.
        more_rules: What each further one adds.
    """

    letters: Weights
    words: Weights
    bias: float
    first_rule: float
    more_rules: float

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
            bias, first, more = (float(numbers[name]) for name in _NUMBERS)
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            message = f"{path} is no model of attacks: {type(error).__name__}"
            raise AttackModelError(message) from error
        if letters.shape != (BUCKETS,) or words.shape != (BUCKETS,):
            message = f"{path} has {letters.shape} and {words.shape} weights, not {BUCKETS}"
            raise AttackModelError(message)
        return cls(letters, words, bias, first, more)

    def score(self, text: str) -> LexicalScore:
        """Returns what the most suspicious window of a text says; never raises.

        The work is linear in the length of the text, all of which is read.
        """
        grams = grams_of(text)
        count = grams.places.size
        if not count:
            return LexicalScore(NOTHING)
        starts, ends = windows_of(count)
        logits = self._logits(grams, starts, ends)
        suspects = np.argsort(-logits, kind="stable")[:_RULED].tolist()
        spans = [_span(text, grams.places, int(starts[at]), int(ends[at])) for at in suspects]
        if starts.size <= _RULED:  # so short that the rules read it as a whole, and once
            suspects, rules = suspects[:1], [fired(passage_of(text, 0, len(text)))]
        else:
            rules = [fired(passage_of(text, *span)) for span in spans]
        scores = (
            LexicalScore(float(logits[at]) + self.added_by(len(names)), names, *span)
            for at, names, span in zip(suspects, rules, spans, strict=False)
        )
        return max(scores, key=lambda score: score.logit)

    def added_by(self, rules: int) -> float:
        """Returns what so many rules that fire add to a logit."""
        return self.first_rule + (rules - 1) * self.more_rules if rules else 0.0

    def _logits(
        self, grams: Grams, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
    ) -> Scores:
        letters = _window_means(self.letters, grams.letter_grams, starts, ends)
        firsts, lasts = np.searchsorted(grams.words, starts), np.searchsorted(grams.words, ends)
        words = _window_means(self.words, grams.word_grams, firsts, lasts)
        return letters + words + self.bias


def passage_of(text: str, start: int, end: int) -> str:
    """Returns a passage with its blanks collapsed, bounded."""
    return " ".join(text[start:end].split())[:_MAX_PASSAGE]


def _span(text: str, places: Places, start: int, end: int) -> tuple[int, int]:
    """Returns where a window's passage stands, in characters.

    Marks at the very edge of a text belong to it, as in `<|im_start|>`.
    """
    first, last = start - MARGIN, end + MARGIN - 1
    return (
        int(places[first]) if first > 0 else 0,
        int(places[last]) + 1 if last < places.size - 1 else len(text),
    )


def _window_means(
    weights: Weights,
    grams: tuple[npt.NDArray[np.uint32], ...],
    starts: npt.NDArray[np.intp],
    ends: npt.NDArray[np.intp],
) -> Scores:
    """Returns each window's sum of weights over the root of how many sequences it may have."""
    sums = np.zeros(int(ends[-1]) + 1)
    for buckets in grams:
        sums[1 : buckets.size + 1] += weights[buckets]
    np.cumsum(sums, out=sums)
    roots = np.sqrt(len(grams) * np.maximum(ends - starts, 1))
    return np.asarray((sums[ends] - sums[starts]) / roots, np.float64)


_NUMBERS: Final = ("bias", "first_rule", "more_rules")
