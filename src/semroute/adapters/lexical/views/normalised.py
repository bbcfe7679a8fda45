"""A text as it reads when every character is the plain one that it stands for."""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from attrs import define, field

from semroute.domain.views import NORMALISED, View

from .characters import MARKS, characters, is_invisible, is_typographic
from .confusables import folded, is_foldable
from .edit import chained
from .places import Places

# A page of text at a time, cut at a blank, so that an honest page costs nothing.
_PAGE: Final = re.compile(r".{1,511}(?:\s|\Z)|.{1,512}", re.DOTALL)

_MARKS: Final = "".join(sorted(MARKS))
_MARK: Final = re.compile(f"[{_MARKS}]")
_CLUSTER: Final = re.compile(f"([^{_MARKS}])([{_MARKS}]+)", re.DOTALL)

# Emoji, Persian, Hindi and hyphenation need these, but not after a Latin letter.
_JOINERS: Final = "\u00ad\u200c\u200d\u200e\u200f\ufe0e\ufe0f\ufeff"
_JOINED: Final = re.compile(rf"[A-Za-z][{_JOINERS}]|[0-9][{_JOINERS}]+[0-9]")

# One figure in a circle or one power is typography, and so is a flag; a row of them is a number
# or a word.
_ROW: Final = re.compile(
    "[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u2473\u2776-\u2793]{3}"
    "|(?:[\U0001f1e6-\U0001f1ff][^\\w\U0001f1e6-\U0001f1ff]*+){5}"
)


# A Chinese dictionary has about ten thousand.
_MOST_CHARS: Final = 20_000

# Vietnamese has letters with two.
_MOST_MARKS: Final = 2

# Tokenizers drop what no keyboard writes.
_CONTROLS: Final = bytes((*range(9), *range(14, 32), 127))


def is_plain(text: str) -> bool:
    """Whether there is nothing in it but what keyboards write in English."""
    return text.isascii() and (text.isprintable() or not _has_controls(text))


def _has_controls(text: str) -> bool:
    return len(text.encode().translate(None, _CONTROLS)) < len(text)


def normalised(view: View) -> View | None:
    """Returns the view in plain characters, or None when it has nothing to hide behind.

    Ordinary accents, quotes and dashes are no disguise and do not make a view. Where there is
    one for another reason, quotes and dashes are plain in it, and accents are composed.
    """
    text = view.text
    if is_plain(text):
        return None
    chars = set(text)
    # Nobody needs so many different characters; asking about each would take long.
    is_odd = (
        len(chars) > _MOST_CHARS
        or _JOINED.search(text) is not None
        or _ROW.search(text) is not None
    )
    strange = set() if is_odd else {char for char in chars if _is_strange(char)}
    if not is_odd and not strange and chars.isdisjoint(MARKS) and not is_foldable(text):
        return None
    pages = _Pages(strange, is_disguised=is_odd)
    for match in _PAGE.finditer(text):
        pages.add(match[0], match.start())
    if not pages.is_disguised:
        return None
    return pages.view(view)


def _is_strange(char: str) -> bool:
    """Whether it is reason enough to suspect a disguise, wherever it stands."""
    if char in _JOINERS or char in MARKS:
        return False
    return characters()[char] != char and (is_invisible(char) or not is_typographic(char))


@define
class _Pages:
    """Pages in plain characters, and where those come from.

    Args:
        strange: The characters that make a disguise.
        is_disguised: Whether there is a disguise somewhere.
    """

    strange: set[str]
    is_disguised: bool
    _parts: list[str] = field(factory=list, init=False)
    _size: int = field(default=0, init=False)
    _firsts: list[int] = field(factory=list, init=False)
    _starts: list[Sequence[int]] = field(factory=list, init=False)
    _ends: list[Sequence[int]] = field(factory=list, init=False)

    def add(self, page: str, start: int) -> None:
        """Appends a page that starts there."""
        if is_plain(page):
            self._append(page, range(start, start + len(page)))
            return
        self.is_disguised = self.is_disguised or not self.strange.isdisjoint(page)
        pieces = list(map(characters().__getitem__, page))
        widths = self._compose(page, pieces) if _MARK.search(page) is not None else {}
        plain = "".join(pieces)
        latin = folded(plain)
        self.is_disguised = self.is_disguised or latin != plain
        if len(plain) == len(page) and all(pieces):
            self._append(latin, range(start, start + len(page)))
            return
        starts = array("L", [at for at, piece in enumerate(pieces, start) for _ in piece])
        ends = array("L", [at + widths.get(at - start, 1) for at in starts]) if widths else None
        self._append(latin, starts, ends)

    def view(self, source: View) -> View:
        """Returns the pages as a view of what they come from."""
        starts = Places(self._size, self._start)
        ends = Places(self._size, self._end)
        if source.starts:
            starts = Places(self._size, lambda at: source.starts[self._start(at)])
            ends = Places(self._size, lambda at: source.ends[self._end(at) - 1])
        return View(chained(source, NORMALISED), "".join(self._parts), starts, ends)

    def _append(self, page: str, starts: Sequence[int], ends: Sequence[int] | None = None) -> None:
        if page:
            self._parts.append(page)
            self._firsts.append(self._size)
            self._starts.append(starts)
            self._ends.append(ends or ())
            self._size += len(page)

    def _start(self, at: int) -> int:
        page = bisect_right(self._firsts, at) - 1
        return self._starts[page][at - self._firsts[page]]

    def _end(self, at: int) -> int:
        page = bisect_right(self._firsts, at) - 1
        ends = self._ends[page]
        return ends[at - self._firsts[page]] if ends else self._start(at) + 1

    def _compose(self, page: str, pieces: list[str]) -> dict[int, int]:
        """Puts marks onto the letters they belong to; returns how wide those then are."""
        widths: dict[int, int] = {}
        for cluster in _CLUSTER.finditer(page):
            at = cluster.start()
            widths[at] = cluster.end() - at
            plain, marks = pieces[at], cluster[2]
            composed = unicodedata.normalize("NFC", plain + marks)
            is_letter = len(marks) <= _MOST_MARKS and len(composed) == len(plain)
            if is_letter:
                pieces[at] = composed
            elif (plain.isascii() and plain.isalnum()) or len(marks) > _MOST_MARKS:
                self.is_disguised = True
        return widths
