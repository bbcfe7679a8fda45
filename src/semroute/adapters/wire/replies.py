"""What we answer ourselves, as HTTP."""

from typing import Final

from semroute.domain.headers import Headers
from semroute.domain.http import OK, LocalReply

_DOCUMENT: Final = Headers.of({"content-type": "application/json"})
_EVENTS: Final = Headers.of({"content-type": "text/event-stream", "cache-control": "no-cache"})


def document(body: bytes, status: int = OK) -> LocalReply:
    """Returns an answer in one document."""
    return LocalReply(status, _DOCUMENT, body)


def events(body: bytes) -> LocalReply:
    """Returns an answer in server-sent events."""
    return LocalReply(OK, _EVENTS, body)
