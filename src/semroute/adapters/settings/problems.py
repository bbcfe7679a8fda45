"""What is wrong with a file, and where."""

from typing import TypeAlias

from attrs import frozen

Path: TypeAlias = tuple[str | int, ...]


@frozen
class Problem:
    """One mistake.

    Args:
        path: Where, as keys and indices from the top.
        message: What is wrong and what would be right, in words for the file's author.
        line: Where in the file, from 1; None if it is about something that is not there.
    """

    path: Path
    message: str
    line: int | None = None

    @property
    def place(self) -> str:
        """The path as people write it: `models.small.endpoints[0]`."""
        place = ""
        for key in self.path:
            place += f"[{key}]" if isinstance(key, int) else f".{key}" if place else key
        return place or "(top)"

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.place}: {self.message}"


@frozen
class SettingsError(Exception):
    """A file cannot be used; its author's fault.

    Args:
        problems: Everything that is wrong with it, in the file's order.
        name: The file.
    """

    problems: tuple[Problem, ...]
    name: str = "configuration"

    def __str__(self) -> str:
        return "\n".join(f"{self.name}: {problem}" for problem in self.problems)
