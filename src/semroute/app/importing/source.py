"""A file of another router's, of which nothing is overlooked.

Whoever reads a value says by that what becomes of it; `sweep` finds what nobody has read.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Self, TypeAlias

from attrs import define, evolve, field, frozen

from .findings import Approximated, Carried, Finding, Left, Misread, Path

Tree: TypeAlias = "Mapping[str, Tree] | Sequence[Tree] | str | int | float | bool | None"


@define
class Ledger:
    """What has become of everything so far.

    Args:
        lines: The line of every value.
        findings: By path. A later finding takes the place of an earlier one.
        closed: Paths that are done with, and all that is below them.
        asked: Which keys somebody looked for, by the path of their mapping.
        misread: What had the wrong type.
    """

    lines: Mapping[Path, int]
    findings: dict[Path, Finding] = field(factory=dict)
    closed: set[Path] = field(factory=set)
    asked: dict[Path, set[str]] = field(factory=dict)
    misread: list[Misread] = field(factory=list)

    def knows(self, path: Path) -> bool:
        """Whether it is said what becomes of a path itself."""
        return path in self.findings or any(path[:end] in self.closed for end in range(len(path)))

    def forget_below(self, path: Path) -> None:
        """Forgets what was said about what is below a path, which is now told as a whole."""
        for each in [each for each in self.findings if each[: len(path)] == path]:
            del self.findings[each]


@frozen
class Source:
    """A value in the file.

    Args:
        value: What it is.
        path: Where it is.
        ledger: Where it is noted what becomes of it.
    """

    value: Tree
    path: Path
    ledger: Ledger

    @property
    def line(self) -> int | None:
        """Where it stands in the file, from 1."""
        return self.ledger.lines.get(self.path)

    def carried(self, to: str = "") -> None:
        """Notes that it means the same here; says nothing about what is below it."""
        self.ledger.findings[self.path] = Carried(self.path, self.line, to)

    def carried_whole(self, to: str = "") -> None:
        """Notes that it means the same here, with all that is below it."""
        self._close()
        self.carried(to)

    def approximated(self, how: str) -> None:
        """Notes what was done instead; says nothing about what is below it."""
        self.ledger.findings[self.path] = Approximated(self.path, self.line, how)

    def approximated_whole(self, how: str) -> None:
        """Notes what was done instead of it and of all that is below it."""
        self._close()
        self.approximated(how)

    def left(self, why: str, suggestion: str = "") -> None:
        """Notes that nothing here says this, nor what is below it."""
        self._close()
        self.ledger.findings[self.path] = Left(self.path, self.line, why, suggestion)

    def misread(self, message: str) -> None:
        """Notes that it cannot be what it is."""
        self.ledger.misread.append(Misread(self.path, self.line, message))

    def get(self, key: str) -> Self | None:
        """Returns what stands under a key; None if nothing does, or null."""
        self.ledger.asked.setdefault(self.path, set()).add(key)
        if not isinstance(self.value, Mapping):
            self._insist("a mapping of keys to values")
            return None
        if key not in self.value:
            return None
        child = evolve(self, value=self.value[key], path=(*self.path, key))
        if child.value is None:
            child.carried()
            return None
        return child

    def at(self, *keys: str) -> Self | None:
        """Returns what stands under keys within keys."""
        here: Self | None = self
        for key in keys:
            here = here.get(key) if here is not None else None
        return here

    def entries(self) -> Iterator[tuple[str, Self]]:
        """Yields the keys of a mapping with what stands under them, null included."""
        if not isinstance(self.value, Mapping):
            self._insist("a mapping of names to values")
            return
        for key, value in self.value.items():
            yield key, evolve(self, value=value, path=(*self.path, key))

    def items(self) -> Iterator[Self]:
        """Yields the items of a list."""
        if not isinstance(self.value, list):
            self._insist("a list")
            return
        for index, value in enumerate(self.value):
            yield evolve(self, value=value, path=(*self.path, index))

    def list(self, key: str) -> Iterator[Self]:
        """Yields the items of the list under a key, if there is one."""
        child = self.get(key)
        if child is not None:
            if child.value in ([], {}):
                child.carried()
            else:
                yield from child.items()

    def text(self, key: str) -> str | None:
        """Returns the text under a key."""
        child = self.get(key)
        return None if child is None else child.as_text()

    def as_text(self) -> str | None:
        """Returns this as text. Numbers are refused: they may have lost how they were written."""
        if isinstance(self.value, str):
            self.carried()
            return str(self.value)
        self._insist("text; put it in quotes")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Returns the texts in the list under a key; none if there is no such list."""
        said = (each.as_text() for each in self.list(key))
        return tuple(each for each in said if each is not None)

    def number(self, key: str) -> float | None:
        """Returns the number under a key."""
        child = self.get(key)
        if child is None:
            return None
        match child.value:
            case bool():
                pass
            case int() | float() as value if math.isfinite(value):
                child.carried()
                return value
            case _:
                pass
        child.misread("it must be a number")
        return None

    def amount(self, key: str) -> float | None:
        """Returns the number under a key, which must not be negative."""
        return self._within(key, 0, None, "it must be a number, and not negative")

    def probability(self, key: str) -> float | None:
        """Returns the number under a key, which must be from 0 to 1."""
        return self._within(key, 0, 1, "it must be a number from 0 to 1")

    def integer(self, key: str) -> int | None:
        """Returns the whole number under a key."""
        child = self.get(key)
        if child is None:
            return None
        if isinstance(child.value, int) and not isinstance(child.value, bool):
            child.carried()
            return child.value
        child.misread("it must be a whole number")
        return None

    def flag(self, key: str) -> bool | None:
        """Returns the true or false under a key."""
        child = self.get(key)
        if child is None:
            return None
        if isinstance(child.value, bool):
            child.carried()
            return child.value
        child.misread("it must be true or false")
        return None

    def _within(self, key: str, least: float, most: float | None, what: str) -> float | None:
        number, child = self.number(key), self.get(key)
        if number is None or child is None:
            return None
        if least <= number and (most is None or number <= most):
            return number
        child.misread(what)
        return None

    def _close(self) -> None:
        self.ledger.forget_below(self.path)
        self.ledger.closed.add(self.path)

    def _insist(self, what: str) -> None:
        """Notes what this must be, once."""
        mistake = Misread(self.path, self.line, f"it must be {what}")
        if mistake not in self.ledger.misread:
            self.ledger.misread.append(mistake)


def sweep(node: Source) -> Iterator[Source]:
    """Yields everything that nobody has read, each as high up as nothing below it was."""
    if node.path in node.ledger.closed:
        return
    children = _children(node)
    if not children:
        if not node.ledger.knows(node.path):
            yield node
        return
    below = [each for child in children for each in sweep(child)]
    is_all = {each.path for each in below} >= {child.path for child in children}
    if is_all and node.path and node.path not in node.ledger.findings:
        yield node
    else:
        yield from below


def _children(node: Source) -> list[Source]:
    match node.value:
        case Mapping():
            return [child for _, child in node.entries()]
        case list():
            return list(node.items())
        case _:
            return []
