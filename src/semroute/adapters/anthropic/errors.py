"""Errors as Anthropic words them."""

import json
from typing import Final

from semroute.adapters.wire import replies
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply

_SERVER_ERROR: Final = 500
# https://docs.anthropic.com/en/api/errors
_TYPES: Final = {
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
}


def error_reply(status: int, error: InvalidRequestError) -> LocalReply:
    """Returns `{"type": "error", "error": {"type", "message"}}`."""
    default = "invalid_request_error" if status < _SERVER_ERROR else "api_error"
    kind = _TYPES.get(status, default)
    fields = {"type": "error", "error": {"type": kind, "message": str(error)}}
    return replies.document(json.dumps(fields).encode(), status)
