"""Labels of tokens: the kind of entity, and whether one begins here."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

_SEPARATOR: Final = "-"
_BEGINS: Final = frozenset("BSU")  # begins; or is one of a single token, in two traditions
_GOES_ON: Final = frozenset("IEL")  # inside; or ends, likewise


@frozen
class Tag:
    """One label.

    Args:
        entity: The kind of entity, as the checkpoint calls it; None outside of all.
        begins: Whether it says that an entity begins, and the one before it has ended.
    """

    entity: str | None
    begins: bool = False


_OUTSIDE: Final = Tag(None)


def tags_of(names: Sequence[str]) -> tuple[Tag, ...]:
    """Reads labels as IO, BIO, BIOES or BILOU, whichever they are.

    In IO a label is a kind of entity and nothing else, so `E-MAIL` is one there. It is IO unless
    some label goes on (`I-…`).
    """
    is_marked = any(name[:2].upper() == f"I{_SEPARATOR}" for name in names)
    return tuple(_tag(name, is_marked=is_marked) for name in names)


def _tag(name: str, *, is_marked: bool) -> Tag:
    if name.upper() == "O":
        return _OUTSIDE
    mark, separator, entity = name.partition(_SEPARATOR)
    if is_marked and separator and entity and mark.upper() in _BEGINS | _GOES_ON:
        return Tag(entity, begins=mark.upper() in _BEGINS)
    return Tag(name)
