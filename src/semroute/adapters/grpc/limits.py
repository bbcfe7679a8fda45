"""How much one peer may ask of us."""

from attrs import field, frozen
from attrs.validators import ge

MiB = 1 << 20


@frozen
class Limits:
    """The bounds of one server.

    Args:
        max_streams: Concurrent calls a connection may have. It is advertised, and calls beyond
            it are refused one by one; the connection lives on.
        max_message_bytes: The longest message, judged by its length prefix before any of it
            is kept.
        max_header_bytes: The largest decoded header list.
        max_write_buffer_bytes: How much may wait for a peer that does not read. A peer that
            lets more pile up loses its connection.
        window_bytes: The flow-control window of each stream and of the connection.
        close_seconds: How long a closing connection may take to send what it still holds.
    """

    max_streams: int = field(default=1000, validator=ge(1))
    max_message_bytes: int = field(default=16 * MiB, validator=ge(1))
    max_header_bytes: int = field(default=64 * 1024, validator=ge(4096))
    max_write_buffer_bytes: int = field(default=64 * MiB, validator=ge(64 * 1024))
    window_bytes: int = field(default=4 * MiB, validator=ge(64 * 1024))
    close_seconds: float = field(default=1.0, validator=ge(0))
