"""Texts in which people and addresses are marked, in a file of an operator's."""

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final, TypeAlias

from semroute.adapters.torch.training import EntityText
from semroute.app.evaluation import kind_called
from semroute.domain.pii import PiiKind
from semroute.domain.suggestions import did_you_mean

from .exits import UsageError
from .labelled import rows_of
from .rows import Mistake, Row, text_of

Span: TypeAlias = tuple[int, int, str]

_PERSON: Final = "PERSON"
_ADDRESS: Final = "STREET_ADDRESS"
_LEARNT: Final = {PiiKind.PERSON: _PERSON, PiiKind.ADDRESS: _ADDRESS}
# What others mark beside what is personal. A firm or a place is told apart, the others are nothing.
_BESIDE: Final = frozenset(
    ("AGE", "DATE_TIME", "GPE", "LOCATION", "NRP", "ORGANIZATION", "TITLE", "ZIP_CODE")
)
_SAME: Final = {"LOCATION": "GPE"}
_SHOWN: Final = 40  # characters of a kind; longer ones are something else
_FORM: Final = "it must have a kind, and a start and an end in characters"
_CELL: Final = (
    'spans must be a list in JSON, such as "[{""kind"": ""PERSON"", ""start"": 0, ""end"": 3}]"'
)


def read_marked(path: Path) -> list[EntityText]:
    """Returns the texts of a file with what is marked in them, in order of their text.

    Raises:
        UsageError: The file cannot be read, a row cannot be used, there is none, or a text is
            marked in two ways.
    """
    place, given = rows_of(path, ("text", "spans"), _meant_for)
    first: dict[str, tuple[int, EntityText]] = {}
    for number, row in given:
        marked = row if isinstance(row, Mistake) else _marked(row)
        if isinstance(marked, Mistake):
            message = f"{path}: {place} {number}: {marked.what}"
            raise UsageError(message)
        before, known = first.setdefault(marked.text, (number, marked))
        if marked != known:
            message = f"{path}: {place}s {before} and {number} mark the same text in two ways"
            raise UsageError(message)
    if not first:
        message = f"{path}: there are no texts in it"
        raise UsageError(message)
    return [each for _, (_, each) in sorted(first.items())]


def _meant_for(names: Collection[str]) -> str:
    """Returns what a file with some columns is meant for, if not for this."""
    if "label" in names and "spans" not in names:
        return "; texts with a label are given as --categories or --attacks"
    return ""


def _marked(row: Row) -> EntityText | Mistake:
    text, spans = text_of(row), row.get("spans")
    if isinstance(text, Mistake):
        return text
    if not text.strip():
        return Mistake("text must not be empty")
    if isinstance(spans, str):
        spans = _list_in(spans)
    if not isinstance(spans, list):
        return spans if isinstance(spans, Mistake) else Mistake(_no_list(row))
    marks: list[Span] = []
    for number, span in enumerate(spans, start=1):
        mark = _span(span, text)
        if isinstance(mark, Mistake):
            return Mistake(f"span {number}: {mark.what}")
        marks.append(mark)
    return _clash_in(marks) or EntityText(text, tuple(sorted(set(marks))))


def _no_list(row: Row) -> str:
    meant_for = _meant_for(row.keys())
    return f"spans must be a list; where there is nothing to mark, an empty one{meant_for}"


def _list_in(cell: str) -> object:
    """Returns what a cell of a table says; an empty one marks nothing."""
    if not cell.strip():
        return []
    try:
        spans = json.loads(cell)
    except (ValueError, RecursionError):
        spans = None
    return spans if isinstance(spans, list) else Mistake(_CELL)


def _span(span: object, text: str) -> Span | Mistake:
    """Returns where something begins in a text, where it has ended, and what it is."""
    match span:
        case {"start": bool()} | {"end": bool()}:
            return Mistake(_FORM)
        case {"kind": str(name), "start": int(start), "end": int(end), **others}:
            kind = _kind(name)
            if isinstance(kind, Mistake):
                return kind
            wrong = _misplaced(text, start, end, others.get("value"))
            return wrong or (start, end, kind)
        case _:
            return Mistake(_FORM)


def _kind(name: str) -> str | Mistake:
    """Returns a kind as what teaches the head calls it."""
    personal = kind_called(name)
    if personal is not None:
        return _LEARNT.get(personal, name)
    if name in _BESIDE:
        return _SAME.get(name, name)
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
    suggested = did_you_mean(name.upper(), (_PERSON, _ADDRESS, *sorted(_BESIDE)))
    instead = f"; people are {_PERSON}, and addresses {_ADDRESS}; others need no mark"
    return Mistake(f"{shown!r} is no kind that is known{suggested or instead}")


def _misplaced(text: str, start: int, end: int, value: object) -> Mistake | None:
    """Says what is wrong with a place in a text, and where the right one may be."""
    places = list(_places(value, text)) if isinstance(value, str) else []
    nearest = min(places, key=lambda place: abs(place[0] - start), default=None)
    instead = "" if nearest is None else f"; its value stands from {nearest[0]} to {nearest[1]}"
    if not 0 <= start < end <= len(text):
        where = f"{start} to {end} is not a part of a text of {len(text)} characters"
        counted = "; places are counted in characters, from 0, and the end is behind the last"
        return Mistake(f"{where}{instead or counted}")
    if value is not None and value != text[start:end]:
        # The text itself is quoted nowhere: it is somebody's.
        nowhere = "; nowhere in the text does its value stand"
        return Mistake(f"value is not what stands from {start} to {end}{instead or nowhere}")
    return None


def _places(value: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(value) if value else -1
    while start >= 0:
        yield start, start + len(value)
        start = text.find(value, start + 1)


def _clash_in(marks: Sequence[Span]) -> Mistake | None:
    """Says if something is marked as a person and as an address: a word can teach but one."""
    learnt = [each for each in enumerate(marks, start=1) if each[1][2] in _LEARNT.values()]
    for (number, one), (other_number, other) in combinations(learnt, 2):
        if one[2] != other[2] and one[0] < other[1] and other[0] < one[1]:
            which = f"spans {number} and {other_number} overlap"
            return Mistake(f"{which}, and one is a person, the other an address: mark either")
    return None
