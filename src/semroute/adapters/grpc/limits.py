"""How much one peer may ask of us, and how long it may take."""

from collections.abc import Callable
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, gt

MiB: Final = 1 << 20

LimitReached: TypeAlias = Callable[[str], None]
"""Told which limit a peer has run into; one of `LIMITS`."""

LIMITS: Final = (
    "connections",
    "streams",
    "calls",
    "message_bytes",
    "message_seconds",
    "retained_bytes",
    "header_bytes",
    "frame_bytes",
    "flood",
    "resets",
    "handshake_seconds",
    "progress_seconds",
    "idle_seconds",
    "keepalive",
    "write_buffer",
    "write_seconds",
)


@frozen
class Limits:
    """The bounds of one server. Envoy in ordinary operation comes near none of them.

    Args:
        max_connections: Connections at once; further ones are closed as they come.
        max_streams: Concurrent calls a connection may have. It is advertised, and calls beyond
            it are refused one by one; the connection lives on.
        max_calls: Calls a connection may have in all. Then the peer is asked to open another,
            and this one ends with its last call.
        max_message_bytes: The longest message, judged by its length prefix before any of it
            is kept.
        message_seconds: How long a message may take from its first byte to its last.
        max_header_bytes: The largest decoded header list.
        max_noise: How many frames that cost work and bring none (PING, SETTINGS, PRIORITY,
            WINDOW_UPDATE, empty DATA, unknown ones) may come in excess of those that do. They
            are forgotten at a hundredth of this per second.
        max_resets: How many calls in ten seconds may be reset before they have said anything,
            if they are more than those that have.
        handshake_seconds: How long a peer may take to introduce itself.
        progress_seconds: How long a frame or a header block may take from its first byte to
            its last.
        idle_seconds: How long a connection may stay open without a call.
        keepalive_seconds: After so long without a word from the peer, it is asked whether it is
            still there.
        keepalive_timeout_seconds: How long it may take to say that it is.
        max_write_buffer_bytes: How much may wait for a peer that does not read.
        write_seconds: How long the peer may refuse to read any of it.
        window_bytes: The flow-control window of each stream and of the connection.
        close_seconds: How long a closing connection may take to send what it still holds.
    """

    max_connections: int = field(default=1024, validator=ge(1))
    max_streams: int = field(default=1000, validator=ge(1))
    max_calls: int = field(default=100_000, validator=ge(1))
    max_message_bytes: int = field(default=16 * MiB, validator=ge(1))
    message_seconds: float = field(default=10.0, validator=gt(0))
    max_header_bytes: int = field(default=32 * 1024, validator=ge(4096))
    max_noise: int = field(default=1000, validator=ge(100))
    max_resets: int = field(default=200, validator=ge(1))
    handshake_seconds: float = field(default=5.0, validator=gt(0))
    progress_seconds: float = field(default=10.0, validator=gt(0))
    idle_seconds: float = field(default=3600.0, validator=gt(0))
    keepalive_seconds: float = field(default=60.0, validator=gt(0))
    keepalive_timeout_seconds: float = field(default=20.0, validator=gt(0))
    max_write_buffer_bytes: int = field(default=64 * MiB, validator=ge(64 * 1024))
    write_seconds: float = field(default=30.0, validator=gt(0))
    window_bytes: int = field(default=4 * MiB, validator=ge(64 * 1024))
    close_seconds: float = field(default=1.0, validator=ge(0))


def ignore_limit(_: str) -> None:
    """Tells nobody."""
