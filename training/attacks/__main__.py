"""Trains the models of attacks and writes them where they ship.

    python -m training.attacks --data DIR [--out SRC] [--cache FILE]

Deterministic: the same data and the same versions give the same bytes.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS
from semroute.adapters.lexical.attacks.model import passage_of
from semroute.adapters.lexical.attacks.rules import fired
from semroute.adapters.torch import load_encoder
from semroute.domain.attack import AttackKind

from .artefact import write
from .bags import COLUMNS, Bags, Floats, Ints
from .logistic import Dense, Line, fit, fit_bags
from .rows import Row, training_rows
from .vectors import encoded

_SOURCE: Final = Path(__file__).parents[2] / "src"
_LEXICAL: Final = "semroute/adapters/lexical/attacks/attacks.safetensors"
_ENCODER: Final = "semroute/adapters/torch/heads/attacks.safetensors"

_FOLDS: Final = 3
_LEXICAL_STRENGTH: Final = 10.0
_LEXICAL_STEPS: Final = 30
_ENCODER_STRENGTH: Final = 10.0
_ENCODER_STEPS: Final = 200
_LOOSE: Final = 10.0  # the few numbers of a calibration need no holding back
# Of the ordinary texts that look most like attacks, so many may be flagged at a logit of 0.
_FALSE_ALARMS: Final = 0.01
# What the encoder's head gains after that, in log odds, so that what the letters alone find is kept
# when the encoder is asked. Chosen on the collection's dev split, with 0, 1 and 2 beside it.
_LENIENCY: Final = 1.5
_MAX_RULE: Final = 5.0  # log odds; no rule is a proof
# The encoder learns from all attacks and near-attacks, and from every so manyeth ordinary text.
_THINNED: Final = {
    "exam": 4,
    "intent": 4,
    "banking": 4,
    "joined": 12,
    "tools": 6,
    "personal": 2,
}


@frozen(eq=False)
class Texts:
    """The training rows, column by column."""

    rows: tuple[Row, ...]
    labels: npt.NDArray[np.bool_]
    weights: Floats
    folds: Ints

    @classmethod
    def of(cls, rows: list[Row]) -> "Texts":
        """Arranges rows."""
        return cls(
            tuple(rows),
            np.array([row.is_attack for row in rows]),
            np.array([row.weight for row in rows]),
            np.array([row.fold % _FOLDS for row in rows]),
        )

    @property
    def are_tricky(self) -> npt.NDArray[np.bool_]:
        """Which texts are ordinary but look like attacks."""
        plain = {"exam", "intent", "banking", "personal", "tools", "joined", "deepset", "log"}
        return np.array([not row.is_attack and row.source not in plain for row in self.rows])


def main() -> None:
    """Trains and writes both models."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data sets")
    parser.add_argument("--out", type=Path, default=_SOURCE, help="the folder of the package")
    parser.add_argument("--cache", type=Path, help="a file (.npz) to remember vectors in")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    texts = Texts.of(training_rows(arguments.data))
    bags = Bags.of([row.text for row in texts.rows])
    print(f"{len(texts.rows)} texts, {bags.texts.size} windows", flush=True)

    line = _fit_lexical(bags, texts, texts.weights)
    odds = _held_out(
        lambda weights: _fit_lexical(bags, texts, weights).scores(bags), bags.texts, texts
    )
    best = _best_windows(odds, bags.texts, len(texts.rows))
    lexical = _lexical_odds(odds[best], bags, best, texts)
    _write_lexical(line, lexical, arguments.out / _LEXICAL)

    _train_encoder(
        bags, texts, best, lexical.odds, path=arguments.out / _ENCODER, cache=arguments.cache
    )


@frozen(eq=False)
class Calibrated:
    """How a window's sum becomes log odds, and those of every training text when held out."""

    scale: float
    shift: float
    first_rule: float
    more_rules: float
    odds: Floats


def _fit_lexical(bags: Bags, texts: Texts, weights: Floats) -> Line:
    return fit_bags(
        bags,
        COLUMNS,
        bags.texts,
        texts.labels,
        weights,
        strength=_LEXICAL_STRENGTH,
        steps=_LEXICAL_STEPS,
    )


def _held_out(scored: Callable[[Floats], Floats], owners: Ints, texts: Texts) -> Floats:
    """Returns what each window scores when its text was not learnt from."""
    odds = np.empty(owners.size)
    for fold in range(_FOLDS):
        outside = texts.folds == fold
        inside = scored(np.where(outside, 0.0, texts.weights))
        odds[outside[owners]] = inside[outside[owners]]
    return odds


