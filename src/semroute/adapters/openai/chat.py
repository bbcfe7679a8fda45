"""`POST /v1/chat/completions`."""

import json
from typing import Annotated, Final, Literal

import msgspec

from semroute.domain.chat import ChatRequest, Message, Refusal, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit

from . import refusals, replies
from .answers import filter_for
from .editing import edited
from .passages import passages_of
from .sse import SseParser
from .strictjson import Json, load_object

_SERVER_ERROR: Final = 500
_USAGE_BYTES: Final = 64 * 1024  # a stream says what it cost in one of its last events
_ROLES: Final = {role.value: role for role in Role}
_TEXT_PARTS: Final = {"text": "text", "refusal": "refusal"}  # type: the field its text is in
_MAX_CHOICES: Final = 128  # more than that OpenAI does not give


class OpenAIChat:
    """Reads, edits and answers chat requests. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request; fields that routing does not need are left alone."""
        document = load_object(body)
        model = document.get("model")
        if not isinstance(model, str) or not model:
            message = "The model must be named by a string."
            raise InvalidRequestError(message, "model")
        messages = document.get("messages")
        if not isinstance(messages, list) or not messages:
            message = "The messages must be a list with at least one message."
            raise InvalidRequestError(message, "messages")
        stream = document.get("stream")
        if not isinstance(stream, bool | None):
            message = "It must be true, false or null."
            raise InvalidRequestError(message, "stream")
        turns = tuple(_message(turn, f"messages[{i}]") for i, turn in enumerate(messages))
        reading = passages_of(document)
        return ChatRequest(
            model,
            turns,
            is_streaming=bool(stream),
            wants_usage=_wants_usage(document.get("stream_options")),
            choices=choices_of(document.get("n")),
            passages=reading.passages,
            opaque=reading.opaque,
        )

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes."""
        return edited(body, edit)

    def error(self, status: int, error: InvalidRequestError) -> LocalReply:
        """Returns `{"error": {"message", "type", "param", "code"}}`."""
        default = "invalid_request_error" if status < _SERVER_ERROR else "server_error"
        fields = {
            "message": error.message,
            "type": error.kind or default,
            "param": error.param,
            "code": error.code,
        }
        return replies.document(json.dumps({"error": fields}).encode(), status)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:
        """Returns a completion of refusals, as a stream if the client asked for one."""
        if not chat.is_streaming:
            return replies.document(refusals.completion(refusal, range(chat.choices)))
        body = refusals.stream(refusal, range(chat.choices), with_usage=chat.wants_usage)
        return replies.events(body)

    def answer_filter(
        self,
        headers: Headers,
        new_filter: NewFilter,
        refusal: Refusal,
        *,
        on_unreadable: Literal["pass", "stop"],
    ) -> AnswerFilter | None:
        """Returns a filter for a completion or a stream, by what the headers announce."""
        return filter_for(headers, new_filter, refusal, on_unreadable)

    def usage(self, answer: UpstreamAnswer) -> Usage | None:
        """Reads the `usage` of a completion, or of the last chunk that has one."""
        content_type = (answer.headers.get("content-type") or "").partition(";")[0].strip()
        if content_type == "text/event-stream":
            end = answer.body[-_USAGE_BYTES:]
            documents = [event.data.encode() for event in SseParser().feed(end)]
        else:
            documents = [answer.body]
        return next(filter(None, map(_usage, reversed(documents))), None)


def _wants_usage(options: Json) -> bool:
    return isinstance(options, dict) and options.get("include_usage") is True


def choices_of(number: Json) -> int:
    """Returns how many choices `n` asks for. What is no such number is for the server to judge."""
    return number if isinstance(number, int) and 1 <= number <= _MAX_CHOICES else 1


def _message(turn: Json, path: str) -> Message:
    if not isinstance(turn, dict):
        message = "A message must be an object."
        raise InvalidRequestError(message, path)
    role = turn.get("role")
    if not isinstance(role, str):
        message = "A message must have a role."
        raise InvalidRequestError(message, f"{path}.role")
    content = turn.get("content")
    match content:
        case None:
            text, opaque_parts = "", 0
        case str():
            text, opaque_parts = content, 0
        case list():
            text, opaque_parts = _parts(content, f"{path}.content")
        case _:
            message = "The content must be a string, a list of parts or null."
            raise InvalidRequestError(message, f"{path}.content")
    return Message(_ROLES.get(role, Role.OTHER), text, opaque_parts)


def _parts(parts: list[Json], path: str) -> tuple[str, int]:
    """Returns the text of a message's parts, and how many parts have none."""
    texts: list[str] = []
    for index, part in enumerate(parts):
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            message = "A part must be an object with a type."
            raise InvalidRequestError(message, f"{path}[{index}]")
        kind = part["type"]
        if kind in _TEXT_PARTS:
            text = part.get(_TEXT_PARTS[kind])
            if not isinstance(text, str):
                message = "The text of a part must be a string."
                raise InvalidRequestError(message, f"{path}[{index}].{_TEXT_PARTS[kind]}")
            texts.append(text)
    return "\n".join(texts), len(parts) - len(texts)


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Tokens(msgspec.Struct):
    prompt_tokens: _Count
    completion_tokens: _Count = 0


class _Answer(msgspec.Struct):
    usage: _Tokens | None = None


_ANSWER: Final = msgspec.json.Decoder(_Answer)


def _usage(document: bytes) -> Usage | None:
    if b'"usage"' not in document:
        return None
    try:
        tokens = _ANSWER.decode(document).usage
    except (msgspec.DecodeError, RecursionError):
        return None  # a model server may answer what it likes
    return None if tokens is None else Usage(tokens.prompt_tokens, tokens.completion_tokens)
