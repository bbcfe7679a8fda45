"""Fields that requests of every API have, read as every API means them."""

from collections.abc import Mapping
from typing import Final

from semroute.domain.chat import Message, Role
from semroute.domain.errors import InvalidRequestError

from .strictjson import Json

_ROLES: Final = {role.value: role for role in Role}


_SPOKEN: Final = frozenset(
    {"messages", "input", "prompt", "suffix", "system", "instructions", "tools", "functions"}
)


def model_in(document: dict[str, Json]) -> str:
    """Returns the name of the model.

    Raises:
        InvalidRequestError: There is none; the client's fault.
    """
    model = document.get("model")
    if not isinstance(model, str) or not model:
        message = "The model must be named by a string."
        raise InvalidRequestError(message, "model")
    return model


def is_streaming_in(document: dict[str, Json]) -> bool:
    """Returns whether the answer shall come in pieces.

    Raises:
        InvalidRequestError: It says neither yes nor no; the client's fault.
    """
    stream = document.get("stream")
    if not isinstance(stream, bool | None):
        message = "It must be true, false or null."
        raise InvalidRequestError(message, "stream")
    return bool(stream)


def list_in(document: dict[str, Json], name: str) -> list[Json]:
    """Returns a list that must have something in it.

    Raises:
        InvalidRequestError: It is something else, or empty; the client's fault.
    """
    items = document.get(name)
    if not isinstance(items, list) or not items:
        message = f"The {name} must be a list with at least one of them."
        raise InvalidRequestError(message, name)
    return items


def length_in(document: dict[str, Json], *names: str) -> int | None:
    """Returns how many tokens an answer may have, by the first of these fields that says it.

    What is no such number is for the model server to judge.
    """
    for name in names:
        length = document.get(name)
        if isinstance(length, int) and not isinstance(length, bool) and length >= 0:
            return length
    return None


def wants_schema_in(document: dict[str, Json], *path: str) -> bool:
    """Returns whether the format that stands at a path is a JSON schema."""
    value: Json = document
    for step in (*path, "type"):
        value = value.get(step) if isinstance(value, dict) else None
    return value == "json_schema"


def role_of(name: str) -> Role:
    """Returns the role that is spelled like this."""
    return _ROLES.get(name, Role.OTHER)


def knobs_in(document: Mapping[str, Json]) -> Mapping[str, Json]:
    """Returns what a request says at its top level beside texts, turns and tools."""
    return {name: value for name, value in document.items() if name not in _SPOKEN}


def message_of(role: Role, content: Json, path: str, texts: Mapping[str, str]) -> Message:
    """Returns a message.

    Args:
        role: Who speaks.
        content: A string, a list of parts, or nothing.
        path: Where it stands in the request.
        texts: By type, the field that the text of a part is in.

    Raises:
        InvalidRequestError: The content is something else; the client's fault.
    """
    match content:
        case None:
            return Message(role, "")
        case str():
            return Message(role, content)
        case list():
            return _of_parts(role, content, path, texts)
        case _:
            message = "The content must be a string, a list of parts or null."
            raise InvalidRequestError(message, path)


def _of_parts(role: Role, parts: list[Json], path: str, texts: Mapping[str, str]) -> Message:
    found: list[str] = []
    for index, part in enumerate(parts):
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            message = "A part must be an object with a type."
            raise InvalidRequestError(message, f"{path}[{index}]")
        name = texts.get(str(part["type"]))
        if name is not None:
            text = part.get(name)
            if not isinstance(text, str):
                message = "The text of a part must be a string."
                raise InvalidRequestError(message, f"{path}[{index}].{name}")
            found.append(text)
    return Message(role, "\n".join(found), len(parts) - len(found))
