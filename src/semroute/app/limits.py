"""What can be configured of the limits on Envoy's connections."""

from typing import Annotated, Final

from attrs import frozen
from msgspec import Meta

MiB: Final = 1 << 20

_Seconds = Annotated[float, Meta(gt=0, le=86_400)]


@frozen
class LimitSettings:
    """What one Envoy connection may ask of the router. Ordinary operation reaches none of it."""

    max_retained_bytes: Annotated[
        int,
        Meta(
            ge=MiB,
            le=1 << 40,
            description="Request bodies and answers kept at once, over all connections; further "
            "exchanges are refused.",
        ),
    ] = 256 * MiB
    max_connections: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Connections at once.")
    ] = 1024
    max_streams: Annotated[
        int, Meta(ge=100, le=1_000_000, description="Concurrent exchanges per connection.")
    ] = 1000
    max_calls: Annotated[
        int,
        Meta(ge=100, le=1 << 30, description="Exchanges per connection, before it is replaced."),
    ] = 100_000
    max_header_bytes: Annotated[
        int, Meta(ge=4096, le=MiB, description="The largest header list of a gRPC call.")
    ] = 32 * 1024
    max_noise: Annotated[
        int,
        Meta(
            ge=100,
            le=1_000_000,
            description="HTTP/2 frames that bring nothing, in excess of those that do.",
        ),
    ] = 1000
    max_resets: Annotated[
        int,
        Meta(
            ge=10,
            le=1_000_000,
            description="Calls reset in silence within ten seconds, if they are the majority.",
        ),
    ] = 200
    handshake_seconds: Annotated[
        _Seconds, Meta(description="How long a connection may take to introduce itself.")
    ] = 5.0
    progress_seconds: Annotated[
        _Seconds, Meta(description="How long one HTTP/2 frame or header block may take.")
    ] = 10.0
    message_seconds: Annotated[
        _Seconds, Meta(description="How long one message may take, once it has begun.")
    ] = 10.0
    idle_seconds: Annotated[
        _Seconds, Meta(description="How long a connection may stay open without an exchange.")
    ] = 3600.0
    keepalive_seconds: Annotated[
        _Seconds, Meta(description="After so long without a word, Envoy is asked for one.")
    ] = 60.0
    keepalive_timeout_seconds: Annotated[
        _Seconds, Meta(description="How long it may take to answer that.")
    ] = 20.0
    max_write_buffer_bytes: Annotated[
        int, Meta(ge=MiB, le=1 << 32, description="What may wait for a peer that does not read.")
    ] = 64 * MiB
    write_seconds: Annotated[
        _Seconds, Meta(description="How long a peer may read nothing at all.")
    ] = 30.0
