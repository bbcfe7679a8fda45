"""Requests as documents: how tests ask, and where their words stand."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, assert_never

from .file import ApiName, JsonObject, RouteTest

Read: TypeAlias = Callable[[str], bytes]
"""Reads a file that a test names; raises OSError."""

PATHS: Final[Mapping[ApiName, str]] = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
}
_ANSWER_TOKENS: Final = 1024  # Anthropic's API wants to be told; it changes nothing here


class UnusableRequestError(Exception):
    """What a test asks is no request; its author's fault. The message quotes nothing of it."""


def documents_of(test: RouteTest, api: ApiName, read: Read) -> tuple[JsonObject, ...]:
    """Returns what a test asks, as yet without a model where it names none.

    Raises:
        UnusableRequestError: A file cannot be read, or is no JSON object.
    """
    if test.file is not None:
        return (_read(test.file, read),)
    if test.request is not None:
        return (test.request,)
    if test.messages is not None:
        said = [{"role": each.role, "content": each.content} for each in test.messages]
        return (_in_words(api, said),)
    prompts = test.prompts or () if test.prompt is None else (test.prompt,)
    return tuple(_in_words(api, prompt) for prompt in prompts)


def _in_words(api: ApiName, said: str | list[dict[str, str]]) -> JsonObject:
    messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
    match api:
        case "chat":
            return {"messages": messages}
        case "messages":
            return {"messages": messages, "max_tokens": _ANSWER_TOKENS}
        case "responses":
            return {"input": said}
        case "completions":
            return {"prompt": said}
        case _ as never:
            assert_never(never)


def _read(name: str, read: Read) -> JsonObject:
    try:
        document = json.loads(read(name))
    except OSError as error:
        message = str(error.strerror).lower()
        raise UnusableRequestError(message) from None
    except (ValueError, RecursionError):
        message = "it is no JSON"
        raise UnusableRequestError(message) from None
    if not isinstance(document, dict):
        message = "it must be a JSON object"
        raise UnusableRequestError(message)
    return document


def turn_of(document: JsonObject) -> str | None:
    """Returns the text of the last user turn; None if there is none to be found."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    with_turn(document, note)
    return found[0] if found else None


def with_turn(document: JsonObject, change: Callable[[str], str]) -> JsonObject:
    """Returns a document with the text of its last user turn changed, if it has one."""
    for key in ("messages", "input", "prompt"):
        if key in document:
            return document | {key: _changed(document[key], change)}
    return document


def _changed(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return change(value)
    if not isinstance(value, list):
        return value
    for index in reversed(range(len(value))):
        match value[index]:
            case {"role": "user", "content": content} as turn if _has_text(content):
                changed = turn | {"content": _in_parts(content, change)}
                return [*value[:index], changed, *value[index + 1 :]]
            case _:
                continue
    return value


def _has_text(content: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(content, str) or (
        isinstance(content, list) and any(_is_text(part) for part in content)
    )


def _is_text(part: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(part, dict) and isinstance(part.get("text"), str)


def _in_parts(content: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON
    """Changes a text, or the last part that is one: what stands before it is often data."""
    if isinstance(content, str):
        return change(content)
    last = max(index for index, part in enumerate(content) if _is_text(part))
    changed = content[last] | {"text": change(content[last]["text"])}
    return [*content[:last], changed, *content[last + 1 :]]
