"""`POST /v1/messages`."""

from typing import Annotated, Final, Literal

import msgspec

from semroute.adapters.wire import replies
from semroute.adapters.wire.answers import filter_for
from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.kept import documents_of
from semroute.domain.chat import ChatRequest, Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit

from . import refusals
from .errors import error_reply
from .prompting import prompt_messages
from .reading import chat_in
from .wording import MessagesWording

_WORDING: Final = MessagesWording()


class AnthropicMessages:
    """Reads, edits and answers requests with messages. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request; fields that routing does not need are left alone."""
        return chat_in(body)

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes."""
        return edited(body, edit, prompt_messages)

    def error(self, status: int, error: InvalidRequestError, decision_id: str) -> LocalReply:
        """Returns `{"type": "error", "error": {"type", "message"}, "request_id"}`."""
        return error_reply(status, error, decision_id)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:
        """Returns a message that refuses, as a stream if the client asked for one."""
        if not chat.is_streaming:
            return replies.document(refusals.whole(refusal))
        return replies.events(refusals.stream(refusal))

    def answer_filter(
        self,
        headers: Headers,
        new_filter: NewFilter,
        refusal: Refusal,
        *,
        on_unreadable: Literal["pass", "stop"],
    ) -> AnswerFilter | None:
        """Returns a filter for a message or a stream, by what the headers announce."""
        return filter_for(_WORDING, headers, new_filter, refusal, on_unreadable)

    def usage(self, answer: UpstreamAnswer) -> Usage | None:
        """Reads the `usage` of a message, or what a stream says at its beginning and its end.

        What was read from or written to a cache is input, too.
        """
        told = [each for each in map(_usage, documents_of(answer, b'"usage"')) if each is not None]
        if not told:
            return None
        return Usage(
            max(each.all_input for each in told), max(each.output_tokens or 0 for each in told)
        )


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Tokens(msgspec.Struct):
    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None
    cache_read_input_tokens: _Count | None = None

    @property
    def all_input(self) -> int:
        counts = (
            self.input_tokens,
            self.cache_creation_input_tokens,
            self.cache_read_input_tokens,
        )
        return sum(count or 0 for count in counts)


class _Message(msgspec.Struct):
    usage: _Tokens | None = None


class _Answer(msgspec.Struct):
    usage: _Tokens | None = None
    message: _Message | None = None


_ANSWER: Final = msgspec.json.Decoder(_Answer)


def _usage(document: bytes) -> _Tokens | None:
    try:
        answer = _ANSWER.decode(document)
    except (msgspec.DecodeError, RecursionError):
        return None  # a model server may answer what it likes
    return answer.message.usage if answer.message is not None else answer.usage
