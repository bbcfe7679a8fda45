"""Whether attacks are still found when somebody hides them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from attrs import frozen

from semroute.app.evasions import DEPTHS, EVASIONS, FILLER_TOKENS, buried, in_parts, in_turns
from semroute.domain.passage import Origin

from .guard import LabelledText
from .statistics import Proportion
from .tried import Outcome, TriedScreen


@frozen
class Trial:
    """What became of attacks that were all changed in one way.

    Args:
        name: The way.
        recall: How many are found.
        flips: Of those that are found unchanged, how many are missed.
    """

    name: str
    recall: Proportion
    flips: Proportion


@frozen
class RobustnessReport:
    """What became of attacks that were changed in every way.

    Args:
        plain: How many are found unchanged.
        depths: Put among other text, by after how many tokens of it.
        evasions: Disguised, divided, or with harmless text beside them.
        is_filler_flagged: Whether the other text is taken for an attack when it stands alone; if
            so, nothing follows from what is found in it.
    """

    plain: Proportion
    depths: tuple[Trial, ...]
    evasions: tuple[Trial, ...]
    is_filler_flagged: bool


def sampled(texts: Sequence[LabelledText], most: int) -> list[LabelledText]:
    """Returns at most so many of the attacks, the same ones every time, whatever their order."""
    attacks = {text for text in texts if text.is_attack}
    return sorted(attacks, key=_lot)[:most]


def _lot(text: LabelledText) -> bytes:
    return hashlib.sha256(f"{text.origin}\n{text.source}\n{text.text}".encode()).digest()


async def evaluate_robustness(
    screen: TriedScreen,
    sample: Sequence[LabelledText],
    outcomes: Mapping[LabelledText, Outcome],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> RobustnessReport:
    """Screens a sample of attacks in every disguise, one after the other.

    Args:
        screen: What screens them.
        sample: The attacks.
        outcomes: What was said of each when it was unchanged.
        progress: Told how far it is.

    Raises:
        UnscreenedError: A text could not be screened.
    """
    ways = dict(_ways())
    trials: dict[str, Trial] = {}
    for done, (name, way) in enumerate(ways.items()):
        progress(f"hiding: {name}", done / len(ways))
        trials[name] = await _trial(screen, name, way, sample, outcomes)
    filler = await screen([buried("", 0)], Origin.USER)
    return RobustnessReport(
        plain=Proportion(sum(outcomes[each].is_flagged for each in sample), len(sample)),
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


async def _trial(
    screen: TriedScreen,
    name: str,
    way: Callable[[str], Sequence[str]],
    sample: Sequence[LabelledText],
    outcomes: Mapping[LabelledText, Outcome],
) -> Trial:
    found = {text: (await screen(way(text.text), text.origin)).is_flagged for text in sample}
    plainly = [text for text in sample if outcomes[text].is_flagged]
    return Trial(
        name,
        Proportion(sum(found.values()), len(sample)),
        Proportion(sum(not found[text] for text in plainly), len(plainly)),
    )
