"""`GET /v1/models` and `GET /v1/models/{name}`."""

import json
from collections.abc import Sequence

from semroute.adapters.wire import replies
from semroute.domain.http import LocalReply


class OpenAIModels:
    """Describes models as OpenAI does. It has no state."""

    def listing(self, names: Sequence[str]) -> LocalReply:
        """Returns a list in the order given."""
        return _reply({"object": "list", "data": [_card(name) for name in names]})

    def card(self, name: str) -> LocalReply:
        """Returns one model."""
        return _reply(_card(name))


def _card(name: str) -> dict[str, str | int]:
    # Nobody here knows when a model was made; 0 is what other gateways say.
    return {"id": name, "object": "model", "created": 0, "owned_by": "semroute"}


def _reply(document: object) -> LocalReply:
    return replies.document(json.dumps(document).encode())
