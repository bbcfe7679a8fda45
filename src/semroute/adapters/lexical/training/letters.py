"""The models of letters, as far as training has to know them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS, grams_of
from semroute.adapters.lexical.attacks.model import NOTHING, WHOLE, span_in
from semroute.adapters.lexical.attacks.passages import passage_of
from semroute.adapters.lexical.attacks.rules import fired
from semroute.adapters.lexical.attacks.suspects import (
    SHOWN,
    sentences_among,
    suspects_among,
)
from semroute.adapters.lexical.attacks.weights import Codes, Weights
from semroute.adapters.lexical.attacks.windows import Windows
from semroute.domain.attack import AttackKind

from .bags import COLUMNS, Bags, Floats

LETTERS_FILE: Final = "letters.safetensors"
"""What training calls the file that ships as `attacks/attacks.safetensors`."""

MAX_RULE: Final = 5.0
"""Log odds that a rule may add at most; none is a proof."""

# A reader learns from more runs of sentences than it is shown: texts that are longer than any of
# these have as many to show, and none of what is ordinary may look like an attack.
_RUNS: Final = 2
_LETTERS_A_RUN: Final = 4000
_MOST_RUNS: Final = 16

_ALIGNMENT: Final = 8  # tensors begin at multiples of eight bytes


@frozen
class Suspect:
    """One of a text's worst passages.

    Args:
        text: The passage.
        odds: Its log odds, without rules.
        fires: Whether a rule fires in it.
    """

    text: str
    odds: float
    fires: bool


class Fitted(Protocol):
    """What was found for one kind of attack."""

    @property
    def weights(self) -> npt.NDArray[np.float32]:
        """Of every column."""
        ...

    @property
    def bias(self) -> float:
        """What is added to every window's sum."""
        ...

    @property
    def rule(self) -> float:
        """What is added where a rule fires."""
        ...


@frozen
class Letters:
    """Texts as the models that ship see them, and their file."""

    columns: int = COLUMNS
    max_rule: float = MAX_RULE

    def bags(self, texts: Sequence[str]) -> Bags:
        """Returns the windows of texts, as rows of a matrix with so many columns."""
        return Bags.of(texts)

    def suspects(self, text: str, odds: Floats) -> tuple[Suspect, ...]:
        """Returns the passages that a reader would be shown, and some more, worst first.

        Args:
            text: The text.
            odds: The log odds of its windows.
        """
        if not odds.size:
            return (Suspect(text, NOTHING, fires=False),)
        grams = grams_of(text)
        windows = Windows.of(grams.places.size, grams.sentences)
        found = suspects_among(odds, windows)
        room = min(_RUNS + grams.places.size // _LETTERS_A_RUN, _MOST_RUNS)
        more = sentences_among(odds, windows, SHOWN + room)
        passages = [passage_of(text, *span_in(text, grams, windows, at)) for at in (*found, *more)]
        if grams.places.size <= WHOLE:
            fires = [bool(fired(passage_of(text, 0, len(text))))] * len(passages)
        else:
            fires = [bool(fired(passage)) for passage in passages]
        suspects = [
            Suspect(passage, float(odds[at]), fires=each)
            for at, passage, each in zip((*found, *more), passages, fires, strict=True)
        ]
        worst = sorted(suspects[: len(found)], key=_badness)
        shown = list(dict.fromkeys((*worst[:SHOWN], *suspects[len(found) :])))[: SHOWN + room]
        return tuple(sorted(shown, key=_badness))

    def write(self, fitted: Mapping[AttackKind, Fitted], directory: Path) -> None:
        """Writes the models of all kinds of attacks."""
        numbers: dict[str, dict[str, float]] = {}
        codes: dict[str, Codes] = {}
        for kind, each in fitted.items():
            letters, words = each.weights[:BUCKETS], each.weights[BUCKETS : 2 * BUCKETS]
            length = float(each.weights[-1])
            packed = Weights(letters, words, each.bias, length, each.rule).packed()
            codes[f"{kind}.letters"], codes[f"{kind}.words"], numbers[kind] = packed
        # The library keeps notes in whatever order its hash table has in this process, so this
        # writes the format itself: the header's length, the header as JSON, and the codes.
        tensors = {
            name: {
                "dtype": "I8",
                "shape": [BUCKETS],
                "data_offsets": [BUCKETS * at, BUCKETS * (at + 1)],
            }
            for at, name in enumerate(codes)
        }
        notes = {"__metadata__": {"numbers": json.dumps(numbers)}}
        header = json.dumps(notes | tensors, separators=(",", ":")).encode()
        header += b" " * (-len(header) % _ALIGNMENT)
        content = b"".join(each.tobytes() for each in codes.values())
        whole = len(header).to_bytes(8, "little") + header + content
        (directory / LETTERS_FILE).write_bytes(whole)


def _badness(suspect: Suspect) -> float:
    """Sorts the worst first, whatever a rule will add: no more than it may."""
    return -(suspect.odds + MAX_RULE * suspect.fires)
