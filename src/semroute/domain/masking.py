"""Personal data replaced by placeholders, and put back."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from .passage import Passage, Path
from .pii import PiiKind
from .screening import PersonalDatum

_PLACEHOLDER: Final = re.compile(r"\[[A-Z_]+_[0-9]+\]")


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
    whose placeholder stands in the texts already is not given out.
    """
    by_path: defaultdict[Path, list[PersonalDatum]] = defaultdict(list)
    for datum in data:
        by_path[datum.path].append(datum)
    if not by_path:
        return NOTHING_MASKED
    passages = tuple(passages)
    names = _Names(passage.text for passage in passages)
    texts = {
        passage.path: _replaced(passage.text, by_path[passage.path], names)
        for passage in passages
        if passage.path in by_path and passage.is_editable
    }
    return Masking(texts, names.originals)


def _replaced(text: str, data: Sequence[PersonalDatum], names: "_Names") -> str:
    pieces: list[str] = []
    done = 0
    for start, end, kind in _merged(data):
        pieces += (text[done:start], names.of(kind, text[start:end]))
        done = end
    return "".join((*pieces, text[done:]))


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
