"""An object that a stream says in parts."""

from typing import cast

from attrs import define, field

from semroute.adapters.wire.saying import UnreadableError
from semroute.adapters.wire.strictjson import Json


@define
class Growing:
    """One object, grown from what chunks say of its fields.

    How a field grows is for the caller to know. What cannot be put together raises
    `UnreadableError`, so that nothing is lost and nothing made up.
    """

    _said: dict[str, Json] = field(init=False, factory=dict)
    _texts: dict[str, list[str]] = field(init=False, factory=dict)
    _lists: dict[str, list[Json]] = field(init=False, factory=dict)

    def join(self, name: str, piece: Json) -> None:
        """Adds a piece of a text."""
        if piece is None:
            self._said.setdefault(name, None)
        elif isinstance(piece, str):
            self._said.setdefault(name, None)
            self._texts.setdefault(name, []).append(piece)
        else:
            raise UnreadableError

    def extend(self, name: str, items: Json) -> None:
        """Adds items of a list."""
        if items is None:
            self._said.setdefault(name, None)
        elif isinstance(items, list):
            self._said.setdefault(name, None)
            self._lists.setdefault(name, []).extend(items)
        else:
            raise UnreadableError

    def set_once(self, name: str, value: Json) -> None:
        """Sets a field that must not be said twice: nobody knows how to put that together."""
        if _is_unsaid(value):
            self._said.setdefault(name, value)
        elif _is_unsaid(self._said.get(name)):
            self._said[name] = value
        else:
            raise UnreadableError

    def agree(self, name: str, value: Json) -> None:
        """Sets a field that may be said again, but not otherwise."""
        self._said[name] = _agreed(self._said.get(name), value)

    def set_first(self, name: str, value: Json) -> None:
        """Sets a field of which only the first value counts."""
        if _is_unsaid(self._said.get(name)):
            self._said[name] = value

    def set_last(self, name: str, value: Json) -> None:
        """Sets a field of which only the last value counts. Null is none."""
        if value is not None:
            self._said[name] = value

    def whole(self) -> dict[str, Json]:
        """Returns all that was said."""
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        return self._said | cast("dict[str, Json]", texts) | cast("dict[str, Json]", self._lists)


def _is_unsaid(value: Json) -> bool:
    """Whether it is what servers write that fill in every field."""
    return value is None or value in ("", [], {})


def _agreed(old: Json, new: Json) -> Json:
    if _is_unsaid(new):
        return new if old is None else old
    if _is_unsaid(old):
        return new
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: _agreed(old.get(name), value) for name, value in new.items()}
    if type(old) is type(new) and old == new:
        return old
    raise UnreadableError
