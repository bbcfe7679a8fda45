"""The texts of APIs that we do not route: read, replaced, and their errors worded."""

import json
from typing import Final

from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import load_object
from semroute.domain.errors import InvalidRequestError
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.passage import Texts
from semroute.domain.routing import ChatEdit

from .chat import OpenAIChat

_JSON: Final = Headers.of({"content-type": "application/json"})
_SERVER_ERROR: Final = 500
# https://docs.anthropic.com/en/api/errors
_ANTHROPIC_TYPES: Final = {403: "permission_error", 413: "request_too_large"}


class OpenAITexts:
    """Completions, embeddings and responses, as far as texts go. It has no state."""

    def read(self, body: bytes) -> Texts:
        """Reads every string that a model may read."""
        document = load_object(body)
        reading = passages_of(document)
        model = document.get("model")
        return Texts(reading.passages, reading.opaque, model if isinstance(model, str) else "")

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Replaces texts where they stand. Every other value keeps its bytes."""
        return edited(body, edit)

    def error(self, status: int, error: InvalidRequestError) -> LocalReply:
        """Returns the error as OpenAI's chat API has it too."""
        return OpenAIChat().error(status, error)


class AnthropicTexts(OpenAITexts):
    """Anthropic's messages, as far as texts go: only its errors are of another shape."""

    def error(self, status: int, error: InvalidRequestError) -> LocalReply:
        """Returns `{"type": "error", "error": {"type", "message"}}`."""
        default = "invalid_request_error" if status < _SERVER_ERROR else "api_error"
        kind = _ANTHROPIC_TYPES.get(status, default)
        fields = {"type": "error", "error": {"type": kind, "message": str(error)}}
        return LocalReply(status, _JSON, json.dumps(fields).encode())
