"""Our configuration as it comes about, with a word on where each part is from."""

from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain: TypeAlias = "Mapping[str, Plain] | list[Plain] | str | int | float | bool"
Where: TypeAlias = tuple[str, ...]


@define
class Document:
    """A configuration that is being written.

    Args:
        tree: What it says.
        notes: What is said about it, by path; each becomes a comment above.
    """

    tree: dict[str, Plain] = field(factory=dict)
    notes: dict[Where, list[str]] = field(factory=dict)

    def put(self, where: Where, value: Plain, *notes: str) -> None:
        """Writes a value; what was there is written over, what is missing around it is made."""
        here = self.tree
        for key in where[:-1]:
            inner = here.setdefault(key, {})
            assert isinstance(inner, dict)
            here = inner
        here[where[-1]] = value
        self.note(where, *notes)

    def note(self, where: Where, *notes: str) -> None:
        """Says something about a part."""
        if notes:
            self.notes.setdefault(where, []).extend(notes)

    def section(self, *where: str) -> dict[str, Plain]:
        """Returns a mapping in it, or an empty one that is not in it."""
        here: Plain = self.tree
        for key in where:
            here = here.get(key, {}) if isinstance(here, dict) else {}
        return here if isinstance(here, dict) else {}
