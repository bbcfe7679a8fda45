"""`POST /v1/responses`: items instead of messages, and a server that remembers earlier ones."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec

from semroute.adapters.wire import replies
from semroute.adapters.wire.answers import filter_for
from semroute.adapters.wire.choice import choice_of
from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.fields import (
    is_streaming_in,
    knobs_in,
    length_in,
    message_of,
    model_in,
    role_of,
    wants_schema_in,
)
from semroute.adapters.wire.kept import documents_of
from semroute.adapters.wire.modalities import modalities_in
from semroute.adapters.wire.offered import tools_in
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import Json, load_object
from semroute.domain.chat import ChatRequest, Message, Refusal, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit
from semroute.domain.signals.definitions import Modality

from . import response_refusals
from .errors import error_reply
from .prompting import prompt_response
from .response_wording import ResponsesWording

_WORDING: Final = ResponsesWording()
_PARTS: Final = {
    "input_text": "text",
    "output_text": "text",
    "text": "text",
    "refusal": "refusal",
}  # type: the field its text is in
_MESSAGE: Final = "message"
_CALL: Final = "_call"
_CALLS: Final = (_CALL, "reasoning")  # what the types of a model's own items end in
_OUTPUT: Final = "_output"  # what those of a tool's end in
_INSTRUCTIONS: Final = "instructions"
_PREVIOUS: Final = "previous_response_id"


class OpenAIResponses:
    """Reads, edits and answers requests for responses. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request; items that routing does not need are left alone.

        What a tool returned is no prompt, wherever it stands.
        """
        document = load_object(body)
        model, is_streaming = model_in(document), is_streaming_in(document)
        previous = document.get(_PREVIOUS)
        if not isinstance(previous, str | None):
            message = "It must be a string or null."
            raise InvalidRequestError(message, _PREVIOUS)
        given = document.get("input")
        turns, items = _turns(given), _objects(given)
        choice = choice_of(document.get("tool_choice"))
        reading = passages_of(document)
        return ChatRequest(
            model,
            (*_instructions(document.get(_INSTRUCTIONS)), *turns),
            is_streaming=is_streaming,
            knobs=knobs_in(document),
            passages=reading.passages,
            opaque=reading.opaque,
            tools=tools_in(document.get("tools")),
            tool_choice=choice.freedom,
            called=choice.names.union(_called(items)),
            modalities=frozenset(_modalities(items)),
            wants_schema=wants_schema_in(document, "text", "format"),
            max_answer_tokens=length_in(document, "max_output_tokens"),
            is_continuation=bool(turns) and turns[-1].role is Role.TOOL,
            continues=previous or None,
        )

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes."""
        return edited(body, edit, prompt_response)

    def error(
        self,
        status: int,
        error: InvalidRequestError,
        decision_id: str,  # noqa: ARG002 - OpenAI says it in a header only
    ) -> LocalReply:
        """Returns the error as OpenAI's chat API has it too."""
        return error_reply(status, error)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:
        """Returns a response whose only item refuses, as a stream if the client asked for one."""
        if not chat.is_streaming:
            return replies.document(response_refusals.whole(refusal))
        return replies.events(response_refusals.stream(refusal))

    def answer_filter(
        self,
        headers: Headers,
        new_filter: NewFilter,
        refusal: Refusal,
        *,
        on_unreadable: Literal["pass", "stop"],
    ) -> AnswerFilter | None:
        """Returns a filter for a response or a stream, by what the headers announce."""
        return filter_for(_WORDING, headers, new_filter, refusal, on_unreadable)

    def usage(self, answer: UpstreamAnswer) -> Usage | None:
        """Reads the `usage` of a response, or of the last event that has one."""
        for document in reversed(list(documents_of(answer, b'"usage"'))):
            response = _response(document)
            if response is not None and response.usage is not None:
                return Usage(response.usage.input_tokens, response.usage.output_tokens)
        return None

    def answer_id(self, answer: UpstreamAnswer) -> str | None:
        """Reads the id of a response, which the first events of a stream say."""
        for document in documents_of(answer, b'"response"'):
            response = _response(document)
            if response is not None and response.id:
                return response.id
        return None


def _instructions(value: Json) -> list[Message]:
    """Returns what the application says first. A list of items is a prompt's, and rare."""
    return [Message(Role.SYSTEM, value)] if isinstance(value, str) and value else []


def _turns(value: Json) -> list[Message]:
    match value:
        case None:
            return []
        case str():
            return [Message(Role.USER, value)]
        case list():
            return [_turn(item, f"input[{index}]") for index, item in enumerate(value)]
        case _:
            message = "The input must be a string or a list of items."
            raise InvalidRequestError(message, "input")


def _turn(item: Json, path: str) -> Message:
    if not isinstance(item, dict):
        message = "An item must be an object."
        raise InvalidRequestError(message, path)
    kind = item.get("type", _MESSAGE)
    if not isinstance(kind, str):
        message = "The type of an item must be a string."
        raise InvalidRequestError(message, f"{path}.type")
    if kind == _MESSAGE:
        role = item.get("role")
        if not isinstance(role, str):
            message = "A message must have a role."
            raise InvalidRequestError(message, f"{path}.role")
        return message_of(role_of(role), item.get("content"), f"{path}.content", _PARTS)
    if kind.endswith(_OUTPUT):
        output = item.get("output")
        is_parts = isinstance(output, list) and kind == "function_call_output"
        readable = output if isinstance(output, str) or is_parts else None
        return message_of(Role.TOOL, readable, f"{path}.output", _PARTS)
    return Message(Role.ASSISTANT if kind.endswith(_CALLS) else Role.OTHER, "")


def _objects(value: Json) -> list[dict[str, Json]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _called(items: list[dict[str, Json]]) -> Iterator[str]:
    """Yields the names of tools that were called, and of the namespaces they are in."""
    for item in items:
        kind = item.get("type")
        if isinstance(kind, str) and kind.endswith(_CALL):
            names = (item.get("name"), item.get("namespace"))
            yield from (name for name in names if isinstance(name, str) and name)


def _modalities(items: list[dict[str, Json]]) -> Iterator[Modality]:
    for item in items:
        yield from modalities_in(item.get("content"))
        yield from modalities_in(item.get("output"))


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Tokens(msgspec.Struct):
    input_tokens: _Count
    output_tokens: _Count = 0


class _Response(msgspec.Struct):
    id: str = ""
    object: str = ""
    usage: _Tokens | None = None


class _Event(msgspec.Struct):
    response: _Response | None = None


_RESPONSE: Final = msgspec.json.Decoder(_Response)
_EVENT: Final = msgspec.json.Decoder(_Event)


def _response(document: bytes) -> _Response | None:
    """Returns the response that a document is, or that an event is about."""
    try:
        response = _RESPONSE.decode(document)
        return response if response.object == "response" else _EVENT.decode(document).response
    except (msgspec.DecodeError, RecursionError):
        return None  # a model server may answer what it likes