def _best_windows(odds: Floats, owners: Ints, count: int) -> Ints:
    best = np.zeros(count, np.intp)
    order = np.lexsort((odds, owners))
    best[owners[order]] = order  # the last of each text, which is its highest
    return best


def _lexical_odds(odds: Floats, bags: Bags, best: Ints, texts: Texts) -> Calibrated:
    """Calibrates the highest window's sum, together with what rules add to it."""
    fires = np.array(
        [
            len(fired(passage_of(row.text, *bags.passages[window])))
            for row, window in zip(texts.rows, best, strict=True)
        ]
    )
    table = np.column_stack((odds, fires > 0, np.maximum(fires - 1, 0))).astype(np.float32)
    line = fit(Dense(table), 3, texts.labels, texts.weights, strength=_LOOSE, steps=_ENCODER_STEPS)
    scale, first, more = (float(value) for value in line.weights)
    first, more = min(max(first, 0.0), _MAX_RULE), min(max(more, 0.0), _MAX_RULE)
    calibrated = scale * odds + first * (fires > 0) + more * np.maximum(fires - 1, 0)
    shift = -float(np.quantile(calibrated[texts.are_tricky], 1 - _FALSE_ALARMS))
    print(f"lexical: scale {scale:.3f} shift {shift:.3f} rules {first:.2f} {more:.2f}")
    return Calibrated(scale, shift, first, more, calibrated + shift)


def _write_lexical(line: Line, calibrated: Calibrated, path: Path) -> None:
    weights = (line.weights * calibrated.scale).astype(np.float16)
    numbers = {
        "bias": line.bias * calibrated.scale + calibrated.shift,
        "first_rule": calibrated.first_rule,
        "more_rules": calibrated.more_rules,
    }
    write(
        {"letters": weights[:BUCKETS], "words": weights[BUCKETS:]},
        path,
        {"numbers": json.dumps(numbers)},
    )


def _train_encoder(
    bags: Bags, texts: Texts, best: Ints, lexical: Floats, *, path: Path, cache: Path | None
) -> None:
    """Trains the head for vectors, on the passages that it would be shown."""
    chosen = np.array([_is_chosen(row, index) for index, row in enumerate(texts.rows)])
    ordinals = np.arange(bags.texts.size) - np.searchsorted(bags.texts, bags.texts)
    used = np.flatnonzero(chosen[bags.texts] & (ordinals % 2 == 0))
    used = np.union1d(used, best[chosen])
    encoder = load_encoder()
    vectors = encoded(
        encoder,
        [passage_of(texts.rows[bags.texts[at]].text, *bags.passages[at]) for at in used],
        cache,
    )
    rows, owners = Dense(vectors), bags.texts[used]

    def fitted(weights: Floats) -> Line:
        return fit_bags(
            rows,
            vectors.shape[1],
            owners,
            texts.labels,
            weights,
            strength=_ENCODER_STRENGTH,
            steps=_ENCODER_STEPS,
        )

    odds = _held_out(lambda weights: fitted(weights).scores(rows), owners, texts)
    shown = np.flatnonzero(np.isin(used, best))  # what the encoder would be shown at run time
    who = owners[shown]
    table = odds[shown, None].astype(np.float32)
    calibration = fit(
        Dense(table),
        1,
        texts.labels[who],
        texts.weights[who],
        strength=_LOOSE,
        steps=_ENCODER_STEPS,
    )
    scale = float(calibration.weights[0])
    tricky = texts.are_tricky[who]
    together = scale * odds[shown] + lexical[who]
    shift = _LENIENCY - float(np.quantile(together[tricky], 1 - _FALSE_ALARMS))
    print(f"encoder: scale {scale:.3f} shift {shift:.3f}")
    line = fitted(texts.weights)
    kinds = list(AttackKind)
    path.parent.mkdir(exist_ok=True)
    write(
        {
            "weight": np.tile(line.weights * np.float32(scale), (len(kinds), 1)),
            "bias": np.full(len(kinds), line.bias * scale + shift, np.float32),
        },
        path,
        {"encoder": encoder.checkpoint.fingerprint, "kinds": json.dumps(kinds)},
    )


def _is_chosen(row: Row, index: int) -> bool:
    return row.is_attack or index % _THINNED.get(row.source, 1) == 0


if __name__ == "__main__":
    main()
