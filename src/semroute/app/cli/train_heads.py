"""From texts to heads: which head learns what, and how."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar, assert_never

from attrs import define, field

from semroute.adapters.lexical.training import Letters
from semroute.adapters.torch.artefact import HEADS
from semroute.adapters.torch.attack_head import AttackHead
from semroute.adapters.torch.category_head import CategoryHead
from semroute.adapters.torch.training import (
    LISTS,
    CategoryText,
    Figures,
    HeldOut,
    Vectorizer,
    extend_attacks,
    extend_categories,
    extend_entities,
    hold_out,
    train_attacks,
    train_categories,
    train_complexity,
    train_entities,
    train_fast,
)
from semroute.app.training import Head, MaterialError, Origin

from .crew import Crew, Progress, groups_of
from .learning import Learnt
from .own_texts import FEWEST, Own, OwnTexts
from .train_plan import Lessons, Plan
from .train_told import shipped

T = TypeVar("T")


@define
class Trainer:
    """Trains heads, and keeps in mind on what.

    Args:
        vectorizer: Encodes texts.
        output: Where the heads are written to.

    Attributes:
        origins: What was learnt from.
        started_from: What the shipped heads had learnt from that others started from.
        figures: For each head, figures of each kind of text.
    """

    vectorizer: Vectorizer
    output: Path
    origins: list[Origin] = field(init=False, factory=list[Origin])
    started_from: list[Origin] = field(init=False, factory=list[Origin])
    figures: dict[str, Mapping[str, Figures]] = field(init=False, factory=dict)

    def train(self, plan: Plan, add_bar: Callable[[], Progress]) -> None:
        """Trains what a manifest asks for, from the ground up; several heads side by side.

        Args:
            plan: What is learnt, of what.
            add_bar: Returns what to tell the progress of one more process.

        Raises:
            MaterialError: A file is missing, is another one, or has a row that cannot be used.
            ExceptionGroup: What `Crew` says, if there are several heads.
        """
        heads = plan.manifest.heads
        if len(groups_of(heads)) > 1:
            results = Crew(plan, self.vectorizer, self.output, add_bar).learn()
        else:
            lessons = Lessons(plan)
            figures = learnt(heads, lessons, self.vectorizer, self.output)
            results = [Learnt(figures, tuple(lessons.origins))]
        told = {head: figures for each in results for head, figures in each.figures.items()}
        origins = [origin for each in results for origin in each.origins]
        for head in heads:
            self.figures[head] = told[head]
            self.origins += [each for each in origins if each.teaches == head]

    def teach(self, own: Own) -> None:
        """Teaches the shipped heads an operator's files."""
        fingerprint, dimensions = self.vectorizer.fingerprint, self.vectorizer.encoder.dimensions
        if own.categories is not None:
            self._note(own.categories, "categories")
            self.figures["categories"] = extend_categories(
                own.categories.texts,
                CategoryHead.load(HEADS, fingerprint, dimensions),
                self.vectorizer,
                self.output,
            )
        if own.attacks is not None:
            self._note(own.attacks, "attacks")
            self.figures["attacks"] = extend_attacks(
                own.attacks.texts,
                AttackHead.load(HEADS, fingerprint, dimensions),
                self.vectorizer,
                self.output,
            )
        if own.entities is not None:
            self._note(own.entities, "entities")
            self.figures["entities"] = extend_entities(
                own.entities.texts, HEADS, self.vectorizer, self.output
            )

    def _note(self, own: OwnTexts[T], head: Head) -> None:
        with own.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        rows = len(own.texts)
        self.origins.append(Origin(own.path.name, "your own file", "own", digest, head, rows))
        self.started_from += shipped(head)


def learnt(
    heads: Sequence[Head], lessons: Lessons, vectorizer: Vectorizer, output: Path
) -> Mapping[Head, Mapping[str, Figures]]:
    """Trains heads, writes them, and returns what is told of each kind of texts.

    Raises:
        MaterialError: A file is missing, is another one, or has a row that cannot be used.
    """

    @cache  # what both learn is held out once
    def held_out() -> HeldOut:
        texts, definitions = lessons.categories(heads)
        _check_there_are_enough(texts)
        return hold_out(texts, definitions, vectorizer)

    return {head: _learnt(head, held_out, lessons, vectorizer, output) for head in heads}


def _learnt(
    head: Head,
    held_out: Callable[[], HeldOut],
    lessons: Lessons,
    vectorizer: Vectorizer,
    output: Path,
) -> Mapping[str, Figures]:
    match head:
        case "categories":
            return train_categories(held_out(), vectorizer, output)
        case "fast":
            return train_fast(held_out(), vectorizer, output)
        case "complexity":
            return train_complexity(lessons.trials(), vectorizer, output)
        case "attacks":
            texts, spare = lessons.attacks()
            return train_attacks(texts, spare, Letters(), vectorizer, output)
        case "entities":
            marked, pages = lessons.entities()
            if missing := LISTS - pages.keys():
                names = ", ".join(f"{name}.txt" for name in sorted(missing))
                message = f"entities are made of lists; the manifest does not name {names}"
                raise MaterialError(message)
            return train_entities(marked, pages, lessons.measured_entities(), vectorizer, output)
        case _ as never:
            assert_never(never)


def _check_there_are_enough(texts: Sequence[CategoryText]) -> None:
    """Makes sure that every category has prompts to hold out, beside those made from others.

    Raises:
        MaterialError: One has too few.
    """
    counts = Counter(each.label for each in texts if not each.is_made and not each.is_apart)
    for label in sorted({each.label for each in texts}):
        if counts[label] < FEWEST:
            message = f"{label!r} has {counts[label]} prompts; {FEWEST} are the fewest"
            raise MaterialError(message)
