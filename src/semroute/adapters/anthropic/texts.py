"""Messages under other paths than those we route: only their texts are read."""

from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import load_object
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply
from semroute.domain.passage import Texts
from semroute.domain.routing import ChatEdit

from .errors import error_reply


class AnthropicTexts:
    """Messages, and batches of them, as far as texts go. It has no state."""

    def read(
        self,
        body: bytes,
        content_type: str,  # noqa: ARG002 - it is JSON, or nothing that anybody reads
    ) -> Texts:
        """Reads every string that a model may read."""
        document = load_object(body)
        reading = passages_of(document)
        model = document.get("model")
        return Texts(reading.passages, reading.opaque, model if isinstance(model, str) else "")

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Replaces texts where they stand. Every other value keeps its bytes."""
        return edited(body, edit)

    def error(self, status: int, error: InvalidRequestError, decision_id: str) -> LocalReply:
        """Returns `{"type": "error", "error": {"type", "message"}, "request_id"}`."""
        return error_reply(status, error, decision_id)
