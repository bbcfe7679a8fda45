"""`POST /v1/messages/count_tokens`: how long messages are, for the model that would read them."""

from typing import Final

from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.wordless import Wordless
from semroute.domain.chat import ChatRequest, Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit

from .errors import error_reply
from .prompting import prompt_messages
from .reading import chat_in

_FORBIDDEN: Final = 403


class AnthropicTokenCount(Wordless):
    """Reads and edits requests for a number of tokens. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request as if the messages were to be answered, so that it goes to that model."""
        return chat_in(body)

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes."""
        return edited(body, edit, prompt_messages)

    def error(self, status: int, error: InvalidRequestError, decision_id: str) -> LocalReply:
        """Returns `{"type": "error", "error": {"type", "message"}, "request_id"}`."""
        return error_reply(status, error, decision_id)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:  # noqa: ARG002
        """Returns an error, because a number cannot say no."""
        error = InvalidRequestError(refusal.message, "messages", "content_policy_violation")
        return error_reply(_FORBIDDEN, error, refusal.id)

    def usage(self, answer: UpstreamAnswer) -> Usage | None:  # noqa: ARG002
        """Returns None: counting is free."""
        return None
