"""Trains the encoder's head, on the passages that it will be shown."""

import json
from pathlib import Path
from typing import Final

import numpy as np

from semroute.adapters.torch import load_encoder
from semroute.domain.attack import AttackKind

from .artefact import write
from .bags import Floats
from .letters import Judged
from .logistic import Dense, Line, fit, fit_bags
from .rows import Row
from .texts import Texts
from .vectors import encoded

_STRENGTH: Final = 10.0
_LOOSE: Final = 10.0  # the few numbers of a calibration need no holding back
_STEPS: Final = 200
# Every so manyeth ordinary text is read, and attacks among harmless words, which resemble their
# originals.
_THINNED: Final = {"exam": 4, "intent": 4, "banking": 4, "joined": 8, "tools": 6, "personal": 2}
_THINNED_PADDED: Final = 2
_PASSAGES: Final = 2  # of a long text so many are read


def train_meaning(texts: Texts, judged: Judged, path: Path, cache: Path | None) -> None:
    """Trains the head, weighs it against the letters, and writes it."""
    chosen = [at for at, row in enumerate(texts.rows) if _is_chosen(row, at)]
    shown = [(at, passage) for at in chosen for passage in judged.passages[at][:_PASSAGES]]
    encoder = load_encoder()
    vectors = encoded(encoder, [passage for _, passage in shown], cache)
    rows, owners = Dense(vectors), np.array([at for at, _ in shown])

    def fitted(weights: Floats) -> Line:
        return fit_bags(
            rows,
            vectors.shape[1],
            owners,
            texts.labels,
            weights,
            strength=_STRENGTH,
            steps=_STEPS,
        )

    odds = texts.held_out(lambda weights: fitted(weights).scores(rows), owners)
    # The first passage of each text is the one that the encoder is asked about.
    firsts = np.searchsorted(owners, chosen)
    some = texts.some(chosen)
    table = np.column_stack((judged.odds[chosen], odds[firsts])).astype(np.float32)
    both = fit(Dense(table), 2, some.labels, some.telling, strength=_LOOSE, steps=_STEPS)
    scale = float(both.weights[1] / both.weights[0])
    shift = some.shift(judged.odds[chosen] + scale * odds[firsts])
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


def _is_chosen(row: Row, at: int) -> bool:
    thinned = _THINNED.get(row.source, 1)
    if row.is_attack:
        thinned = _THINNED_PADDED if row.within else 1
    return at % thinned == 0
