"""What we tell Envoy: one reply per event.

The types keep Envoy's rules: a body mode can only be changed by a headers reply, trailers
carry no edit, and an immediate reply ends the exchange.
"""

from collections.abc import Mapping
from typing import TypeAlias

from attrs import field, frozen

from semroute.domain.headers import NO_EDIT, HeaderEdit
from semroute.domain.http import HttpRequest, LocalReply

from .events import BodyModes, Direction

Metadata: TypeAlias = Mapping[str, str | float]


@frozen
class HeadersReply:
    """Go on, with this change to the headers.

    Args:
        direction: Of the headers event this answers.
        edit: The header change; on requests it also makes Envoy choose its route anew.
        modes: The body modes from here on; None leaves both as they are.
        metadata: Dynamic metadata for Envoy's log and filters.
    """

    direction: Direction
    edit: HeaderEdit = NO_EDIT
    modes: BodyModes | None = None
    metadata: Metadata = field(factory=dict)


@frozen
class BodyReply:
    """Go on, with this change to headers and body.

    Args:
        direction: Of the body event this answers.
        edit: The header change; Envoy applies it only while the headers are still held.
        body: Replaces the piece of body this answers; empty removes it, None keeps it.
        metadata: Dynamic metadata for Envoy's log and filters.
    """

    direction: Direction
    edit: HeaderEdit = NO_EDIT
    body: bytes | None = None
    metadata: Metadata = field(factory=dict)


@frozen
class StreamedBodyReply:
    """In full duplex: a piece of body of our own, in place of those that came.

    Args:
        direction: Which way it goes.
        body: The piece.
        is_last: Whether it ends its direction; not if trailers follow.
    """

    direction: Direction
    body: bytes
    is_last: bool


@frozen
class TrailersReply:
    """Go on. Trailers are never changed."""

    direction: Direction


@frozen
class ImmediateReply:
    """Stop here and answer the client with this.

    Args:
        reply: The whole answer.
        details: A short word for Envoy's `%RESPONSE_CODE_DETAILS%`; no spaces.
        metadata: Dynamic metadata for Envoy's log.
    """

    reply: LocalReply
    details: str
    metadata: Metadata = field(factory=dict)


Reply: TypeAlias = HeadersReply | BodyReply | StreamedBodyReply | TrailersReply | ImmediateReply


@frozen
class NeedsRouting:
    """The request is complete: somebody must rule on it before the machine can reply."""

    request: HttpRequest


Step: TypeAlias = tuple[Reply, ...] | NeedsRouting
"""What to answer, which in full duplex may be nothing yet, or that somebody must rule first."""
