"""From files to heads: which file teaches which head, and how."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, assert_never

from attrs import define, evolve, field, frozen

from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.attack_head import AttackHead
from semroute.adapters.torch.category_head import CategoryHead
from semroute.adapters.torch.training import (
    AttackText,
    CategoryText,
    HeldOut,
    Trial,
    Vectorizer,
    extend_categories,
    hold_out,
    train_attacks,
    train_categories,
    train_complexity,
    train_fast,
)
from semroute.app.config import Library
from semroute.app.training import (
    Head,
    Manifest,
    Material,
    MaterialError,
    Origin,
    Subject,
    prompts_in,
    subject_of,
    tried_in,
    verified,
)
from semroute.app.training.material import bare
from semroute.app.typos import mistyped
from semroute.domain.classification import CategoryDefinition

from .configuration import read_text
from .rows import Mistake, Row, read_rows, text_of

_LIBRARY: Final = "chat"  # the kind of what shipped categories say of themselves
_LIBRARY_WEIGHT: Final = 1.0
_FEWEST: Final = 4  # texts of a category; fewer leave nothing to hold out


@frozen
class Plan:
    """A manifest, and where what it names is.

    Args:
        manifest: The manifest.
        roots: The directories that its files are looked for in.
        library: The categories that ship.
        own_use: Whether files may be learnt from whose licence forbids to pass weights on.
    """

    manifest: Manifest
    roots: Sequence[Path]
    library: Library
    own_use: bool

    def files(self) -> list[tuple[Material, Path]]:
        """Returns the files, each of which is what the manifest says.

        Raises:
            MaterialError: One is missing, or is another one.
        """
        return [
            (each, verified(self.roots, each.path, each.sha256)) for each in self.manifest.files
        ]

    def held_out(self, subject: Subject) -> set[str]:
        """Returns the words of all texts that what is learnt of a subject is measured on.

        Raises:
            MaterialError: A file is missing, or is another one.
        """
        paths = [
            verified(self.roots, each.path, each.sha256)
            for each in self.manifest.held_out
            if each.measures == subject
        ]
        return {text for path in paths for text in _texts_of(path)}


@define
class Trainer:
    """Trains heads, and keeps in mind on what.

    Args:
        vectorizer: Encodes texts.
        output: Where the heads are written to.

    Attributes:
        origins: What was learnt from.
        figures: For each head, figures of each kind of text.
    """

    vectorizer: Vectorizer
    output: Path
    origins: list[Origin] = field(init=False, factory=list[Origin])
    figures: dict[str, Mapping[str, Mapping[str, float]]] = field(init=False, factory=dict)
    _held: HeldOut | None = field(init=False, default=None)

    def train(self, plan: Plan) -> None:
        """Trains what a manifest asks for, from the ground up.

        Raises:
            MaterialError: A file is missing, is another one, or has a row that cannot be used.
        """
        files = plan.files()
        for head in plan.manifest.heads:
            subject = subject_of(head)
            theirs = [(material, path) for material, path in files if material.teaches == subject]
            self.figures[head] = self._trained(head, theirs, plan)

    def _trained(
        self, head: Head, files: Sequence[tuple[Material, Path]], plan: Plan
    ) -> Mapping[str, Mapping[str, float]]:
        held_out = plan.held_out(subject_of(head))
        match head:
            case "categories" | "fast":
                held = self._held_out(files, held_out, plan)
                train = train_categories if head == "categories" else train_fast
                return train(held, self.vectorizer, self.output)
            case "complexity":
                trials = list(self._trials(files, held_out, own_use=plan.own_use))
                return train_complexity(trials, self.vectorizer, self.output)
            case _ as never:
                assert_never(never)

    def _held_out(
        self, files: Sequence[tuple[Material, Path]], held_out: set[str], plan: Plan
    ) -> HeldOut:
        """Returns what two heads learn from, computed once."""
        if self._held is None:
            texts = list(self._category_texts(files, held_out, own_use=plan.own_use))
            labels = sorted({each.label for each in texts})
            definitions = [_shipped(label, plan.library) for label in labels]
            texts += _lines_of(definitions)
            self._held = hold_out(texts, definitions, self.vectorizer)
        return self._held

    def _trials(
        self, files: Sequence[tuple[Material, Path]], held_out: set[str], *, own_use: bool
    ) -> Iterator[Trial]:
        for material, path in files:
            count = 0
            for each in tried_in(path, material, own_use=own_use):
                if bare(each.text) not in held_out:
                    count += 1
                    yield Trial(each.text, each.strong, each.weak)
            self._note(_origin(material, count))

    def _category_texts(
        self, files: Sequence[tuple[Material, Path]], held_out: set[str], *, own_use: bool
    ) -> Iterator[CategoryText]:
        """Yields texts, each once; what stands in an earlier file is left out of later ones."""
        seen = set(held_out)
        for material, path in files:
            count = 0
            for prompt in prompts_in(path, material, own_use=own_use):
                words = bare(prompt.text) or prompt.text
                if words in seen:
                    continue
                seen.add(words)
                count += 1
                text = CategoryText(prompt.text, prompt.label, material.kind, material.weight)
                yield text
                if _share_of(prompt.text) < material.typos:
                    yield evolve(text, text=mistyped(prompt.text), origin=prompt.text)
            self._note(_origin(material, count))

    def _note(self, origin: Origin) -> None:
        if origin not in self.origins:  # two heads may learn from one file
            self.origins.append(origin)

    def teach_categories(self, path: Path) -> None:
        """Teaches the shipped category head an operator's file.

        Raises:
            UsageError: The file cannot be read.
            MaterialError: It has too few texts of a category.
        """
        rows = _labelled(path)
        for label, count in sorted(Counter(label for _, label in rows).items()):
            if count < _FEWEST:
                message = f"{path}: {label!r} has {count} texts; {_FEWEST} are the fewest"
                raise MaterialError(message)
        texts = [CategoryText(text, label, "own") for text, label in rows]
        head = CategoryHead.load(HEADS, *self._encoder)
        self.origins.append(_own_origin(path, "categories", len(rows)))
        self.figures["categories"] = extend_categories(texts, head, self.vectorizer, self.output)

    def teach_attacks(self, path: Path) -> None:
        """Teaches the shipped attack head an operator's file.

        Raises:
            UsageError: The file cannot be read.
            MaterialError: A label is none.
        """
        rows = _labelled(path)
        if {label for _, label in rows} != {"0", "1"}:
            message = f"{path}: labels must be 1 for attacks and 0 for others, some of each"
            raise MaterialError(message)
        texts = [AttackText(text, label == "1") for text, label in rows]
        head = AttackHead.load(HEADS, *self._encoder)
        self.origins.append(_own_origin(path, "attacks", len(rows)))
        self.figures["attacks"] = train_attacks(texts, head, self.vectorizer, self.output)

    @property
    def _encoder(self) -> tuple[str, int]:
        return self.vectorizer.fingerprint, self.vectorizer.encoder.dimensions


def _shipped(label: str, library: Library) -> CategoryDefinition:
    known = library.categories.get(label)
    if known is None:
        return CategoryDefinition(label)
    return CategoryDefinition(label, known.description, known.examples)


def _lines_of(definitions: Sequence[CategoryDefinition]) -> Iterator[CategoryText]:
    for definition in definitions:
        for line in definition.examples:
            text = CategoryText(line, definition.name, _LIBRARY, _LIBRARY_WEIGHT)
            yield text
            yield evolve(text, text=mistyped(line), origin=line)


def _labelled(path: Path) -> list[tuple[str, str]]:
    """Returns the texts of a CSV or JSON lines file with their labels, in order of their text."""
    if path.suffix == ".csv":
        table = csv.DictReader(io.StringIO(read_text(path)))
        if not {"text", "label"} <= set(table.fieldnames or ()):
            message = f"{path}: its first line must name the columns text and label"
            raise MaterialError(message)
        rows = [(row["text"] or "", row["label"] or "") for row in table]
        for number, (text, label) in enumerate(rows, start=1):
            if not text.strip() or not label.strip():
                message = f"{path}: row {number} needs a text and a label"
                raise MaterialError(message)
        return sorted(set(rows))
    return sorted(set(read_rows(path, "texts", _row)))


def _row(row: Row) -> tuple[str, str] | Mistake:
    text, label = text_of(row), row.get("label")
    if isinstance(text, Mistake):
        return text
    if isinstance(label, bool | int):
        label = str(int(label))
    if not isinstance(label, str) or not label:
        return Mistake("label must be a category, or 1 or 0")
    return (text, label) if text.strip() else Mistake("text must not be empty")


def _texts_of(path: Path) -> Iterator[str]:
    """Yields the words of every text of a file, alone and without answers to choose from."""
    for text in read_rows(path, "texts", text_of):
        yield bare(text)
        yield bare(text.partition("\nA. ")[0])


def _share_of(text: str) -> float:
    """Returns a number in [0, 1) that stands for a text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[8:15]) / 2.0**56


def _origin(material: Material, rows: int) -> Origin:
    return Origin(
        material.path, material.source, material.licence, material.sha256, material.teaches, rows
    )


def _own_origin(path: Path, teaches: str, rows: int) -> Origin:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Origin(path.name, "your own file", "own", digest, teaches, rows)
