"""What a model's labels say, and how an operator numbers them."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

_SEPARATOR: Final = "-"
_BEGINS: Final = frozenset("BSU")  # begins; or is one of a single token, in two traditions
_GOES_ON: Final = frozenset("IEL")  # inside; or ends, likewise


def in_order(labels: Mapping[str, str]) -> tuple[str, ...] | None:
    """Returns what the outputs from 0 on are, or None if the labels do not number them all.

    This is the form of Hugging Face's `id2label`: `{"0": "benign", "1": "attack"}`.
    """
    numbers = [str(number) for number in range(len(labels))]
    return tuple(labels[each] for each in numbers) if labels.keys() == {*numbers} else None


@frozen
class Tag:
    """A label of a token: the kind of entity, and whether one begins here.

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
