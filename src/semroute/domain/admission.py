"""Which requests are looked at, and which are turned away unread."""

from typing import Final

from .errors import InvalidRequestError
from .http import BodyFault, HttpRequest
from .verdict import Refused

CONTENT_TOO_LARGE: Final = 413
UNSUPPORTED_MEDIA_TYPE: Final = 415
MISCONFIGURED: Final = 500


def fault_in(request: HttpRequest) -> Refused | None:
    """Returns why the body of a request cannot be read, or None if it can.

    A compressed body is refused, not skipped: what the router cannot read it must not route,
    and what it decompresses can be a bomb.
    """
    match request.fault:
        case BodyFault.TOO_LARGE:
            message = "The request body is too large."
            return _refused(CONTENT_TOO_LARGE, message, "request_too_large")
        case BodyFault.PARTIAL:
            message = "The gateway shows its router only the beginning of the request body."
            return _refused(CONTENT_TOO_LARGE, message, "partial_body")
        case BodyFault.UNREAD:
            message = "The gateway sends requests on before its router has read them."
            return _refused(MISCONFIGURED, message, "unread_request")
        case None:
            pass
    encoding = request.headers.get("content-encoding") or "identity"
    if encoding.strip().lower() != "identity":
        message = "The request body must not be compressed."
        return _refused(UNSUPPORTED_MEDIA_TYPE, message, "unsupported_content_encoding")
    return None


def _refused(status: int, message: str, code: str) -> Refused:
    return Refused(status, InvalidRequestError(message, code=code))
