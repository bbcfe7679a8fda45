"""A request with some of its strings replaced, and everything else as it was.

Only the objects and lists on the way to a replaced string are taken apart, and only to their
next level. What stands beside the way is never decoded, so numbers keep their spelling.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from semroute.domain.passage import Path
from semroute.domain.routing import ChatEdit

# By the next step of the paths: the new text or value there, or what changes further inside.
_Changes: TypeAlias = "dict[str | int, _Change]"
_Change: TypeAlias = "str | msgspec.Raw | _Changes"

# In a tool call's arguments, which are JSON, a placeholder may have come in the place of a number.
_STRING_OR_PLACEHOLDER: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|\[[A-Z_]+_[0-9]+\]', re.DOTALL)

_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_VALUE: Final = msgspec.json.Decoder(msgspec.Raw)


def edited(body: bytes, edit: ChatEdit) -> bytes:
    """Returns a request, which must have been read strictly before, as edited.

    Raises:
        LookupError: There is no string at a place the edit names. It says nothing more,
            because a path may have somebody's name in it.
    """
    texts: dict[Path, str] = {
        path: _quoted(text) if path[-1:] == ("arguments",) else text
        for path, text in edit.texts.items()
    }
    if edit.model is not None:
        texts["model",] = edit.model
    return bytes(_changed(_VALUE.decode(body), _tree(texts))) if texts else body


def replaced(body: bytes, values: Mapping[Path, msgspec.Raw]) -> bytes:
    """Returns a document with other values in some places, whatever stands there.

    Raises:
        LookupError: There is no such place.
    """
    return bytes(_changed(_VALUE.decode(body), _tree(values))) if values else body


def _quoted(arguments: str) -> str:
    """Returns a document with its bare placeholders, which no JSON has, as strings."""
    return _STRING_OR_PLACEHOLDER.sub(
        lambda part: part[0] if part[0][0] == '"' else f'"{part[0]}"', arguments
    )


def _tree(values: Mapping[Path, str] | Mapping[Path, msgspec.Raw]) -> _Changes:
    root: _Changes = {}
    for path, value in values.items():
        if not path:
            raise _fault()
        place = root
        for step in path[:-1]:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                raise _fault()
            place = inner
        if path[-1] in place:
            raise _fault()
        place[path[-1]] = value
    return root


def _changed(raw: msgspec.Raw, change: _Change) -> msgspec.Raw:
    if isinstance(change, msgspec.Raw):
        return change
    kind = bytes(memoryview(raw)[:1])
    if isinstance(change, str) and kind == b'"':
        return msgspec.Raw(msgspec.json.encode(change))
    if isinstance(change, dict) and kind == b"{":
        return _changed_object(raw, change)
    if isinstance(change, dict) and kind == b"[":
        return _changed_list(raw, change)
    raise _fault()


def _changed_object(raw: msgspec.Raw, changes: _Changes) -> msgspec.Raw:
    fields = _FIELDS.decode(raw)
    for step, change in changes.items():
        if not isinstance(step, str) or step not in fields:
            raise _fault()
        fields[step] = _changed(fields[step], change)
    return msgspec.Raw(msgspec.json.encode(fields))


def _changed_list(raw: msgspec.Raw, changes: _Changes) -> msgspec.Raw:
    items = _ITEMS.decode(raw)
    for step, change in changes.items():
        if not isinstance(step, int) or not 0 <= step < len(items):
            raise _fault()
        items[step] = _changed(items[step], change)
    return msgspec.Raw(msgspec.json.encode(items))


def _fault() -> LookupError:
    return LookupError("An edit names a place where the body has no string.")
