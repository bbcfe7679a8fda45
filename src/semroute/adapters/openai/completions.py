"""`POST /v1/completions`: a prompt to go on from, and no conversation."""

from typing import Final, Literal

from semroute.adapters.wire import replies
from semroute.adapters.wire.answers import filter_for
from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.fields import (
    is_streaming_in,
    knobs_in,
    length_in,
    model_in,
    wants_schema_in,
)
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import Json, load_object
from semroute.domain.chat import ChatRequest, Message, Refusal, Role
from semroute.domain.errors import InvalidRequestError
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit

from .chat import choices_of, wants_usage
from .errors import error_reply
from .refusals import TEXT
from .usage import usage_of
from .wording import ChoicesWording

_WORDING: Final = ChoicesWording(TEXT)
_MAX_PROMPTS: Final = 2048  # more than that OpenAI does not take


class OpenAICompletions:
    """Reads, edits and answers requests for completions. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request; its prompts are what a user says.

        A prompt that is numbers of tokens says nothing to anybody but the model.
        """
        document = load_object(body)
        model, is_streaming = model_in(document), is_streaming_in(document)
        prompts = _prompts(document.get("prompt"))
        reading = passages_of(document)
        texts = [prompt for prompt in prompts if isinstance(prompt, str)]
        return ChatRequest(
            model,
            (Message(Role.USER, "\n".join(texts), len(prompts) - len(texts)),),
            is_streaming=is_streaming,
            knobs=knobs_in(document),
            wants_usage=wants_usage(document.get("stream_options")),
            choices=choices_of(document.get("n")) * max(len(prompts), 1),
            passages=reading.passages,
            opaque=reading.opaque,
            wants_schema=wants_schema_in(document, "response_format"),  # as vLLM has it
            max_answer_tokens=length_in(document, "max_tokens"),
        )

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes.

        A prompt to go on from has no place for a system prompt, so none is put there.
        """
        return edited(body, edit)

    def error(
        self,
        status: int,
        error: InvalidRequestError,
        decision_id: str,  # noqa: ARG002 - OpenAI says it in a header only
    ) -> LocalReply:
        """Returns the error as OpenAI's chat API has it too."""
        return error_reply(status, error)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:
        """Returns completions that say why, because there is no other field, and end filtered."""
        choices = range(chat.choices)
        if not chat.is_streaming:
            return replies.document(TEXT.completion(refusal, choices))
        return replies.events(TEXT.stream(refusal, choices, with_usage=chat.wants_usage))

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


def _prompts(prompt: Json) -> list[Json]:
    """Returns each prompt: a text, or numbers.

    Raises:
        InvalidRequestError: It is something else; the client's fault.
    """
    match prompt:
        case None:
            return []
        case str():
            return [prompt]
        case list() if prompt and all(isinstance(each, str | list) for each in prompt):
            if len(prompt) > _MAX_PROMPTS:
                message = f"There may be {_MAX_PROMPTS} prompts at most."
                raise InvalidRequestError(message, "prompt")
            return prompt
        case list() if prompt and all(isinstance(each, int | float) for each in prompt):
            return [prompt]
        case _:
            message = "The prompt must be a string or a list of strings or of tokens."
            raise InvalidRequestError(message, "prompt")
