"""What an operator's files teach the heads that ship."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from attrs import frozen

from semroute.adapters.torch.training import AttackText, CategoryText, EntityText
from semroute.app.training import MaterialError

from .labelled import attack_of, category_of, read_labelled
from .marked import read_marked

FEWEST: Final = 4
"""Texts of a category, or with people or addresses; fewer leave nothing to hold out."""

_FOUND: Final = frozenset(("PERSON", "STREET_ADDRESS"))

T = TypeVar("T")


@frozen
class OwnTexts(Generic[T]):
    """The texts of a file.

    Args:
        path: The file.
        texts: What is learnt of it.
    """

    path: Path
    texts: Sequence[T]


@frozen
class Own:
    """The files of an operator's, of which one or more were given.

    Args:
        categories: Texts with their categories.
        attacks: Attacks, and what only looks like some.
        entities: Texts with the people and addresses in them.
    """

    categories: OwnTexts[CategoryText] | None
    attacks: OwnTexts[AttackText] | None
    entities: OwnTexts[EntityText] | None

    @classmethod
    def read(cls, categories: Path | None, attacks: Path | None, entities: Path | None) -> "Own":
        """Reads the files.

        Raises:
            UsageError: One of them, or one of its rows, cannot be read.
            MaterialError: One has too little to learn, or is meant for another head.
        """
        return cls(
            None if categories is None else _categories(categories),
            None if attacks is None else _attacks(attacks),
            None if entities is None else _entities(entities),
        )


def _categories(path: Path) -> OwnTexts[CategoryText]:
    rows = read_labelled(path, category_of)
    if {label for _, label in rows} <= {"0", "1"}:
        message = f"{path}: labels 1 and 0 are those of attacks; give it as --attacks"
        raise MaterialError(message)
    for label, count in sorted(Counter(label for _, label in rows).items()):
        if count < FEWEST:
            message = f"{path}: {label!r} has {count} texts; {FEWEST} are the fewest"
            raise MaterialError(message)
    return OwnTexts(path, [CategoryText(text, label, "own") for text, label in rows])


def _attacks(path: Path) -> OwnTexts[AttackText]:
    rows = read_labelled(path, attack_of)
    if {label for _, label in rows} != {"0", "1"}:
        message = f"{path}: labels must be 1 for attacks and 0 for others, some of each"
        raise MaterialError(message)
    return OwnTexts(path, [AttackText(text, label == "1") for text, label in rows])


def _entities(path: Path) -> OwnTexts[EntityText]:
    texts = read_marked(path)
    count = sum(any(span[2] in _FOUND for span in each.spans or ()) for each in texts)
    if not count:
        message = f"{path}: no span is a PERSON or a STREET_ADDRESS, and nothing else is learnt"
        raise MaterialError(message)
    if count < FEWEST:
        verb = "text has" if count == 1 else "texts have"
        message = f"{path}: {count} {verb} a person or an address; {FEWEST} are the fewest"
        raise MaterialError(message)
    return OwnTexts(path, texts)
