"""Trains the encoder's head for attacks, on the passages that it will be shown."""

from typing import Final

import numpy as np
from attrs import frozen

from semroute.domain.attack import AttackKind

from .attack_extension import HeadRow
from .attack_letters import Judged
from .attack_texts import AttackText, AttackTexts
from .category_texts import Ints
from .logistic import Dense, Line, Odds, Search, fit, fit_bags
from .vectors import Vectorizer

_STRENGTH: Final = 10.0
_LOOSE: Final = 10.0  # the few numbers of a calibration need no holding back
_STEPS: Final = 200
# Every so manyeth ordinary text is read, and attacks among harmless words, which resemble their
# originals.
_THINNED: Final = {"exam": 8, "intent": 4, "banking": 4, "joined": 8, "tools": 6, "personal": 4}
_THINNED_PADDED: Final = 2
# And of what is there to be told from what tools return, half as many.
_THINNED_SAID: Final = 2
# Which passage of a text decides depends on how much the encoder counts, and the other way round.
_ROUNDS: Final = 2
_LEAST: Final = 1e-3
# As for letters; with both there are more attacks to be found for an alarm. At 0.03 the held-out
# recall is 0.66 and not 0.65, and of prompts with an attack's words one in thirty is flagged and
# not one in forty.
_ALARMS: Final = 0.025


@frozen(eq=False)
class Understood:
    """What letters and encoder say together of the texts that both read, when held out.

    Args:
        texts: Those texts.
        odds: The log odds of both, added.
        row: What was learnt of all of them.
    """

    texts: AttackTexts
    odds: Odds
    row: HeadRow


def train_meaning(
    texts: AttackTexts, judged: Judged, vectorizer: Vectorizer, kind: AttackKind
) -> Understood:
    """Trains the head's row for a kind of attack, and weighs it against the letters."""
    chosen = [at for at, row in enumerate(texts.rows) if _is_chosen(row, at, kind)]
    shown = [(at, each) for at in chosen for each in judged.passages[at]]
    vectors = vectorizer.vectors([each.text for _, each in shown], f"{kind} passages")
    search = Search(vectors.shape[1], _STRENGTH, _STEPS)
    rows, owners = Dense(vectors), np.array([at for at, _ in shown])

    def fitted(weights: Odds) -> Line:
        return fit_bags(rows, owners, texts.labels, weights, search)

    odds = texts.held_out(lambda weights: fitted(weights).scores(rows), owners)
    letters = np.array([each.odds for _, each in shown])
    some = texts.some(chosen)
    scale, tops = 1.0, np.searchsorted(owners, chosen)
    for _ in range(_ROUNDS):
        table = np.column_stack((letters, odds))[tops].astype(np.float32)
        both = fit(Dense(table), some.labels, some.telling, Search(2, _LOOSE, _STEPS))
        # Letters that know nothing (of a handful of texts) are no measure.
        scale = max(float(both.weights[1]), 0.0) / max(float(both.weights[0]), _LEAST)
        tops = _tops(letters + scale * odds, owners)
    together = (letters + scale * odds)[tops]
    shift = some.shift(together, _ALARMS)
    line = fitted(texts.weights)
    row = HeadRow(
        line.weights * np.float32(scale),
        line.bias * scale + shift,
        _temperature(some, together + shift),
    )
    return Understood(some, together + shift, row)


def _temperature(texts: AttackTexts, odds: Odds) -> float:
    """Returns what to divide the mean of both by, for it to be as sure as it is right.

    How common attacks are elsewhere nobody knows: where even odds lie is a matter of how many
    ordinary texts may be flagged, and only how fast they change on either side is fitted.
    """
    mean = Dense((odds / 2).astype(np.float32)[:, None])
    line = fit(mean, texts.labels, texts.telling, Search(1, _LOOSE, _STEPS))
    # A handful of texts may have nothing to tell.
    return 1 / sureness if (sureness := float(line.weights[0])) > _LEAST else 1.0


def _tops(scores: Odds, owners: Ints) -> Ints:
    """Returns which part of each text scores highest."""
    order = np.lexsort((-scores, owners))
    _, firsts = np.unique(owners[order], return_index=True)
    return np.asarray(order[firsts], np.intp)


def _is_chosen(row: AttackText, at: int, kind: AttackKind) -> bool:
    thinned = _THINNED.get(row.source, 1)
    if row.is_attack:
        thinned = _THINNED_PADDED if row.within else 1
    if kind is AttackKind.INJECTION and not row.is_returned:
        thinned *= _THINNED_SAID
    return at % thinned == 0
