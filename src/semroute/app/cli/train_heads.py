"""From texts to heads: which head learns what, and how."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, assert_never

from attrs import define, field

from semroute.adapters.lexical.training import Letters
from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.attack_head import AttackHead
from semroute.adapters.torch.category_head import CategoryHead
from semroute.adapters.torch.training import (
    LISTS,
    AttackText,
    CategoryText,
    HeldOut,
    Vectorizer,
    extend_attacks,
    extend_categories,
    hold_out,
    train_attacks,
    train_categories,
    train_complexity,
    train_entities,
    train_fast,
)
from semroute.app.training import Head, MaterialError, Origin
from semroute.domain.classification import CategoryDefinition

from .configuration import read_text
from .rows import Mistake, Row, read_rows, text_of
from .train_plan import Lessons, Plan

_FEWEST: Final = 4  # texts of a category; fewer leave nothing to hold out


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
        lessons = Lessons(plan)
        for head in plan.manifest.heads:
            self.figures[head] = self._trained(head, lessons)
        self.origins += lessons.origins

    def _trained(self, head: Head, lessons: Lessons) -> Mapping[str, Mapping[str, float]]:
        match head:
            case "categories":
                held = self._held_out(lessons.categories(head))
                return train_categories(held, self.vectorizer, self.output)
            case "fast":
                # Its encoder has learnt what it has, or its risk would look smaller than it is.
                held = self._held_out(lessons.categories(head))
                return train_fast(held, self.vectorizer, self.output)
            case "complexity":
                return train_complexity(lessons.trials(), self.vectorizer, self.output)
            case "attacks":
                texts, spare = lessons.attacks()
                return train_attacks(texts, spare, Letters(), self.vectorizer, self.output)
            case "entities":
                marked, pages = lessons.entities()
                if missing := LISTS - pages.keys():
                    names = ", ".join(f"{name}.txt" for name in sorted(missing))
                    message = f"entities are made of lists; the manifest does not name {names}"
                    raise MaterialError(message)
                measured = lessons.measured_entities()
                return train_entities(marked, pages, measured, self.vectorizer, self.output)
            case _ as never:
                assert_never(never)

    def _held_out(
        self, taught: tuple[Sequence[CategoryText], Sequence[CategoryDefinition]]
    ) -> HeldOut:
        """Returns what two heads learn from; computed once if it is the same."""
        texts, definitions = taught
        if self._held is None or self._held.rows.texts != texts:
            self._held = hold_out(texts, definitions, self.vectorizer)
        return self._held

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
        self.figures["attacks"] = extend_attacks(texts, head, self.vectorizer, self.output)

    @property
    def _encoder(self) -> tuple[str, int]:
        return self.vectorizer.fingerprint, self.vectorizer.encoder.dimensions


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


def _own_origin(path: Path, teaches: str, rows: int) -> Origin:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Origin(path.name, "your own file", "own", digest, teaches, rows)
