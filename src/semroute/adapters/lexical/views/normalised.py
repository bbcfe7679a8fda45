"""A text as it reads when every character is the plain one that it stands for."""

import re
import unicodedata
from array import array
from typing import Final

from attrs import define, field

from semroute.domain.views import View

from .characters import MARKS, characters, is_invisible, is_mark, is_typographic
from .confusables import folded
from .edit import chained
from .places import Places

NORMALISED: Final = "normalised"

# A page of text at a time, cut at a blank, so that an honest page costs nothing.
_PAGE: Final = re.compile(r".{1,511}(?:\s|\Z)|.{1,512}", re.DOTALL)

_CLUSTER: Final = re.compile(f"([^{MARKS}])([{MARKS}]+)", re.DOTALL)

# Emoji, Persian, Hindi and hyphenation need these, but not after a Latin letter.
_JOINERS: Final = "\u00ad\u200c\u200d\u200e\u200f\ufe0e\ufe0f\ufeff"
_JOINED: Final = re.compile(rf"[A-Za-z][{_JOINERS}]|[0-9][{_JOINERS}]+[0-9]")

# One figure in a circle or one power is typography, and so is a flag; a row of them is a number
# or a word.
_ROW: Final = re.compile(
    "[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u2473\u2776-\u2793]{3,}"
    "|(?:[\U0001f1e6-\U0001f1ff][^\\w\U0001f1e6-\U0001f1ff]*){5,}"
)


# Tokenizers drop what no keyboard writes.
_CONTROLS: Final = bytes((*range(9), *range(14, 32), 127))


def is_plain(text: str) -> bool:
    """Whether there is nothing in it but what keyboards write in English."""
    return text.isascii() and (text.isprintable() or _without_controls(text) == len(text))


def _without_controls(text: str) -> int:
    return len(text.encode().translate(None, _CONTROLS))


def normalised(view: View) -> View | None:
    """Returns the view in plain characters, or None when it has nothing to hide behind.

    Ordinary accents, quotes and dashes are no disguise and do not make a view. Where there is
    one for another reason, quotes and dashes are plain in it, and accents are composed.
    """
    text = view.text
    if is_plain(text):
        return None
    strange = {char for char in set(text) if _is_strange(char)}
    is_hidden = _JOINED.search(text) is not None or _ROW.search(text) is not None
    page = _Pages(frozenset(strange), is_disguised=is_hidden)
    for match in _PAGE.finditer(text):
        page.add(match[0], match.start())
    plain = "".join(page.parts)
    if not page.is_disguised or plain == text:
        return None
    starts, ends = page.starts, page.ends
    if view.starts:
        outer_starts, outer_ends = view.starts, view.ends
        return View(
            chained(view, NORMALISED),
            plain,
            Places(len(starts), lambda at: outer_starts[starts[at]]),
            Places(len(ends), lambda at: outer_ends[ends[at] - 1]),
        )
    return View(chained(view, NORMALISED), plain, starts, ends)


def _is_strange(char: str) -> bool:
    """Whether it is reason enough to suspect a disguise, wherever it stands."""
    if char in _JOINERS or is_mark(char):
        return False
    return characters()[char] != char and (is_invisible(char) or not is_typographic(char))


@define
class _Pages:
    """Pages in plain characters, and where those come from.

    Args:
        strange: The characters that make a disguise.
        is_disguised: Whether there is a disguise somewhere.
    """

    strange: frozenset[str]
    is_disguised: bool
    parts: list[str] = field(factory=list)
    starts: "array[int]" = field(factory=lambda: array("L"))
    ends: "array[int]" = field(factory=lambda: array("L"))

    def add(self, page: str, start: int) -> None:
        """Appends a page that starts there."""
        if is_plain(page):
            self._append(page, start)
            return
        self.is_disguised = self.is_disguised or not self.strange.isdisjoint(page)
        pieces = list(map(characters().__getitem__, page))
        widths = self._compose(page, pieces)
        plain = "".join(pieces)
        latin = folded(plain)
        self.is_disguised = self.is_disguised or latin != plain
        if len(plain) == len(page) and all(pieces):
            self._append(latin, start)
            return
        self.parts.append(latin)
        origins = [at for at, piece in enumerate(pieces, start) for _ in piece]
        self.starts.extend(origins)
        self.ends.extend([at + widths.get(at - start, 1) for at in origins])

    def _append(self, page: str, start: int) -> None:
        self.parts.append(page)
        self.starts.extend(range(start, start + len(page)))
        self.ends.extend(range(start + 1, start + len(page) + 1))

    def _compose(self, page: str, pieces: list[str]) -> dict[int, int]:
        """Puts marks onto the letters they belong to; returns how wide those then are."""
        widths: dict[int, int] = {}
        for cluster in _CLUSTER.finditer(page):
            at = cluster.start()
            widths[at] = cluster.end() - at
            plain = pieces[at]
            composed = unicodedata.normalize("NFC", plain + cluster[2][:2])
            if len(cluster[2]) <= 2 and len(composed) == len(plain):  # noqa: PLR2004 - as in Vietnamese
                pieces[at] = composed
            elif plain.isascii():
                self.is_disguised = True
            else:
                self.is_disguised = self.is_disguised or len(cluster[2]) > 2
        return widths
