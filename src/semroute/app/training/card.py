"""The page that goes with trained heads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

_WEAKNESSES: Final[Mapping[str, Sequence[str]]] = {
    "categories": (
        "* Physics, chemistry and engineering are taken for each other, and so are business,",
        "  economics and other.",
        "* Confidence is calibrated on texts like those above, and on no others.",
    ),
    "fast": (
        "* The fast tier reads tokens and pairs: what turns on the order of words, and words that",
        "  it never met, are beyond it.",
    ),
    "complexity": (
        "* Complexity was learnt from examination questions with answers to choose from. It tells",
        "  little more than chance about other prompts; compare it with the best single model.",
    ),
    "attacks": (
        "* Attacks in words of their own are missed, and the longer an ordinary text the likelier",
        "  it is flagged. Texts that look like attacks are no measure of ordinary traffic.",
        "* Nobody looked for harmful requests that are honest: they are no attacks.",
    ),
    "entities": (
        "* Names in lower case, of few letters, or that are words as well are missed. Names of",
        "  firms and places are taken for people's.",
    ),
}
"""By head."""

# Of heads that were taught an operator's texts, figures are told of these kinds.
_OWN: Final = "own texts"
_BEFORE: Final = "before"


@frozen
class Origin:
    """What was learnt from.

    Args:
        name: The file.
        source: Whose it is.
        licence: Under which licence.
        sha256: What it was, byte for byte.
        teaches: Which head learnt from it.
        rows: How many of its rows were used.
    """

    name: str
    source: str
    licence: str
    sha256: str
    teaches: str
    rows: int


@frozen
class Card:
    """What is to be known of some heads.

    Args:
        encoder: The fingerprint of the encoder they belong to.
        origins: What they learnt from.
        figures: For each head, figures of each kind of text, when it was held out.
        is_for_own_use: Whether something in them may not be passed on.
        made_with: The versions of what computed them, by name.
        started_from: What the heads had learnt from that they started from, if any did.
    """

    encoder: str
    origins: Sequence[Origin]
    figures: Mapping[str, Mapping[str, Mapping[str, float]]]
    is_for_own_use: bool
    made_with: Mapping[str, str]
    started_from: Sequence[Origin] = ()


def model_card(card: Card) -> str:
    """Returns the page, in Markdown."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterator[str]:
    yield "# Model card"
    yield ""
    if card.is_for_own_use:
        yield "**For your own use only.** Something below may not be passed on."
        yield ""
    yield "Small heads on a sentence encoder, made by `semroute train`. They are of no use with"
    yield f"another encoder than `{card.encoder}`, and semroute refuses to load them with one."
    yield ""
    yield "## What they learnt from"
    yield ""
    yield from _table(card.origins)
    yield ""
    if card.started_from:
        yield "## What the heads they started from had learnt from"
        yield ""
        yield "They were not made from nothing, but from heads that ship with semroute, which had"
        yield "learnt from these. Whoever passes them on names these, too."
        yield ""
        yield from _table(card.started_from)
        yield ""
    yield "## How good they are on texts that were held out"
    for head, kinds in card.figures.items():
        names = list(dict.fromkeys(name for figures in kinds.values() for name in figures))
        yield ""
        yield f"### {head}"
        yield ""
        yield f"| texts of kind | {' | '.join(name.replace('_', ' ') for name in names)} |"
        yield f"|---|{'---:|' * len(names)}"
        for kind, figures in kinds.items():
            numbers = (f"{figures[name]:g}" if name in figures else "-" for name in names)
            yield f"| {kind} | {' | '.join(numbers)} |"
    yield ""
    yield "Sure means a confidence of 0.8 or more. Held-out figures come from models that had"
    all_learnt = "learnt from two thirds of the texts; the one that is written has learnt from all."
    if _OWN in card.figures.get("entities", ()):
        yield all_learnt
    else:
        yield f"{all_learnt} Those"
        yield "of `entities` are its own, on files of which it learnt nothing."
    if any(_BEFORE in kinds for kinds in card.figures.values()):
        yield "Before is what the heads that ship make of the same texts."
    yield ""
    yield "## What they are bad at"
    yield ""
    yield "* Languages other than English: the encoder knows little of them."
    for head in card.figures:
        yield from _WEAKNESSES.get(head, ())
    yield ""
    made = ", ".join(f"{name} {number}" for name, number in card.made_with.items())
    yield f"Made with {made}."


def _table(origins: Sequence[Origin]) -> Iterator[str]:
    yield "| file | for | rows | source | licence | sha256 |"
    yield "|---|---|---:|---|---|---|"
    for each in origins:
        cells = (each.name, each.teaches, f"{each.rows:,}", each.source, each.licence)
        yield f"| {' | '.join(cells)} | `{each.sha256[:16]}` |"
