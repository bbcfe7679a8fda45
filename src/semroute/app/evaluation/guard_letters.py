"""What the letters may decide alone about attacks, at what risk."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen

from .calibration import is_for_choosing
from .guard import LabelledText
from .guard_bounds import Bounds, Figures, widest
from .guard_parts import Weighed, weigh
from .heard import Heard
from .tried import TriedScreen

RISKS: Final = (0.0, 0.001, 0.003, 0.01)
"""Risks that are told of, beside one that is asked for."""

DEFAULT_RISK: Final = 0.003
"""The risk of the fast tier of categories."""

_LEAST: Final = 20  # with fewer, one text is more than five points of recall


@frozen
class Half:
    """How many texts of each class are in one half.

    Args:
        attacks: Attacks.
        others: Texts that are none.
    """

    attacks: int
    others: int

    @classmethod
    def of(cls, texts: Sequence[LabelledText]) -> "Half":
        """Returns the size of some texts."""
        attacks = sum(text.is_attack for text in texts)
        return cls(attacks, len(texts) - attacks)

    @property
    def size(self) -> int:
        """How many there are."""
        return self.attacks + self.others


@frozen
class NoReader:
    """Nobody judges attacks by meaning, so the letters decide all of it."""


@frozen
class TooFew:
    """There are too few texts of a class to choose bounds.

    Args:
        chosen_on: Those to choose them on.
        confirmed_on: Those to say what they come to.
        needed: How many of each class are the least in each half.
    """

    chosen_on: Half
    confirmed_on: Half
    needed: int = _LEAST


@frozen
class Tried:
    """Bounds, and what they come to on the half that they were not chosen on."""

    bounds: Bounds
    figures: Figures


@frozen
class LettersReport:
    """What bounds come to.

    Args:
        configured: The configured ones.
        chosen: The widest for each risk, by the risk.
        always: What comes of asking the encoder about everything.
        risk: The risk that was asked for, one of those.
        chosen_on: The texts that they were chosen on.
        confirmed_on: The texts that the figures are of.
        cut: How many texts were too long for the encoder to read all of them.
    """

    configured: Tried
    chosen: Mapping[float, Tried]
    always: Tried
    risk: float
    chosen_on: Half
    confirmed_on: Half
    cut: int


async def evaluate_letters(
    tried: TriedScreen,
    heard: Heard | None,
    texts: Sequence[LabelledText],
    risk: float = DEFAULT_RISK,
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> LettersReport | NoReader | TooFew:
    """Finds bounds for some risks on one half of the texts, and tries them on the other half.

    Equal texts are in the same half.

    Args:
        tried: What screens the texts.
        heard: Whoever reads them for it, and what was read already; None if there is nobody.
        texts: The texts.
        risk: A further risk to find bounds for.
        progress: Told how far it is.

    Raises:
        UnscreenedError: A text could not be read.
    """
    if heard is None:
        return NoReader()
    distinct = list(dict.fromkeys(texts))
    chosen_on = Half.of([text for text in distinct if is_for_choosing(text.text)])
    confirmed_on = Half.of([text for text in distinct if not is_for_choosing(text.text)])
    sizes = (chosen_on.attacks, chosen_on.others, confirmed_on.attacks, confirmed_on.others)
    if min(sizes) < _LEAST:
        return TooFew(chosen_on, confirmed_on)
    weighed = await weigh(
        tried, heard, distinct, lambda share: progress("asking the encoder about the rest", share)
    )
    if all(not reading.attacks for reading in heard.said.values()):
        return NoReader()
    first = [each for each in weighed if is_for_choosing(each.text.text)]
    second = [each for each in weighed if not is_for_choosing(each.text.text)]
    thresholds = [tried.threshold(origin) for origin in {each.origin for each in distinct}]
    chosen = widest(first, sorted({*RISKS, risk}), (min(thresholds), max(thresholds)))
    configured = tried.screen.cascade
    return LettersReport(
        Tried(Bounds.of(configured), Figures.of(second, configured)),
        {risk: _tried(bounds, second) for risk, bounds in chosen.items()},
        _tried(Bounds(), second),
        risk,
        chosen_on,
        confirmed_on,
        sum(not each.is_whole for each in weighed),
    )


def _tried(bounds: Bounds, texts: Sequence[Weighed]) -> Tried:
    return Tried(bounds, Figures.of(texts, bounds.cascade))
