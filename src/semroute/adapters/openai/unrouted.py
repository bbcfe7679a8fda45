"""The texts of APIs that we do not route: read, replaced, and their errors worded."""

from typing import Final

from semroute.adapters.wire import formed
from semroute.adapters.wire.editing import edited
from semroute.adapters.wire.forms import is_form
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import load_object
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply
from semroute.domain.passage import Texts
from semroute.domain.routing import ChatEdit

from .errors import error_reply

_FORM: Final = b"--"  # what no JSON begins with


class OpenAITexts:
    """Any API of OpenAI or its imitators, as far as texts go. It has no state."""

    def read(self, body: bytes, content_type: str) -> Texts:
        """Reads every string that a model may read; of uploads, as far as there is any."""
        if is_form(content_type):
            return formed.texts_of(body, content_type)
        document = load_object(body)
        reading = passages_of(document)
        model = document.get("model")
        return Texts(reading.passages, reading.opaque, model if isinstance(model, str) else "")

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Replaces texts where they stand. Every other value keeps its bytes."""
        return formed.edited(body, edit) if body.startswith(_FORM) else edited(body, edit)

    def error(
        self,
        status: int,
        error: InvalidRequestError,
        decision_id: str,  # noqa: ARG002 - OpenAI says it in a header only
    ) -> LocalReply:
        """Returns the error as OpenAI's chat API has it too."""
        return error_reply(status, error)
