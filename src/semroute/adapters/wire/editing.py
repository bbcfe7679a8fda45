"""A request with some of its values changed, and everything else as it was.

Only the objects and lists on the way to what changes are taken apart, and only to their next
level. What stands beside the way is never decoded, so numbers keep their spelling.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from semroute.domain.passage import Path
from semroute.domain.routing import ChatEdit, SystemPrompt

from .merging import merge
from .offered import keep_tools
from .raw import (
    Fields,
    Raw,
    fields_of,
    is_list,
    is_object,
    is_text,
    items_of,
    raw_of,
    written,
)

Prompter: TypeAlias = Callable[[Fields, SystemPrompt], None]
"""Puts a system prompt among the fields of a request, where its API has it."""

# By the next step of the paths: the new text or value there, or what changes further inside.
_Changes: TypeAlias = "dict[str | int, _Change]"
_Change: TypeAlias = "str | Raw | _Changes"


def edited(body: bytes, edit: ChatEdit, prompter: Prompter | None = None) -> bytes:
    """Returns a request, which must have been read strictly before, as edited.

    Args:
        body: The request.
        edit: What changes. Its paths and positions are those of the request as it came.
        prompter: How its API is told a system prompt; None if there is no place for one.

    Raises:
        LookupError: There is no string at a place the edit names. It says nothing more,
            because a path may have somebody's name in it.
    """
    texts: dict[Path, str] = dict(edit.texts)
    if edit.model is not None:
        texts["model",] = edit.model
    system = edit.system if prompter is not None else None
    if edit.tools is None and system is None and not edit.fields:
        return bytes(_changed(raw_of(body), _tree(texts))) if texts else body
    # Texts come first: whatever else is done moves what they name.
    fields = _changed_fields(raw_of(body), _tree(texts))
    if edit.tools is not None:
        keep_tools(fields, edit.tools)
    if system is not None and prompter is not None:
        prompter(fields, system)
    merge(fields, edit.fields)
    return bytes(written(fields))


def replaced(body: bytes, values: Mapping[Path, Raw]) -> bytes:
    """Returns a document with other values in some places, whatever stands there.

    Raises:
        LookupError: There is no such place.
    """
    return bytes(_changed(raw_of(body), _tree(values))) if values else body


def _tree(values: Mapping[Path, str] | Mapping[Path, Raw]) -> _Changes:
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


def _changed(raw: Raw, change: _Change) -> Raw:
    if isinstance(change, Raw):
        return change
    if isinstance(change, str) and is_text(raw):
        return written(change)
    if isinstance(change, dict) and is_object(raw):
        return written(_changed_fields(raw, change))
    if isinstance(change, dict) and is_list(raw):
        return _changed_list(raw, change)
    raise _fault()


def _changed_fields(raw: Raw, changes: _Changes) -> Fields:
    fields = fields_of(raw)
    for step, change in changes.items():
        if not isinstance(step, str) or step not in fields:
            raise _fault()
        fields[step] = _changed(fields[step], change)
    return fields


def _changed_list(raw: Raw, changes: _Changes) -> Raw:
    items = items_of(raw)
    for step, change in changes.items():
        if not isinstance(step, int) or not 0 <= step < len(items):
            raise _fault()
        items[step] = _changed(items[step], change)
    return written(items)


def _fault() -> LookupError:
    return LookupError("An edit names a place where the body has no string.")
