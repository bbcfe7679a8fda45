"""Texts changed in ways that nobody who reads them would notice, or mind."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from attrs import frozen

from semroute.app.typos import mistyped

from .file import Varied

_APART: Final = 1000  # more than one prompt ever has, so that two seeds share no slips
_GAP: Final = re.compile(r"(?<=\S) (?=\S)")
_SENTENCE: Final = re.compile(r"(?<=[.!?]) +")
# Only where a word ends: the dots of `os.path` and of 3.14 are no punctuation.
_MARKS: Final = re.compile(r"[.,;:!?]+(?=\s|$)")


@frozen
class Variant:
    """A changed text.

    Args:
        name: How it was changed, as `typos 2`.
        text: What it is now.
    """

    name: str
    text: str

    def as_turn(self, _before: str) -> str:
        """Returns the text in another's place."""
        return self.text


def variants_of(text: str, varied: Varied, seed: int) -> tuple[Variant, ...]:
    """Returns a text's copies, each of them different. The same text gets the same ones."""
    seen = {text}
    kept: list[Variant] = []
    for name, change in _changes(varied, seed):
        changed = change(text)
        if changed not in seen:
            seen.add(changed)
            kept.append(Variant(name, changed))
    return tuple(kept)


def _changes(varied: Varied, seed: int) -> Iterator[tuple[str, Callable[[str], str]]]:
    for number in range(varied.typos or 0):
        yield f"typos {number + 1}", partial(mistyped, seed=seed * _APART + number)
    if varied.case:
        yield "upper case", str.upper
        yield "lower case", str.lower
    if varied.whitespace:
        yield "wide gaps", _wide
        yield "own lines", _on_lines
    if varied.punctuation:
        yield "no marks", _without_marks
        yield "more marks", _with_marks


def _wide(text: str) -> str:
    return f"\n  {_GAP.sub('  ', text)}  \n"


def _on_lines(text: str) -> str:
    return f"{_SENTENCE.sub(chr(10), text)}\n"


def _without_marks(text: str) -> str:
    return _MARKS.sub("", text)


def _with_marks(text: str) -> str:
    return f"{text.rstrip().rstrip('.!?')}!!!"
