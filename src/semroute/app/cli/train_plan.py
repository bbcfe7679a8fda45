"""From a manifest to the texts that heads learn from."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Final

from attrs import define, evolve, field, frozen

from semroute.adapters.torch.training import (
    COMBINED,
    AttackText,
    CategoryText,
    EntityText,
    Trial,
)
from semroute.app.config import Library
from semroute.app.phrasings import phrased
from semroute.app.training import (
    Head,
    HeldOut,
    Manifest,
    Marked,
    Material,
    MaterialError,
    Origin,
    Prompt,
    Subject,
    marked_in,
    prompts_in,
    tried_in,
    verified,
)
from semroute.app.training.material import bare
from semroute.app.typos import mistyped
from semroute.domain.classification import CategoryDefinition

from .configuration import read_text
from .rows import read_rows, text_of

_LIBRARY: Final = "chat"  # the kind of what shipped categories say of themselves
_LIBRARY_WEIGHT: Final = 1.0
_PAGE: Final = ".txt"  # what files end with that are no rows
# Sentences that a program put together are worth less than those that were written.
_COMBINED_WEIGHT: Final = 0.4
_ATTACK: Final = {"0": False, "1": True}


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
class Lessons:
    """Reads what the files of a plan teach.

    Args:
        plan: The plan.

    Attributes:
        origins: What was read.
    """

    plan: Plan
    origins: list[Origin] = field(init=False, factory=list[Origin])

    def categories(
        self, heads: Collection[Head]
    ) -> tuple[list[CategoryText], list[CategoryDefinition]]:
        """Returns texts with their categories, and what these say of themselves.

        What stands in an earlier file is left out of later ones.

        Args:
            heads: Who learns them: `categories`, `fast`, or both.

        Raises:
            MaterialError: A file is missing, is another one, or has a row that cannot be used; or
                how sure to be of a category is to be learnt, and the category is not.
        """
        texts: list[CategoryText] = []
        held_out = self.plan.held_out("categories")
        for material, prompts in self._prompts("categories", heads):
            for prompt in prompts:
                text = CategoryText(
                    prompt.text,
                    prompt.label,
                    material.kind,
                    material.weight,
                    is_apart=material.apart,
                )
                if material.phrased:
                    asked = phrased(prompt.text, material.phrased)
                    texts += [
                        evolve(text, text=each, origin=prompt.text)
                        for each in asked
                        if bare(each) not in held_out
                    ]
                    continue
                texts.append(text)
                if _share_of(prompt.text) < material.typos:
                    texts.append(evolve(text, text=mistyped(prompt.text), origin=prompt.text))
        labels = sorted({each.label for each in texts if not each.is_apart})
        definitions = [_shipped(label, self.plan.library) for label in labels]
        texts += _lines_of(definitions)
        _check_those_apart(texts)
        return texts, definitions

    def trials(self) -> list[Trial]:
        """Returns texts with what two models made of them."""
        held_out = self.plan.held_out("complexity")
        trials: list[Trial] = []
        for material, path in self._files("complexity"):
            some = [
                Trial(each.text, each.strong, each.weak)
                for each in tried_in(path, material, own_use=self.plan.own_use)
                if bare(each.text) not in held_out
            ]
            trials += some
            self._note(material, len(some), "complexity")
        return trials

    def attacks(self) -> tuple[list[AttackText], list[str]]:
        """Returns attacks and ordinary texts, and more ordinary ones of which others are made.

        Raises:
            MaterialError: A label is none.
        """
        texts: list[AttackText] = []
        spare: list[str] = []
        for material, prompts in self._prompts("attacks", ["attacks"]):
            if not {each.label for each in prompts} <= _ATTACK.keys():
                message = f"{material.path}: labels must be 1 for attacks and 0 for others"
                raise MaterialError(message)
            most = len(prompts) if material.most is None else material.most
            texts += [_attack_text(each, material) for each in prompts[:most]]
            spare += [each.text for each in prompts[most : 2 * most] if not _ATTACK[each.label]]
        return texts, spare

    def entities(self) -> tuple[list[EntityText], dict[str, str]]:
        """Returns texts with what is in them, and the pages that sentences are made of."""
        held_out = self.plan.held_out("entities")
        texts: list[EntityText] = []
        pages: dict[str, str] = {}
        for material, path in self._files("entities"):
            if path.suffix == _PAGE:
                pages[path.stem] = page = read_text(path)
                self._note(material, len(page.splitlines()), "entities")
                continue
            rows = [
                each
                for each in marked_in(path, material, own_use=self.plan.own_use)
                if bare(each.text) not in held_out
            ][: material.most]
            texts += map(_entity_text, rows)
            self._note(material, len(rows), "entities")
        return texts, pages

    def measured_entities(self) -> dict[str, list[EntityText]]:
        """Returns the files that the head for people and addresses is measured on."""
        return {
            each.path: [_entity_text(row) for row in islice(self._measured(each), each.most)]
            for each in self.plan.manifest.held_out
            if each.measures == "entities"
        }

    def _measured(self, file: HeldOut) -> Iterator[Marked]:
        path = verified(self.plan.roots, file.path, file.sha256)
        material = Material(file.path, file.sha256, "CC0-1.0", "", "entities")
        return marked_in(path, material, own_use=True)  # nothing is learnt from it

    def _files(self, subject: Subject) -> list[tuple[Material, Path]]:
        return [each for each in self.plan.files() if each[0].teaches == subject]

    def _prompts(
        self, subject: Subject, heads: Collection[Head]
    ) -> Iterator[tuple[Material, list[Prompt]]]:
        """Yields the labelled texts of each file of a subject, each text once."""
        seen = self.plan.held_out(subject)
        for material, path in self._files(subject):
            prompts: list[Prompt] = []
            for prompt in prompts_in(path, material, own_use=self.plan.own_use):
                words = bare(prompt.text) or prompt.text
                if words not in seen:
                    seen.add(words)
                    prompts.append(prompt)
            most = len(prompts) if material.most is None else material.most
            yield material, prompts
            for head in heads:
                self._note(material, min(most, len(prompts)), head)

    def _note(self, material: Material, rows: int, head: Head) -> None:
        origin = Origin(
            *(material.path, material.source, material.licence, material.sha256), head, rows
        )
        if origin not in self.origins:
            self.origins.append(origin)


def _attack_text(prompt: Prompt, material: Material) -> AttackText:
    source, weight = prompt.kind or material.kind, material.weight
    if prompt.is_combined:
        source, weight = COMBINED, weight * _COMBINED_WEIGHT
    return AttackText(
        prompt.text, _ATTACK[prompt.label], source, weight, is_returned=material.returned
    )


def _entity_text(row: Marked) -> EntityText:
    return EntityText(row.text, row.spans)


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


def _check_those_apart(texts: Sequence[CategoryText]) -> None:
    """Makes sure that there is something to be sure of.

    Raises:
        MaterialError: No other texts have the category of one that is set apart, or its kind.
    """
    learnt = [each for each in texts if not each.is_apart]
    labels = {each.label for each in learnt}
    kinds = {each.kind for each in learnt if not each.is_made}
    for each in filter(attrgetter("is_apart"), texts):
        for known, what, sort in ((labels, each.label, "label"), (kinds, each.kind, "kind")):
            if what not in known:
                message = f"{what!r} is a {sort} of texts that are set apart, and of no others"
                raise MaterialError(message)


def _texts_of(path: Path) -> Iterator[str]:
    """Yields the words of every text of a file, alone and without answers to choose from."""
    for text in read_rows(path, "texts", text_of):
        yield bare(text)
        yield bare(text.partition("\nA. ")[0])


def _share_of(text: str) -> float:
    """Returns a number in [0, 1) that stands for a text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[8:15]) / 2.0**56
