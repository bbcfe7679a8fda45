"""One document of an answer as a tree: its texts, and how to put others in their place.

Only what is replaced changes. Everything else keeps its bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Self, TypeAlias, cast

import msgspec
from attrs import define, field

from semroute.domain.passage import Path

from .editing import replaced
from .saying import Slot, UnreadableError
from .strictjson import MAX_DEPTH, Json

Fields: TypeAlias = dict[str, Json]

_EMPTY: Final = msgspec.Raw(b"[]")
_PROBABILITIES: Final = "logprobs"


@define
class Place:
    """One text of a tree, or a piece of one.

    Args:
        slot: Which text it belongs to.
        value: What it says.
        path: Where it stands.
        is_whole: Whether it is all of the text, even in a stream.
        is_spelled: Whether `value` is JSON that stands there as it is, and not as a string.
        probabilities: Where those of its tokens stand, which spell what it said; None if nowhere.
    """

    slot: Slot
    value: str = field(repr=False)
    path: Path = field(repr=False)
    is_whole: bool
    is_spelled: bool
    probabilities: Path | None
    _changes: dict[Path, msgspec.Raw] = field(repr=False)

    def replace(self, new: str) -> None:
        """Says something else instead."""
        if new == self.value:
            return
        raw = new.encode() if self.is_spelled else msgspec.json.encode(new)
        self._changes[self.path] = msgspec.Raw(raw)
        if self.probabilities is not None:
            self._changes[self.probabilities] = _EMPTY


@define
class Tree:
    """One document, read.

    Args:
        body: All of it.
        fields: The same, decoded.
    """

    body: bytes = field(repr=False)
    fields: Fields = field(repr=False)
    texts: list[Place] = field(init=False, factory=list)
    changes: dict[Path, msgspec.Raw] = field(init=False, factory=dict)

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Reads a document.

        Raises:
            UnreadableError: It is no JSON object.
        """
        try:
            fields = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise UnreadableError from None
        if not isinstance(fields, dict):
            raise UnreadableError
        return cls(body, fields)

    @property
    def is_changed(self) -> bool:
        """Whether any of its texts was replaced."""
        return bool(self.changes)

    def ends(self, slot: Slot) -> bool:  # noqa: ARG002 - it is about all of them
        """Whether nothing more comes of a text after it, as it is all there is."""
        return True

    def encoded(self) -> bytes:
        """Returns it as it now is."""
        return replaced(self.body, self.changes)

    def encoded_event(self) -> bytes | None:
        """Returns the same."""
        return self.encoded()

    def add_piece(self, slot: Slot, path: Path) -> None:
        """Adds a piece of a text that stands there, if there is one.

        Raises:
            UnreadableError: What stands there is no string.
        """
        parent, value = self._at(path)
        if value is None or value == "":
            return
        if not isinstance(value, str):
            raise UnreadableError
        self._add(slot, value, path, parent, is_whole=False)

    def add_spelled(self, slot: Slot, path: Path) -> None:
        """Adds a value that is read as it is spelled, if it has anything in it."""
        _, value = self._at(path)
        if value:
            spelled = msgspec.json.encode(value).decode()
            place = Place(slot, spelled, path, True, True, None, self.changes)  # noqa: FBT003
            self.texts.append(place)

    def add_all(self, path: Path, *, apart_from: frozenset[str]) -> None:
        """Adds every text that stands there, at any depth, as a whole.

        Args:
            path: Where.
            apart_from: Names of fields that are no texts.

        Raises:
            UnreadableError: It is nested deeper than anybody should look.
        """
        parent, value = self._at(path)
        for place, text, owner in _strings(value, path, parent, apart_from):
            self._add(Slot(0, place), text, place, owner, is_whole=True)

    def _add(self, slot: Slot, value: str, path: Path, parent: Json, *, is_whole: bool) -> None:
        has_probabilities = isinstance(parent, dict) and bool(parent.get(_PROBABILITIES))
        probabilities = (*path[:-1], _PROBABILITIES) if has_probabilities else None
        place = Place(slot, value, path, is_whole, False, probabilities, self.changes)  # noqa: FBT003
        self.texts.append(place)

    def _at(self, path: Path) -> tuple[Json, Json]:
        """Returns what stands at a place, None if nothing does, and what that is in."""
        parent: Json = None
        value: Json = self.fields
        for step in path:
            parent = value
            match parent, step:
                case dict() as fields, str():
                    value = fields.get(step)
                case list() as items, int() if step < len(items):
                    value = items[step]
                case _:
                    return None, None
        return parent, value


def object_in(fields: Fields, name: str) -> Fields:
    """Returns an object, which is empty if there is none.

    Raises:
        UnreadableError: There is something else.
    """
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableError
    return value


def objects_in(fields: Fields, name: str) -> list[Fields]:
    """Returns a list of objects, which is empty if there is none.

    Raises:
        UnreadableError: There is something else.
    """
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise UnreadableError
    return cast("list[Fields]", value)


def number_in(fields: Mapping[str, Json], name: str) -> int:
    """Returns a number, which is 0 if there is none.

    Raises:
        UnreadableError: There is something else.
    """
    value = fields.get(name, 0)
    if not isinstance(value, int):
        raise UnreadableError
    return value


def text_in(fields: Mapping[str, Json], name: str, default: str) -> str:
    """Returns a string, or else the default."""
    value = fields.get(name)
    return value if isinstance(value, str) else default


def _strings(
    value: Json, path: Path, parent: Json, apart_from: frozenset[str]
) -> Iterator[tuple[Path, str, Json]]:
    if len(path) > MAX_DEPTH:
        raise UnreadableError
    match value:
        case str() if value:
            yield path, value, parent
        case dict():
            for key, child in value.items():
                if key not in apart_from:
                    yield from _strings(child, (*path, key), value, apart_from)
        case list():
            for index, child in enumerate(value):
                yield from _strings(child, (*path, index), value, apart_from)
