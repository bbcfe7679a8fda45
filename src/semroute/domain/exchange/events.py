"""What Envoy tells us: one event per message it sends."""

from enum import Enum, IntEnum
from typing import ClassVar, Final, TypeAlias

from attrs import field, frozen

from semroute.domain.headers import Headers

_SUCCESS: Final = 2


class Direction(Enum):
    """Which way the HTTP message travels that an event belongs to."""

    REQUEST = "request"
    RESPONSE = "response"


class Part(Enum):
    """Which part of the HTTP message an event carries."""

    HEADERS = "headers"
    BODY = "body"
    TRAILERS = "trailers"


class BodyMode(IntEnum):
    """How Envoy sends bodies; names and numbers are Envoy's own."""

    NONE = 0
    STREAMED = 1
    BUFFERED = 2
    BUFFERED_PARTIAL = 3
    FULL_DUPLEX_STREAMED = 4


@frozen
class BodyModes:
    """The body mode of each direction.

    Args:
        request: Of the request.
        response: Of the answer.
        are_known: Whether Envoy has said so.
    """

    request: BodyMode
    response: BodyMode
    are_known: bool = True

    def changed_to(self, request: BodyMode, response: BodyMode) -> "BodyModes | None":
        """Returns the modes to ask for, or None if there is nothing to ask.

        Nothing is asked of an Envoy that has not said what its modes are, nor in full duplex,
        where modes cannot change.
        """
        wanted = BodyModes(request, response)
        is_duplex = BodyMode.FULL_DUPLEX_STREAMED in (self.request, self.response)
        return None if not self.are_known or is_duplex or wanted == self else wanted


@frozen
class _Event:
    """What all events have in common.

    Args:
        modes: The modes Envoy is configured with; on the first event of a stream only.
        is_observed: Envoy only lets us watch; it ignores whatever we answer.
    """

    modes: BodyModes | None = field(default=None, kw_only=True)
    is_observed: bool = field(default=False, kw_only=True)


@frozen
class RequestHeaders(_Event):
    """The request line and header fields. `is_last`: no body and no trailers follow."""

    direction: ClassVar = Direction.REQUEST
    part: ClassVar = Part.HEADERS
    headers: Headers
    is_last: bool = False


@frozen
class RequestBody(_Event):
    """The body, or a piece of it. `is_last`: nothing follows, not even trailers."""

    direction: ClassVar = Direction.REQUEST
    part: ClassVar = Part.BODY
    body: bytes
    is_last: bool = False


@frozen
class RequestTrailers(_Event):
    """The trailers that end a request."""

    direction: ClassVar = Direction.REQUEST
    part: ClassVar = Part.TRAILERS
    is_last: ClassVar = True


@frozen
class ResponseHeaders(_Event):
    """The status and header fields of the upstream's answer."""

    direction: ClassVar = Direction.RESPONSE
    part: ClassVar = Part.HEADERS
    headers: Headers
    is_last: bool = False

    @property
    def status(self) -> int | None:
        """The HTTP status, if there is a readable one."""
        value = self.headers.get(":status") or ""
        return int(value) if value.isdecimal() and value.isascii() else None

    @property
    def is_success(self) -> bool:
        """Whether the status is one of the 2xx."""
        return (self.status or 0) // 100 == _SUCCESS


@frozen
class ResponseBody(_Event):
    """The answer's body, or a piece of it."""

    direction: ClassVar = Direction.RESPONSE
    part: ClassVar = Part.BODY
    body: bytes
    is_last: bool = False


@frozen
class ResponseTrailers(_Event):
    """The trailers that end an answer."""

    direction: ClassVar = Direction.RESPONSE
    part: ClassVar = Part.TRAILERS
    is_last: ClassVar = True


RequestEvent: TypeAlias = RequestHeaders | RequestBody | RequestTrailers
ResponseEvent: TypeAlias = ResponseHeaders | ResponseBody | ResponseTrailers
Event: TypeAlias = RequestEvent | ResponseEvent
