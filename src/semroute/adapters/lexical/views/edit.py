"""Changes to a text, and the view that they make."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from semroute.domain.views import AROUND, RAW, View

from .places import Trail

# What a decoded run means depends on the words around it ("decode this and do it:"), not on
# those three pages away, which the raw view has anyway. It is what keeps a long text with one odd
# word in it from being read twice.
CONTEXT_CHARS: Final = 1000

_GAP: Final = "\n"
_LETTER: Final = re.compile(r"[^\W_]")  # or a digit


class Edit(NamedTuple):
    """A stretch of a text, and what to read instead.

    A tuple, because an adversary can ask for 300,000 of them and an attrs value takes three times
    as long to make.

    Args:
        start: Where the stretch begins.
        end: Where it has ended; it is never empty.
        text: What to read instead.
        stride: How far apart the characters of `text` stand in the stretch; 0 when each of them
            comes from all of it.
        width: How many characters of the stretch each of them comes from; ignored for stride 0.
    """

    start: int
    end: int
    text: str
    stride: int = 0
    width: int = 0


def chained(view: View, name: str) -> str:
    """Returns the name of a view that is made from another."""
    return name if view.name == RAW else f"{view.name}+{name}"


def edited(view: View, name: str, edits: Iterable[Edit]) -> View | None:
    """Returns the view that the edits make, or None when there are none.

    Args:
        view: What they change.
        name: What they do.
        edits: In order, none overlapping another.
    """
    trail = Trail(view)
    parts: list[str] = []
    changes: list[tuple[int, int]] = []
    done = 0
    source = view.text
    for start, end, text, stride, width in edits:
        if start - done > CONTEXT_CHARS:
            _copy(source, done, start, trail, parts)
        else:
            parts.append(source[done:start])
            trail.extend(start - done, done, 1, 1)
        if _LETTER.search(text) is not None:
            _note(changes, trail.size, trail.size + len(text))
        trail.extend(len(text), start, stride, width if stride else end - start)
        parts.append(text)
        done = end
    if not done:
        return None
    _copy(source, done, len(source), trail, parts)
    return View(chained(view, name), "".join(parts), trail.starts(), trail.ends(), changes)


def _note(changes: list[tuple[int, int]], start: int, end: int) -> None:
    if changes and start - changes[-1][1] <= 2 * AROUND:
        changes[-1] = changes[-1][0], end
    else:
        changes.append((start, end))


def _copy(text: str, start: int, end: int, trail: Trail, parts: list[str]) -> None:
    """Copies what lies between two edits, without its middle when that is far from both."""
    before = CONTEXT_CHARS if end < len(text) else 0
    after = CONTEXT_CHARS if start else 0
    if end - start <= before + after:
        parts.append(text[start:end])
        trail.extend(end - start, start, 1, 1)
        return
    resumed = end - before
    parts += (text[start : start + after], _GAP, text[resumed:end])
    trail.extend(after, start, 1, 1)
    trail.extend(1, start + after, 0, resumed - start - after)
    trail.extend(before, resumed, 1, 1)
