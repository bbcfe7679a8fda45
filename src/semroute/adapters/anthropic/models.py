"""`GET /v1/models` and `GET /v1/models/{name}`, as Anthropic's clients read them."""

import json
from collections.abc import Sequence
from typing import Final

from semroute.adapters.wire import replies
from semroute.domain.http import LocalReply

# Nobody here knows when a model was made, and Anthropic says the epoch where it does not either.
_EPOCH: Final = "1970-01-01T00:00:00Z"


class AnthropicModels:
    """Describes models as Anthropic does. It has no state."""

    def listing(self, names: Sequence[str]) -> LocalReply:
        """Returns a list in the order given, on one page."""
        document = {
            "data": [_card(name) for name in names],
            "has_more": False,
            "first_id": names[0] if names else None,
            "last_id": names[-1] if names else None,
        }
        return replies.document(json.dumps(document).encode())

    def card(self, name: str) -> LocalReply:
        """Returns one model."""
        return replies.document(json.dumps(_card(name)).encode())


def _card(name: str) -> dict[str, str]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _EPOCH}
