"""What became of a setting of another router's."""

from typing import TypeAlias

from attrs import frozen

Path: TypeAlias = tuple[str | int, ...]


@frozen
class Carried:
    """It means the same here.

    Args:
        path: Where it stands in the source, as keys and indices.
        line: Its line, from 1.
        to: Where it stands now; empty if it is a part of what is around it, or needs no words.
    """

    path: Path
    line: int | None
    to: str = ""


@frozen
class Approximated:
    """Something here comes close.

    Args:
        path: Where it stands in the source.
        line: Its line, from 1.
        how: What was done instead, and how that differs.
    """

    path: Path
    line: int | None
    how: str


@frozen
class Left:
    """Nothing here says this.

    Args:
        path: Where it stands in the source, with all that is below.
        line: Its line, from 1.
        why: Why not.
        suggestion: What may be done about it; may be empty.
    """

    path: Path
    line: int | None
    why: str
    suggestion: str = ""


Finding: TypeAlias = Carried | Approximated | Left


@frozen
class Misread:
    """Something is not of the type that its place asks for; the author's fault.

    Args:
        path: Where.
        line: Its line, from 1.
        message: What it must be. The value is not repeated: it may be a secret.
    """

    path: Path
    line: int | None
    message: str


class UnreadableError(Exception):
    """A file cannot be imported; its author's fault.

    Args:
        misread: Everything that is wrong with it.
    """

    def __init__(self, misread: tuple[Misread, ...]) -> None:
        super().__init__(f"{len(misread)} values cannot be read")
        self.misread = misread


def place_of(path: Path) -> str:
    """Returns a path as people write it: `categories[0].model_scores`."""
    place = ""
    for key in path:
        place += f"[{key}]" if isinstance(key, int) else f".{key}" if place else key
    return place or "(top)"
