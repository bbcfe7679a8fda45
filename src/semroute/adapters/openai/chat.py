"""`POST /v1/chat/completions`."""

from collections.abc import Iterator
from typing import Final, Literal

from semroute.adapters.wire import replies
from semroute.adapters.wire.answers import filter_for
from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.fields import (
    is_streaming_in,
    knobs_in,
    length_in,
    list_in,
    message_of,
    model_in,
    role_of,
    wants_schema_in,
)
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

from .calling import called_in, choice_in
from .errors import error_reply
from .prompting import prompt_chat
from .refusals import CHAT
from .usage import usage_of
from .wording import ChoicesWording

_TEXT_PARTS: Final = {"text": "text", "refusal": "refusal"}  # type: the field its text is in
_RETURNING: Final = frozenset({Role.TOOL, Role.FUNCTION})
_WORDING: Final = ChoicesWording(CHAT)
_MAX_CHOICES: Final = 128  # more than that OpenAI does not give


class OpenAIChat:
    """Reads, edits and answers chat requests. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request; fields that routing does not need are left alone."""
        document = load_object(body)
        model = model_in(document)
        messages = list_in(document, "messages")
        turns = tuple(_message(turn, f"messages[{i}]") for i, turn in enumerate(messages))
        is_streaming = is_streaming_in(document)
        reading = passages_of(document)
        choice = choice_in(document)
        # What tools were before. They count as called, so that all of them stay: an edit makes
        # the list of tools shorter, and theirs is another.
        functions = tools_in(document.get("functions"))
        called = {*choice.names, *called_in(messages), *(each.name for each in functions)}
        return ChatRequest(
            model,
            turns,
            is_streaming=is_streaming,
            knobs=knobs_in(document),
            wants_usage=wants_usage(document.get("stream_options")),
            choices=choices_of(document.get("n")),
            passages=reading.passages,
            opaque=reading.opaque,
            tools=(*tools_in(document.get("tools")), *functions),
            tool_choice=choice.freedom,
            called=frozenset(called - {""}),
            modalities=frozenset(_modalities(messages)),
            wants_schema=wants_schema_in(document, "response_format"),
            max_answer_tokens=length_in(document, "max_completion_tokens", "max_tokens"),
            is_continuation=turns[-1].role in _RETURNING,
        )

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes."""
        return edited(body, edit, prompt_chat)

    def error(
        self,
        status: int,
        error: InvalidRequestError,
        decision_id: str,  # noqa: ARG002 - OpenAI says it in a header only
    ) -> LocalReply:
        """Returns `{"error": {"message", "type", "param", "code"}}`."""
        return error_reply(status, error)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:
        """Returns a completion of refusals, as a stream if the client asked for one."""
        if not chat.is_streaming:
            return replies.document(CHAT.completion(refusal, range(chat.choices)))
        body = CHAT.stream(refusal, range(chat.choices), with_usage=chat.wants_usage)
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
        return filter_for(_WORDING, headers, new_filter, refusal, on_unreadable)

    def usage(self, answer: UpstreamAnswer) -> Usage | None:
        """Reads the `usage` of a completion, or of the last chunk that has one."""
        return usage_of(answer)


def wants_usage(options: Json) -> bool:
    """Returns whether `stream_options` ask that the end of a stream says what it cost."""
    return isinstance(options, dict) and options.get("include_usage") is True


def choices_of(number: Json) -> int:
    """Returns how many choices `n` asks for. What is no such number is for the server to judge."""
    return number if isinstance(number, int) and 1 <= number <= _MAX_CHOICES else 1


def _modalities(messages: list[Json]) -> Iterator[Modality]:
    for turn in messages:
        if isinstance(turn, dict):
            yield from modalities_in(turn.get("content"))


def _message(turn: Json, path: str) -> Message:
    if not isinstance(turn, dict):
        message = "A message must be an object."
        raise InvalidRequestError(message, path)
    role = turn.get("role")
    if not isinstance(role, str):
        message = "A message must have a role."
        raise InvalidRequestError(message, f"{path}.role")
    return message_of(role_of(role), turn.get("content"), f"{path}.content", _TEXT_PARTS)
