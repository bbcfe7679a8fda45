"""Everything that can go wrong with what looks for attacks and data, and how that shows."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import field, frozen

from semroute.domain.errors import ClassifierError, NotLoadedError, OverloadedError

from .gateway import Faults

ENDLESS: Final = 300.0  # seconds; longer than any test may take


@frozen
class Break:
    """What goes wrong.

    Args:
        what: Which detector does what.
        fault: What the failure is called then.
        reader: The faults of the one that reads by meaning, which is asked about doubtful texts.
        scorer: Those of the one that scores attacks by their letters.
        finder: Those of the one that finds data by its letters.
        said: What must stand in a text for that to show.
    """

    what: str
    fault: str
    reader: dict[str, Any] = field(factory=dict)
    scorer: dict[str, Any] = field(factory=dict)
    finder: dict[str, Any] = field(factory=dict)
    said: str = ""

    @contextmanager
    def made(self, faults: Faults) -> Iterator[None]:
        """Breaks the detectors while the context lasts."""
        doubting = {"logit": -1.0} if self.reader else {}
        broken = (
            (faults.reader, self.reader),
            (faults.scorer, self.scorer | doubting),
            (faults.finder, self.finder),
        )
        sound = [(one, {name: getattr(one, name) for name in values}) for one, values in broken]
        try:
            _set(broken)
            yield
        finally:
            _set(sound)

    def concerns(self, check: str) -> bool:
        """Whether the check asks what is broken; the reader is asked by all of them."""
        return not (self.scorer if check == "pii" else self.finder)


BREAKS: Final = (
    Break("reader raises", "error", reader={"error": ClassifierError("boom")}),
    Break("reader is full", "overload", reader={"error": OverloadedError()}),
    Break("reader is not loaded", "not_loaded", reader={"error": NotLoadedError()}),
    Break("reader hangs", "timeout", reader={"delay_seconds": math.inf}),
    Break("reader talks nonsense", "error", reader={"is_senseless": True}),
    Break("scorer raises", "error", scorer={"error": RuntimeError("boom")}),
    Break("scorer hangs", "timeout", scorer={"busy_seconds": ENDLESS}),
    Break("scorer talks nonsense", "error", scorer={"logit": math.nan}),
    Break("finder raises", "error", finder={"error": RuntimeError("boom")}),
    Break("finder hangs", "timeout", finder={"busy_seconds": ENDLESS}),
    Break(
        "finder talks nonsense",
        "error",
        finder={"score": math.nan},
        said=" My card is 4111 1111 1111 1111.",
    ),
)


def _set(values: Any) -> None:
    for one, fields in values:
        for name, value in fields.items():
            setattr(one, name, value)
