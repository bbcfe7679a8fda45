"""Whether attacks are still found when somebody hides them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from attrs import frozen

from semroute.app.evasions import DEPTHS, EVASIONS, FILLER_TOKENS, buried, in_parts, in_turns
from semroute.domain.passage import Origin

from .guard import LabelledText
from .statistics import Proportion
from .tried import Outcome, TriedScreen

_PLAIN: Final = "unchanged"


@frozen
class Trial:
    """What became of texts that were all changed in one way.

    Args:
        name: The way.
        recall: How many attacks are found.
        flips: Of those that are found unchanged, how many are missed.
        alarms: How many ordinary texts are flagged. Whoever flags a disguise for being one finds
            all attacks that wear it.
    """

    name: str
    recall: Proportion
    flips: Proportion
    alarms: Proportion


@frozen
class RobustnessReport:
    """What became of texts that were changed in every way.

    Args:
        plain: What became of them unchanged.
        depths: Put among other text, by after how many tokens of it.
        evasions: Disguised, divided, or with harmless text beside them.
        is_filler_flagged: Whether the other text is taken for an attack when it stands alone; if
            so, nothing follows from what is found in it.
    """

    plain: Trial
    depths: tuple[Trial, ...]
    evasions: tuple[Trial, ...]
    is_filler_flagged: bool


def sampled(texts: Sequence[LabelledText], most: int) -> list[LabelledText]:
    """Returns at most so many attacks, and as many ordinary texts.

    They are the same ones every time, whatever their order.
    """
    drawn = sorted(set(texts), key=_lot)
    attacks = [text for text in drawn if text.is_attack]
    ordinary = [text for text in drawn if not text.is_attack and not text.is_trigger]
    return [*attacks[:most], *ordinary[:most]]


def _lot(text: LabelledText) -> bytes:
    return hashlib.sha256(f"{text.origin}\n{text.source}\n{text.text}".encode()).digest()


async def evaluate_robustness(
    screen: TriedScreen,
    sample: Sequence[LabelledText],
    outcomes: Mapping[LabelledText, Outcome],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> RobustnessReport:
    """Screens a sample of texts in every disguise, one after the other.

    Args:
        screen: What screens them.
        sample: The texts.
        outcomes: What was said of each when it was unchanged.
        progress: Told how far it is.

    Raises:
        UnscreenedError: A text could not be screened.
    """
    ways = dict(_ways())
    trials: dict[str, Trial] = {}
    for done, (name, way) in enumerate(ways.items()):
        progress(f"hiding: {name}", done / len(ways))
        flags = {text: (await screen(way(text.text), text.origin)).is_flagged for text in sample}
        trials[name] = _trial(name, flags, outcomes)
    filler = await screen([buried("", 0)], Origin.USER)
    return RobustnessReport(
        plain=_trial(_PLAIN, {text: outcomes[text].is_flagged for text in sample}, outcomes),
        depths=tuple(trials[name] for name in map(_depth_name, DEPTHS)),
        evasions=tuple(
            trial for name, trial in trials.items() if name not in map(_depth_name, DEPTHS)
        ),
        is_filler_flagged=filler.is_flagged,
    )


def _ways() -> Iterator[tuple[str, Callable[[str], Sequence[str]]]]:
    """Yields every way to hide a text, by name; each gives the texts of one request."""
    for depth in DEPTHS:
        yield _depth_name(depth), partial(_buried, depth)
    for name, change in EVASIONS.items():
        yield name, partial(_changed, change)
    yield "in_parts", in_parts
    yield "in_turns", in_turns


def _buried(depth: int, text: str) -> Sequence[str]:
    return (buried(text, depth),)


def _changed(change: Callable[[str], str], text: str) -> Sequence[str]:
    return (change(text),)


def _depth_name(depth: int) -> str:
    return "end" if depth >= FILLER_TOKENS else f"{depth:,}"


def _trial(
    name: str, flags: Mapping[LabelledText, bool], outcomes: Mapping[LabelledText, Outcome]
) -> Trial:
    attacks = [text for text in flags if text.is_attack]
    plainly = [text for text in attacks if outcomes[text].is_flagged]
    ordinary = [text for text in flags if not text.is_attack]
    return Trial(
        name,
        recall=Proportion(sum(flags[text] for text in attacks), len(attacks)),
        flips=Proportion(sum(not flags[text] for text in plainly), len(plainly)),
        alarms=Proportion(sum(flags[text] for text in ordinary), len(ordinary)),
    )
