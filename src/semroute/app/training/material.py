"""Rows of the files that heads learn from."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from semroute.app.json_lines import Mistake, Row, objects_in

from .manifest import ALLOWED_LICENCES, Material, refusal_of

_COMBINED: Final = "combined"  # what a row's `made` says if a program put it together
_ROWS: Final = ".jsonl"
_PIECE: Final = 5_000  # characters of a document that has no rows
_STEP: Final = 10_000  # one piece of so many characters is read: the next is much like it
_NO_WORD: Final = re.compile(r"\W+")


class MaterialError(Exception):
    """A file cannot be learnt from; the fault of whoever wrote the manifest or the file."""


@frozen
class Prompt:
    """A text and what it is.

    Args:
        text: The text.
        label: What it is.
        kind: Of which sort it is, if rows say so one by one.
        is_combined: Whether a program put it together from parts that were written.
    """

    text: str
    label: str
    kind: str = ""
    is_combined: bool = False


@frozen
class Marked:
    """A text, and where something is in it: its beginning, its end, and what it is.

    `spans` is None if nobody has looked.
    """

    text: str
    spans: tuple[tuple[int, int, str], ...] | None


@frozen
class Tried:
    """A text, and how a strong and a weak model did on it, from 0 to 1."""

    text: str
    strong: float
    weak: float


def verified(roots: Collection[Path], name: str, sha256: str) -> Path:
    """Returns a file that is what the manifest says.

    Raises:
        MaterialError: It is in none of the roots, or is another file.
    """
    for root in roots:
        path = root / name
        if path.is_file():
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != sha256:
                message = f"{path} is not the file of the manifest: its sha256 is {found}"
                raise MaterialError(message)
            return path
    message = f"{name} is in none of the data roots: {', '.join(map(str, roots))}"
    raise MaterialError(message)


def prompts_in(path: Path, material: Material, *, own_use: bool) -> Iterator[Prompt]:
    """Yields the labelled texts of a file, in the order of their digests.

    A file without rows, all of which is one thing, is a document, and read in pieces.

    Raises:
        MaterialError: A row is not as the manifest says, or under another licence.
    """
    if material.label is not None and path.suffix != _ROWS:
        yield from _pieces(path, material.label)
        return
    rows: dict[str, Prompt] = {}
    for number, row in _rows(path, material, own_use=own_use):
        text, label = row.get(material.fields.text), row.get(material.fields.label)
        if isinstance(label, bool | int):
            label = str(int(label))
        if label in material.without:
            continue
        label = label if material.label is None else material.label
        if not isinstance(text, str) or not isinstance(label, str):
            message = (
                f"{path}: line {number}: {material.fields.text} and {material.fields.label} "
                "must be a text and its label"
            )
            raise MaterialError(message)
        text = _cut(text, material)
        if len(text) < max(material.least_chars, 1):
            continue
        if material.labels is not None:
            if label not in material.labels:
                continue
            label = material.labels[label]
        fields = material.fields
        kind = str(row.get(fields.kind, "")) if fields.kind else ""
        is_combined = fields.made is not None and row.get(fields.made) == _COMBINED
        rows.setdefault(_digest(text), Prompt(text, label, kind, is_combined))
    yield from (prompt for _, prompt in sorted(rows.items()))


def _pieces(path: Path, label: str) -> Iterator[Prompt]:
    text = _read(path)
    for start in range(0, len(text), _STEP):
        yield Prompt(text[start : start + _PIECE], label)


def tried_in(path: Path, material: Material, *, own_use: bool) -> Iterator[Tried]:
    """Yields the texts of a file with their outcomes, in the order of their digests.

    Raises:
        MaterialError: A row is not as the manifest says, or under another licence.
    """
    rows: dict[str, Tried] = {}
    for number, row in _rows(path, material, own_use=own_use):
        text, outcomes = row.get(material.fields.text), row.get(material.fields.outcomes)
        worths = [
            outcomes.get(name) if isinstance(outcomes, dict) else None
            for name in (material.strong, material.weak)
        ]
        if not isinstance(text, str) or not all(
            isinstance(worth, int | float) and 0 <= worth <= 1 for worth in worths
        ):
            message = f"{path}: line {number}: it must have a text and both models' outcomes"
            raise MaterialError(message)
        strong, weak = (float(worth or 0) for worth in worths)
        rows.setdefault(_digest(text), Tried(_cut(text, material), strong, weak))
    yield from (tried for _, tried in sorted(rows.items()))


def marked_in(path: Path, material: Material, *, own_use: bool) -> Iterator[Marked]:
    """Yields the texts of a file with what is in them, in the order of their digests.

    Raises:
        MaterialError: A row is not as the manifest says, or under another licence.
    """
    rows: dict[str, Marked] = {}
    unmarked = () if material.nobody else None
    for number, row in _rows(path, material, own_use=own_use):
        text, spans = row.get(material.fields.text), row.get(material.fields.spans)
        if row.get(material.fields.label) in material.without:
            continue
        try:
            marks = unmarked if spans is None else tuple(map(_span, spans))
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            message = f"{path}: line {number}: every span needs a start, an end and a kind"
            raise MaterialError(message) from error
        if not isinstance(text, str):
            message = f"{path}: line {number}: {material.fields.text} must be a text"
            raise MaterialError(message)
        if text.strip():
            rows.setdefault(_digest(text), Marked(text, marks))
    yield from (marked for _, marked in sorted(rows.items()))


def _span(span: Mapping[str, Any]) -> tuple[int, int, str]:
    return int(span["start"]), int(span["end"]), str(span["kind"])


def bare(text: str) -> str:
    """Returns a text's words: what two copies of it have in common."""
    return _NO_WORD.sub(" ", text.lower()).strip()


def _rows(path: Path, material: Material, *, own_use: bool) -> Iterator[tuple[int, Row]]:
    rows = list(objects_in(_read(path)))
    if not rows:
        message = f"{path}: there are no rows in it"
        raise MaterialError(message)
    for number, row in rows:
        if isinstance(row, Mistake):
            message = f"{path}: line {number}: {row.what}"
            raise MaterialError(message)
        licence = row.get(material.fields.licence, material.licence)
        if not own_use and not isinstance(licence, str):
            message = f"{path}: line {number}: {material.fields.licence} must be one identifier"
            raise MaterialError(message)
        if not own_use and licence not in ALLOWED_LICENCES:
            message = f"{path}: line {number}: {refusal_of(licence)}"
            raise MaterialError(message)
        yield number, row


def _read(path: Path) -> str:
    """Returns what is written in a file.

    Raises:
        MaterialError: It is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8: byte {error.start} is wrong"
        raise MaterialError(message) from error


def _cut(text: str, material: Material) -> str:
    return text.partition(material.cut)[0].strip() if material.cut else text.strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
