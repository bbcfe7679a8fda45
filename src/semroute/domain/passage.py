"""The pieces of text in a request that a model will read, wherever they stand."""

from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

Path: TypeAlias = tuple[str | int, ...]
"""Where a text stands in a JSON document, as `("messages", 2, "content")`."""


class Origin(StrEnum):
    """Whose words a text is."""

    __hash__ = str.__hash__  # Enum's own is written in Python

    SYSTEM = "system"  # whoever wrote the application
    USER = "user"
    ASSISTANT = "assistant"  # a model, or a client that puts words into its mouth
    TOOL = "tool"  # what a tool returned: a web page, a file, somebody's mail
    DEFINITION = "definition"  # tools, schemas, and every other field that has text


@frozen
class Passage:
    """One text that a model will read.

    Args:
        path: Where it stands in the request.
        origin: Whose words it is.
        text: All of it.
        is_editable: Whether it is a string that can be replaced. The name of a field, which
            ends its own path, a number, and an id that others go by cannot; nor what an API has
            signed or encrypted, because it would not know it again.
        is_sealed: Whether it is nothing but bytes of the latter: what they look like is chance.
        strand: What it is read on and on with: texts of one origin and strand follow each other.
            Empty if it is no running text but stands beside it, as the name of a file does.
        is_structural: Whether it is a field of the API with a value of the API's, such as how
            long something is kept. What stands next to it says nothing about it.
    """

    path: Path
    origin: Origin
    text: str = field(repr=False)
    is_editable: bool = True
    is_sealed: bool = False
    strand: str = ""
    is_structural: bool = False


@frozen
class Texts:
    """Everything in a request that a model will read.

    Args:
        passages: The texts.
        opaque: Where something stands that nobody here can read.
        model: The model it names; empty if it names none.
    """

    passages: tuple[Passage, ...] = ()
    opaque: tuple[Path, ...] = ()
    model: str = ""


def spelled(path: Path) -> str:
    """Returns a path as people write it: `messages[2].content`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")
