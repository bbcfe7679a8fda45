"""All readings of a text that differ from it."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define

from semroute.domain.views import RAW, View

from .accented import accented_edits, may_be_accented
from .codes import code_edits, may_be_codes
from .disguise import Disguise
from .edit import edited
from .encoded import (
    base32_edits,
    base64_edits,
    binary_edits,
    hex_edits,
    may_be_base64,
    may_be_binary,
    may_be_hex,
    may_be_morse,
    morse_edits,
)
from .escaped import (
    backslash_edits,
    entity_edits,
    may_be_backslash,
    may_be_entity,
    may_be_percent,
    may_be_quoted,
    percent_edits,
    quoted_edits,
)
from .grouped import grouped_edits, may_be_grouped
from .hidden import selectors_of, tags_of
from .leet import leet_edits, may_be_leet
from .normalised import is_plain, normalised
from .shape import Shape
from .spaced import may_be_spaced, spaced_edits
from .turned import (
    backwards_edits,
    may_be_backwards,
    may_be_rot13,
    rot13_edits,
)

# In the order in which they are tried, the likeliest first, should there be too many.
_DISGUISES: Final = (
    Disguise("base64", may_be_base64, base64_edits),
    Disguise("hex", may_be_hex, hex_edits),
    Disguise("percent", may_be_percent, percent_edits),
    Disguise("quoted-printable", may_be_quoted, quoted_edits),
    Disguise("escapes", may_be_backslash, backslash_edits),
    Disguise("entities", may_be_entity, entity_edits),
    Disguise("codes", may_be_codes, code_edits),
    Disguise("spaced", may_be_spaced, spaced_edits),
    Disguise("leet", may_be_leet, leet_edits),
    Disguise("accents", may_be_accented, accented_edits),
    Disguise("rot13", may_be_rot13, rot13_edits),
    Disguise("reversed", may_be_backwards, backwards_edits),
    Disguise("base32", may_be_base64, base32_edits),
    Disguise("binary", may_be_binary, binary_edits),
    Disguise("grouped", may_be_grouped, grouped_edits),
    Disguise("morse", may_be_morse, morse_edits),
)

# Models undo one encoding reliably and two sometimes; three are beyond all but reasoning ones.
DEPTH: Final = 2

# Everything that reads the views costs as much for a character of them as for one of the text.
# A short text may have all there are; a long one, that only repeats itself if somebody made it
# so, three times its length.
_FREE_CHARS: Final = 65_536
GROWTH: Final = 3
MAX_CHARS: Final = 4_194_304


def views_of(text: str) -> tuple[View, ...]:
    """Returns the text as it is, and every reading of it that differs.

    Ordinary ASCII text has only the first. Long stretches without any disguise are left out of
    the others, which the first has anyway.
    """
    readings = _Readings(
        [View(RAW, text)], {text}, min(_FREE_CHARS + GROWTH * len(text), MAX_CHARS)
    )
    readings.read()
    return tuple(readings.views)


@define
class _Readings:
    """What has been found so far.

    Args:
        views: The views, the text itself first.
        seen: What they read.
        room: How many characters more they may have.
    """

    views: list[View]
    seen: set[str]
    room: int

    def read(self) -> None:
        """Finds all other views."""
        raw = plain = self.views[0]
        level: list[View] = []
        if not is_plain(raw.text):
            level += self._kept(view for view in (tags_of(raw), selectors_of(raw)) if view)
            for view in self._kept(filter(None, (normalised(raw),))):
                plain = view
        level = [plain, *level]
        for depth in range(DEPTH):
            level = [deeper for view in level for deeper in self._kept(_undone(view, depth))]

    def _kept(self, views: Iterable[View]) -> list[View]:
        """Keeps those that are new, until one has no room; what is not asked for costs nothing."""
        kept: list[View] = []
        for view in views if self.room else ():
            if len(view.text) > self.room:
                self.room = 0
                break
            if view.text not in self.seen and view.text.strip():
                self.room -= len(view.text)
                self.seen.add(view.text)
                kept.append(view)
        self.views += kept
        return kept


def _undone(view: View, depth: int) -> Iterator[View]:
    """Takes one disguise off a view, each that it may be wearing."""
    shape = Shape.of(view.text)
    for disguise in _DISGUISES:
        if disguise.is_possible(shape):
            undone = edited(view, disguise.name, disguise.edits(view.text))
            if undone is not None:
                yield undone
    if depth:
        undone = normalised(view)
        if undone is not None:
            yield undone
