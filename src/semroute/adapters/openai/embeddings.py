"""`POST /v1/embeddings`: texts as vectors. No answer has a word in it."""

from typing import Final

from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.fields import model_in
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import load_object
from semroute.adapters.wire.wordless import Wordless
from semroute.domain.chat import ChatRequest, Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit

from .errors import error_reply
from .usage import usage_of

_FORBIDDEN: Final = 403


class OpenAIEmbeddings(Wordless):
    """Reads and edits requests for embeddings. It has no state."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request. Nobody says anything in it, but the model reads its texts."""
        document = load_object(body)
        model = model_in(document)
        reading = passages_of(document)
        return ChatRequest(model, (), passages=reading.passages, opaque=reading.opaque)

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Changes the values the edit names. Every other value keeps its bytes."""
        return edited(body, edit)

    def error(
        self,
        status: int,
        error: InvalidRequestError,
        decision_id: str,  # noqa: ARG002 - OpenAI says it in a header only
    ) -> LocalReply:
        """Returns the error as OpenAI's chat API has it too."""
        return error_reply(status, error)

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:  # noqa: ARG002
        """Returns an error, because a vector cannot say no."""
        error = InvalidRequestError(refusal.message, "input", "content_policy_violation")
        return error_reply(_FORBIDDEN, error)

    def usage(self, answer: UpstreamAnswer) -> Usage | None:
        """Reads the `usage`, which knows no output."""
        return usage_of(answer)
