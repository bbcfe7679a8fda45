"""Errors as Anthropic words them."""

import json
from typing import Final

from semroute.adapters.wire import replies
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply

_SERVER_ERROR: Final = 500
# https://docs.anthropic.com/en/api/errors
_TYPES: Final = {
    404: "not_found_error",
    413: "request_too_large",
}


def error_reply(status: int, error: InvalidRequestError, decision_id: str) -> LocalReply:
    """Returns `{"type": "error", "error": {"type", "message"}, "request_id"}`.

    What a policy forbids is an invalid request there, as what Anthropic's own filters do: a
    permission is what an API key has or has not.

    Args:
        status: The status.
        error: What is wrong.
        decision_id: What the decision is known by; clients tell it as the request's id.
    """
    default = "invalid_request_error" if status < _SERVER_ERROR else "api_error"
    kind = _TYPES.get(status, default)
    fields = {
        "type": "error",
        "error": {"type": kind, "message": str(error)},
        "request_id": decision_id,
    }
    return replies.document(json.dumps(fields).encode(), status)
