"""Personal data replaced by placeholders, and put back."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from .passage import Passage, Path
from .pii import PiiKind
from .screening import PersonalDatum

# A password is told by the words before it, but stays one where it is said again without them.
# Short words and those without a digit may mean something else there.
_WORD: Final = re.compile(r"[^\s\"'<>()\[\]{},;]+")
_LEAST_CHARS: Final = 6
_DIGIT: Final = re.compile(r"[0-9]")
_ENDS: Final = ".:!?"

_PLACEHOLDER: Final = re.compile(r"\[[A-Z_]+_[0-9]+\]")

# A string of a JSON document, be it open at the end, or placeholders outside all strings with what
# is left of a number. Each character is looked at from one place only.
_NUMERIC: Final = r"[\w.+-]"
_TOKEN: Final = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\Z)'
    rf"|(?<!{_NUMERIC})({_NUMERIC}*+(?:{_PLACEHOLDER.pattern}{_NUMERIC}*+)++)",
    re.DOTALL,
)


@frozen
class Masking:
    """Texts without their personal data.

    Args:
        texts: The changed texts, by where they stand.
        originals: What each placeholder stands for.
    """

    texts: Mapping[Path, str] = field(factory=dict, repr=False)
    originals: Mapping[str, str] = field(factory=dict, repr=False)


NOTHING_MASKED = Masking()


def masked(passages: Iterable[Passage], data: Iterable[PersonalDatum]) -> Masking:
    """Returns the passages that have data in them, with placeholders instead.

    A placeholder is `[EMAIL_1]`: the kind, and a number in order of first appearance. The same
    words always get the same one. A conversation only grows at its end, so its earlier turns
    read the same in every request, which keeps model servers' prompt caches warm. A number
    whose placeholder stands in the texts already is not given out. Where words that are replaced
    stand again by themselves they are replaced too, whether or not anybody found them there.
    """
    by_path: defaultdict[Path, list[PersonalDatum]] = defaultdict(list)
    for datum in data:
        by_path[datum.path].append(datum)
    if not by_path:
        return NOTHING_MASKED
    passages = tuple(passages)
    names = _Names(passage.text for passage in passages)
    editable = [passage for passage in passages if passage.is_editable]
    pieces = {
        passage.path: _pieces(passage.text, by_path.get(passage.path, ()), names)
        for passage in editable
    }
    again = names.told_again
    texts = {
        passage.path: _kept(passage.text, new)
        for passage in editable
        if (new := _joined(pieces[passage.path], again)) != passage.text
    }
    return Masking(texts, names.originals)


def _pieces(text: str, data: Sequence[PersonalDatum], names: "_Names") -> list[str]:
    """Returns what stands between data and their placeholders, by turns."""
    pieces: list[str] = []
    done = 0
    for start, end, kind in _merged(data):
        pieces += (text[done:start], names.of(kind, text[start:end]))
        done = end
    return [*pieces, text[done:]]


def _kept(text: str, changed: str) -> str:
    """Returns a changed text, as a JSON document if it was one: tools are called with those.

    What was a number becomes a string.
    """
    if text.lstrip()[:1] not in {"{", "["}:
        return changed
    try:
        json.loads(text, parse_int=str)  # which no number is too long for
    except (ValueError, RecursionError):
        return changed
    return _TOKEN.sub(lambda token: f'"{token[1]}"' if token[1] else token[0], changed)


def _joined(pieces: list[str], again: Mapping[str, str]) -> str:
    if again:
        pieces[::2] = [
            _WORD.sub(lambda word: _said_again(word[0], again), piece) for piece in pieces[::2]
        ]
    return "".join(pieces)


def _said_again(word: str, again: Mapping[str, str]) -> str:
    bare = word if word in again else word.rstrip(_ENDS)
    return again.get(bare, bare) + word[len(bare) :]


def _merged(data: Sequence[PersonalDatum]) -> list[tuple[int, int, PiiKind]]:
    """Returns the spans in order, those that overlap as one; the first of them names it."""
    spans: list[tuple[int, int, PiiKind]] = []
    for datum in sorted(data, key=lambda each: (each.span.start, -each.span.end)):
        start, end, kind = datum.span.start, datum.span.end, datum.span.kind
        if spans and start < spans[-1][1]:
            first, last, named = spans[-1]
            spans[-1] = (first, max(last, end), named)
        else:
            spans.append((start, end, kind))
    return spans


class _Names:
    """Hands out placeholders that are not taken; the time it takes is linear in the texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._taken = {name for text in texts for name in _PLACEHOLDER.findall(text)}
        self._counts: defaultdict[PiiKind, int] = defaultdict(int)
        self._given: dict[tuple[PiiKind, str], str] = {}

    @property
    def originals(self) -> dict[str, str]:
        return {name: original for (_, original), name in self._given.items()}

    @property
    def told_again(self) -> dict[str, str]:
        """The placeholders of words that mean the same wherever they stand."""
        return {
            word: name
            for (_, original), name in self._given.items()
            for word in (original, original.rstrip(_ENDS))
            if len(word) >= _LEAST_CHARS and _DIGIT.search(word)
        }

    def of(self, kind: PiiKind, original: str) -> str:
        name = self._given.get((kind, original))
        if name is None:
            name = self._given[kind, original] = self._new(kind)
        return name

    def _new(self, kind: PiiKind) -> str:
        while True:
            self._counts[kind] += 1
            name = f"[{kind.value.upper()}_{self._counts[kind]}]"
            if name not in self._taken:
                return name
