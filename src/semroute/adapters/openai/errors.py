"""Errors as OpenAI words them."""

import json
from typing import Final

from semroute.adapters.wire import replies
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import LocalReply

_SERVER_ERROR: Final = 500


def error_reply(status: int, error: InvalidRequestError) -> LocalReply:
    """Returns `{"error": {"message", "type", "param", "code"}}`."""
    default = "invalid_request_error" if status < _SERVER_ERROR else "server_error"
    fields = {
        "message": error.message,
        "type": error.kind or default,
        "param": error.param,
        "code": error.code,
    }
    return replies.document(json.dumps({"error": fields}).encode(), status)
