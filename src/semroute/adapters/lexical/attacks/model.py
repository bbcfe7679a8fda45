"""Linear models over hashed word and letter sequences, and the rules beside them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen
from safetensors import SafetensorError, safe_open

from semroute.domain.attack import AttackKind, LexicalScore

from .grams import LETTERS, WORDS, Grams, grams_of
from .passages import passage_of, run_of, span_of
from .rules import fired
from .suspects import SHOWN, runs_of, sentences_among, suspects_among
from .weights import Floats, Weights
from .windows import SIZES, Bounds, Windows, ranks_of

ARTEFACT: Final = Path(__file__).with_name("attacks.safetensors")

# What a text without a single letter scores: surely no attack.
NOTHING: Final = -20.0

# So many windows are summed at a time: what is between then stays in the processor's cache.
_AT_ONCE: Final = 1 << 14

# A text of so few letters is read by the rules once, as a whole.
WHOLE: Final = 2 * SIZES[0]

Scores: TypeAlias = npt.NDArray[np.float64]


class AttackModelError(Exception):
    """The file is no model this can run; the operator's fault."""


@frozen(eq=False)
class LexicalAttackModel:
    """Trained models, one for each kind of attack. Several threads may use them at once.

    What a user may well ask for is an attack if a tool returns it, and there are documents that
    read like nothing anybody asks; so no weights are right for both.

    Args:
        weights: Those of each kind.
    """

    weights: Mapping[AttackKind, Weights]

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> "LexicalAttackModel":
        """Loads models, by default those that ship.

        Raises:
            AttackModelError: The file is missing, or has no such models.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                numbers = json.loads((file.metadata() or {})["numbers"])
                return cls(
                    {
                        kind: Weights.unpacked(
                            file.get_tensor(f"{kind}.letters"),
                            file.get_tensor(f"{kind}.words"),
                            numbers[kind],
                        )
                        for kind in AttackKind
                    }
                )
        except ValueError as error:
            message = f"{path} is no model of attacks: {error}"
            raise AttackModelError(message) from error
        except (OSError, SafetensorError, KeyError, TypeError) as error:
            message = f"{path} is no model of attacks: {type(error).__name__}"
            raise AttackModelError(message) from error

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        """Returns what the most suspicious windows of a text say; never raises.

        The work is linear in the length of the text, all of which is read.
        """
        weights, grams = self.weights[kind], grams_of(text)
        count = grams.places.size
        if not count:
            return LexicalScore(NOTHING)
        windows = Windows.of(count, grams.sentences)
        logits = _logits(weights, grams, windows)
        suspects, room = suspects_among(logits, windows), runs_of(count)
        more = sentences_among(logits, windows, SHOWN + room) if room else []
        spans = [span_in(text, grams, windows, at) for at in (*suspects, *more)]
        if count <= WHOLE:
            rules = [fired(passage_of(text, 0, len(text)))] * len(spans)
        else:
            rules = [fired(passage_of(text, *span)) for span in spans]
        scores = [
            LexicalScore(float(logits[at]) + weights.rule * bool(names), names, *span)
            for at, names, span in zip((*suspects, *more), rules, spans, strict=True)
        ]
        worst = sorted(scores[: len(suspects)], key=lambda score: -score.logit)[:SHOWN]
        shown = list(dict.fromkeys((*worst, *scores[len(suspects) :])))[: SHOWN + room]
        best, *others = sorted(shown, key=lambda score: -score.logit)
        return evolve(best, others=tuple(others))


def span_in(text: str, grams: Grams, windows: Windows, window: int) -> tuple[int, int]:
    """Returns where the passage of a window stands, in characters."""
    bounds = int(windows.starts[window]), int(windows.ends[window])
    return (run_of if windows.is_run(window) else span_of)(text, grams, *bounds)


def lengths_of(starts: Bounds, ends: Bounds) -> Scores:
    """Returns how long windows are: logarithms, of which the longest window's is 0."""
    return np.asarray(np.log((ends - starts) / SIZES[0]), np.float64)


def _logits(weights: Weights, grams: Grams, windows: Windows) -> Scores:
    starts, ends = windows.starts, windows.ends
    letters = _window_means(weights.letters, grams.letter_grams, LETTERS, (starts, ends))
    ranks = ranks_of(grams.words, grams.places.size)
    words = _window_means(weights.words, grams.word_grams, WORDS, (ranks[starts], ranks[ends]))
    return letters + words + weights.bias + weights.length * lengths_of(starts, ends)


def _window_means(
    weights: Floats,
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


def _running(numbers: Floats) -> Scores:
    """Returns the sums of the first 0, 1, 2 and so on of some numbers."""
    sums = np.empty(numbers.size + 1)
    sums[0] = 0.0
    numbers.cumsum(dtype=np.float64, out=sums[1:])
    return sums
