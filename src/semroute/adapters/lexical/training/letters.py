"""The model of letters, as far as training has to know it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.lexical.attacks.grams import BUCKETS, grams_of
from semroute.adapters.lexical.attacks.model import NOTHING, WHOLE, suspects_among
from semroute.adapters.lexical.attacks.passages import passage_of, span_of
from semroute.adapters.lexical.attacks.rules import fired

from .bags import COLUMNS, Bags, Floats, Ints

LETTERS_FILE: Final = "letters.safetensors"
"""What training calls the file that ships as `attacks/attacks.safetensors`."""

MAX_RULE: Final = 5.0
"""Log odds that a rule may add at most; none is a proof."""

_ALIGNMENT: Final = 8  # tensors begin at multiples of eight bytes


@frozen
class Suspects:
    """A text's worst passages.

    Args:
        odds: The log odds of the worst, without rules.
        fires: Whether a rule fires in it.
        passages: All of them, worst first.
    """

    odds: float
    fires: bool
    passages: tuple[str, ...]


@frozen
class Letters:
    """Texts as the model that ships sees them, and its file."""

    columns: int = COLUMNS
    max_rule: float = MAX_RULE

    def bags(self, texts: Sequence[str]) -> Bags:
        """Returns the windows of texts, as rows of a matrix with so many columns."""
        return Bags.of(texts)

    def suspects(self, text: str, odds: Floats, bounds: Ints) -> Suspects:
        """Returns the passages that the model that ships would look at.

        Args:
            text: The text.
            odds: The log odds of its windows.
            bounds: Where they begin and have ended, in letters; shape (windows, 2).
        """
        if not odds.size:
            return Suspects(NOTHING, fires=False, passages=(text,))
        grams = grams_of(text)
        windows = suspects_among(odds, bounds[:, 0])
        passages = [passage_of(text, *span_of(text, grams, *bounds[at].tolist())) for at in windows]
        if grams.places.size <= WHOLE:
            fires = [bool(fired(passage_of(text, 0, len(text))))] + [False] * (len(windows) - 1)
        else:
            fires = [bool(fired(passage)) for passage in passages]
        sums = odds[windows] + MAX_RULE * np.array(fires)
        order = np.argsort(-sums, kind="stable").tolist()
        best = order[0]
        shown = tuple(passages[at] for at in order)
        return Suspects(float(odds[windows[best]]), fires[best], shown)

    def write(
        self, weights: npt.NDArray[np.float32], bias: float, rule: float, directory: Path
    ) -> None:
        """Writes the model.

        Args:
            weights: Of every column.
            bias: What is added to every window's sum.
            rule: What is added where a rule fires.
            directory: Where to write it.
        """
        halves = weights.astype("<f2")
        numbers = {"bias": bias, "length": float(weights[-1]), "rule": rule}
        # The library keeps notes in whatever order its hash table has in this process, so this
        # writes the format itself: the header's length, the header as JSON, and the numbers.
        size = BUCKETS * halves.itemsize
        tensors = {
            name: {"dtype": "F16", "shape": [BUCKETS], "data_offsets": [size * at, size * (at + 1)]}
            for at, name in enumerate(("letters", "words"))
        }
        notes = {"__metadata__": {"numbers": json.dumps(numbers)}}
        header = json.dumps(notes | tensors, separators=(",", ":")).encode()
        header += b" " * (-len(header) % _ALIGNMENT)
        content = halves[: 2 * BUCKETS].tobytes()
        whole = len(header).to_bytes(8, "little") + header + content
        (directory / LETTERS_FILE).write_bytes(whole)
