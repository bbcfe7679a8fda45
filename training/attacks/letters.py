"""Trains the model of letters, and says what it makes of each text that it has not seen."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS, grams_of
from semroute.adapters.lexical.attacks.model import NOTHING, WHOLE, suspects_among
from semroute.adapters.lexical.attacks.passages import passage_of, span_of
from semroute.adapters.lexical.attacks.rules import fired

from .artefact import write
from .bags import COLUMNS, Bags, Floats, Ints
from .logistic import Dense, Line, fit, fit_bags
from .texts import Texts

_STRENGTH: Final = 10.0
_STEPS: Final = 30
_LOOSE: Final = 10.0  # the few numbers of a calibration need no holding back
_CALIBRATION_STEPS: Final = 200
_MAX_RULE: Final = 5.0  # log odds; no rule is a proof


@frozen(eq=False)
class Judged:
    """What the letters say of each text when it was held out.

    Args:
        odds: The log odds of its worst passage, rules included; shape (texts,).
        passages: Its most suspicious passages, worst first.
    """

    odds: Floats
    passages: tuple[tuple[str, ...], ...]


def train_letters(texts: Texts, path: Path) -> Judged:
    """Trains on all texts and writes the model, after having judged each without itself."""
    bags = Bags.of([row.text for row in texts.rows])
    print(f"{len(texts.rows)} texts, {bags.texts.size} windows", flush=True)

    def fitted(weights: Floats) -> Line:
        return fit_bags(
            bags, COLUMNS, bags.texts, texts.labels, weights, strength=_STRENGTH, steps=_STEPS
        )

    odds = texts.held_out(lambda weights: fitted(weights).scores(bags), bags.texts)
    suspects = [
        _suspects(row.text, *part)
        for row, part in zip(texts.rows, _parts(bags, odds, len(texts.rows)), strict=True)
    ]
    tops = np.array([one.odds for one in suspects])
    fires = np.array([one.fires for one in suspects], np.float64)
    table = np.column_stack((tops, fires)).astype(np.float32)
    line = fit(
        Dense(table), 2, texts.labels, texts.telling, strength=_LOOSE, steps=_CALIBRATION_STEPS
    )
    scale, rule = float(line.weights[0]), min(max(float(line.weights[1]), 0.0), _MAX_RULE)
    scores = scale * tops + rule * fires
    shift = texts.shift(scores)
    print(f"letters: scale {scale:.3f} shift {shift:.3f} rule {rule:.2f}", flush=True)
    _write(fitted(texts.weights), path, scale=scale, shift=shift, rule=rule)
    return Judged(scores + shift, tuple(one.passages for one in suspects))


@frozen
class _Suspects:
    """A text's worst passages.

    Args:
        odds: The log odds of the worst, without rules.
        fires: Whether a rule fires in it.
        passages: All of them, worst first.
    """

    odds: float
    fires: bool
    passages: tuple[str, ...]


def _suspects(text: str, odds: Floats, bounds: Ints) -> _Suspects:
    """Finds the passages that the model that ships would look at."""
    if not odds.size:
        return _Suspects(NOTHING, fires=False, passages=(text,))
    grams = grams_of(text)
    windows = suspects_among(odds, bounds[:, 0])
    passages = [passage_of(text, *span_of(text, grams, *bounds[at].tolist())) for at in windows]
    if grams.places.size <= WHOLE:
        fires = [bool(fired(passage_of(text, 0, len(text))))] + [False] * (len(windows) - 1)
    else:
        fires = [bool(fired(passage)) for passage in passages]
    sums = odds[windows] + _MAX_RULE * np.array(fires)
    order = np.argsort(-sums, kind="stable").tolist()
    best = order[0]
    return _Suspects(float(odds[windows[best]]), fires[best], tuple(passages[at] for at in order))


def _parts(bags: Bags, odds: Floats, texts: int) -> Iterator[tuple[Floats, Ints]]:
    """Yields the windows of each text."""
    ends = np.searchsorted(bags.texts, np.arange(texts), "right")
    starts = np.searchsorted(bags.texts, np.arange(texts))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield odds[start:end], bags.bounds[start:end]


def _write(line: Line, path: Path, *, scale: float, shift: float, rule: float) -> None:
    weights = (line.weights * scale).astype(np.float16)
    numbers = {
        "bias": line.bias * scale + shift,
        "length": float(line.weights[-1]) * scale,
        "rule": rule,
    }
    write(
        {"letters": weights[:BUCKETS], "words": weights[BUCKETS : 2 * BUCKETS]},
        path,
        {"numbers": json.dumps(numbers)},
    )
