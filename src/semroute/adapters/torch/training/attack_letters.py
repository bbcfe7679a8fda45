"""Trains the model of letters, and says what it makes of each text that it has not seen."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.attack import AttackKind

from .attack_texts import AttackTexts
from .category_texts import Ints
from .logistic import Dense, Line, Odds, Rows, Search, fit, fit_bags

_STRENGTH: Final = 10.0
# The fit is far from settled, and 60 find one more attack of 200 at half as much again.
_STEPS: Final = 40
_LOOSE: Final = 10.0  # the few numbers of a calibration need no holding back
_CALIBRATION_STEPS: Final = 200
# Of the ordinary texts that look most like attacks, so many may be flagged by letters alone. They
# are chosen for their looks, so of all prompts it is far fewer.
_ALARMS: Final = 0.02


class Windows(Rows, Protocol):
    """The windows of some texts, as rows of a matrix."""

    @property
    def texts(self) -> Ints:
        """Which text each window is of, rising."""
        ...


class Suspect(Protocol):
    """One of a text's worst passages."""

    @property
    def text(self) -> str:
        """The passage."""
        ...

    @property
    def odds(self) -> float:
        """Its log odds, without rules."""
        ...

    @property
    def fires(self) -> bool:
        """Whether a rule fires in it."""
        ...


@frozen(eq=False)
class Fitted:
    """What was found for one kind of attack.

    Args:
        weights: Of all columns.
        bias: What is added always.
        rule: What is added where a rule fires.
    """

    weights: npt.NDArray[np.float32]
    bias: float
    rule: float


class LetterModel(Protocol):
    """A model of letters, but for its weights; `adapters/lexical/training` has one."""

    @property
    def columns(self) -> int:
        """How many weights it has."""
        ...

    @property
    def max_rule(self) -> float:
        """What a rule may add at most, in log odds."""
        ...

    def bags(self, texts: Sequence[str]) -> Windows:
        """Returns the windows of texts."""
        ...

    def suspects(self, text: str, odds: Odds) -> Sequence[Suspect]:
        """Returns a text's worst passages, worst first, of the odds of its windows."""
        ...

    def write(self, fitted: Mapping[AttackKind, Fitted], directory: Path) -> None:
        """Writes what was found for each kind of attack."""
        ...


@frozen
class Shown:
    """A passage, and what the letters say of it: log odds, rules included."""

    text: str
    odds: float


@frozen(eq=False)
class Judged:
    """What the letters say of each text when it was held out.

    Args:
        odds: The log odds of its worst passage, rules included; shape (texts,).
        passages: Its most suspicious passages, worst first.
        fitted: What was learnt of all of them.
    """

    odds: Odds
    passages: tuple[tuple[Shown, ...], ...]
    fitted: Fitted


def train_letters(texts: AttackTexts, model: LetterModel) -> Judged:
    """Trains on all texts, after having judged each without itself."""
    bags = model.bags([row.text for row in texts.rows])
    search = Search(model.columns, _STRENGTH, _STEPS)

    def fitted(weights: Odds) -> Line:
        return fit_bags(bags, bags.texts, texts.labels, weights, search)

    odds = texts.held_out(lambda weights: fitted(weights).scores(bags), bags.texts)
    suspects = [
        model.suspects(row.text, part)
        for row, part in zip(texts.rows, _parts(bags, odds, len(texts.rows)), strict=True)
    ]
    tops = np.array([some[0].odds for some in suspects])
    fires = np.array([some[0].fires for some in suspects], np.float64)
    table = np.column_stack((tops, fires)).astype(np.float32)
    line = fit(Dense(table), texts.labels, texts.telling, Search(2, _LOOSE, _CALIBRATION_STEPS))
    scale, rule = float(line.weights[0]), min(max(float(line.weights[1]), 0.0), model.max_rule)
    scores = [[scale * each.odds + rule * each.fires for each in some] for some in suspects]
    highest = np.array([max(some) for some in scores])
    shift = texts.shift(highest, _ALARMS)
    whole = fitted(texts.weights)
    weights = (whole.weights * scale).astype(np.float32)
    passages = tuple(
        tuple(Shown(each.text, score + shift) for each, score in zip(some, own, strict=True))
        for some, own in zip(suspects, scores, strict=True)
    )
    return Judged(highest + shift, passages, Fitted(weights, whole.bias * scale + shift, rule))


def _parts(bags: Windows, odds: Odds, texts: int) -> Iterator[Odds]:
    """Yields the odds of each text's windows."""
    ends = np.searchsorted(bags.texts, np.arange(texts), "right")
    starts = np.searchsorted(bags.texts, np.arange(texts))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield odds[start:end]
