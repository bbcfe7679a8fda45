"""h2's connection with the manners a long-lived gRPC server needs."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    Event,
    RequestReceived,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import (
    DenialOfServiceError,
    FrameTooLargeError,
    InvalidBodyLengthError,
    ProtocolError,
    StreamClosedError,
)
from h2.frame_buffer import FrameBuffer
from h2.settings import SettingCodes, Settings
from h2.utilities import HeaderValidationFlags, validate_headers
from hpack import Decoder, Encoder, HPACKError, OversizedHeaderListError
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
)

from .guards import FloodGuard
from .limits import Limits

LAST_POSSIBLE_STREAM: Final = 2**31 - 1

_DEFAULT_WINDOW: Final = 65535
_FRAME_HEADER_BYTES: Final = 9
_ENCODER_TABLE_BYTES: Final = 4096
_SETTINGS_ACK: Final = (SettingsFrame.type, 1)  # the type and flags of a frame
_UNENFORCED: Final = 2**31 - 1

# Headers stay bytes, because a value may be any bytes. They are validated here, because h2
# would end the whole connection over one bad request.
_CONFIGURATION: Final = H2Configuration(
    client_side=False,
    header_encoding=None,
    validate_inbound_headers=False,
    validate_outbound_headers=False,
    normalize_inbound_headers=False,
    normalize_outbound_headers=False,
)
# What h2 raises over one stream. It ends the connection for them too, with every call on it.
_STREAM_ERRORS: Final = (ProtocolError, InvalidBodyLengthError, StreamClosedError)


class FloodError(DenialOfServiceError):
    """The peer sends frames that cost work and bring none."""


class CompressionError(ProtocolError):
    """A header block cannot be decoded, so none that follows it can (RFC 9113 section 4.3)."""

    error_code = ErrorCodes.COMPRESSION_ERROR


class FrameSizeError(ProtocolError):
    """A frame has a length that its kind cannot have."""

    error_code = ErrorCodes.FRAME_SIZE_ERROR


class _Decoder(Decoder):
    def decode(self, data: bytes, raw: bool = False) -> Iterable[Any]:  # noqa: FBT001, FBT002 - hpack's signature
        try:
            return super().decode(data, raw)
        except OversizedHeaderListError:
            raise
        except HPACKError as error:
            raise CompressionError(str(error)) from error


class _Encoder(Encoder):
    """Keeps a small table, whatever the peer allows: hpack searches it entry by entry."""

    @property
    def header_table_size(self) -> int:
        return int(self.header_table.maxsize)

    @header_table_size.setter
    def header_table_size(self, value: int) -> None:
        Encoder.header_table_size.fset(self, min(value, _ENCODER_TABLE_BYTES))  # type: ignore[attr-defined]


class _AdvertisedSettings(Settings):
    """Tells the peer a stream limit that h2 itself does not enforce.

    A peer may open more streams before it has read our settings, and h2 would end the
    connection for it, with every call on it. Calls beyond the limit are refused one by one
    instead, by `calls.Calls`.
    """

    @property
    def max_concurrent_streams(self) -> int:
        return _UNENFORCED

    @max_concurrent_streams.setter
    def max_concurrent_streams(self, value: int) -> None:
        self[SettingCodes.MAX_CONCURRENT_STREAMS] = value


class _EagerFrameBuffer(FrameBuffer):
    """Judges a frame by the length in its header, where h2 first gathers all of it."""

    def __next__(self) -> Frame:
        if len(self._data) >= _FRAME_HEADER_BYTES:
            length = int.from_bytes(self._data[:3])
            self._validate_frame_length(length)
            if length and tuple(self._data[3:5]) == _SETTINGS_ACK:
                message = "acknowledged SETTINGS have a payload"
                raise FrameSizeError(message)
        return super().__next__()

    @property
    def has_part_of_something(self) -> bool:
        """Whether a preface, a frame or a header block has begun and not ended."""
        return bool(self._data or self._headers_buffer or self._preamble_len)


class ServerConnection(H2Connection):
    """The server's side of one HTTP/2 connection, its preface already queued.

    Args:
        limits: What is advertised to the peer, and how much noise it may make.
        clock: The time, in seconds from anywhere.

    Attributes:
        frames: How many frames and header blocks have come whole.
    """

    # h2 remembers how so many streams have ended; with its own 65,536 that is 7.5 MB a connection.
    MAX_CLOSED_STREAMS = 10_000

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        super().__init__(config=_CONFIGURATION)
        self.flood = FloodGuard(limits.max_noise, clock())
        self._clock = clock
        self._eager_buffer = _EagerFrameBuffer(server=True)
        self.incoming_buffer = self._eager_buffer
        # Set before the preface, not by a later update: h2 applies an update only once the
        # peer has acknowledged it, and peers do not wait for that.
        self.local_settings = _AdvertisedSettings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: limits.max_streams,
                SettingCodes.MAX_HEADER_LIST_SIZE: limits.max_header_bytes,
                SettingCodes.INITIAL_WINDOW_SIZE: limits.window_bytes,
                SettingCodes.ENABLE_PUSH: 0,
            },
        )
        self.decoder = _Decoder()
        self.decoder.max_header_list_size = limits.max_header_bytes
        self.encoder = _Encoder()
        self.frames = 0
        self._is_introduced = False
        self.initiate_connection()
        if limits.window_bytes > _DEFAULT_WINDOW:
            self.increment_flow_control_window(limits.window_bytes - _DEFAULT_WINDOW)

    @property
    def has_part_of_something(self) -> bool:
        """Whether the peer has begun a frame or a header block that it has not ended."""
        return self._eager_buffer.has_part_of_something

    def _receive_frame(self, frame: Frame) -> list[Event]:
        self.frames += 1
        stream = self.streams.get(frame.stream_id)
        is_over = stream is None or stream.closed
        match frame:
            case HeadersFrame() if not is_over or frame.stream_id > self.highest_inbound_stream_id:
                pass  # calls have limits of their own
            case RstStreamFrame() if not is_over:
                pass  # and so have their resets
            case DataFrame() if frame.data or "END_STREAM" in frame.flags:
                self.flood.work()
            case _ if self.flood.noise(self._clock()):
                message = "the peer makes more noise than work"
                raise FloodError(message)
        if not self._is_introduced and not isinstance(frame, SettingsFrame):
            message = "the first frame is not SETTINGS"
            raise ProtocolError(message)
        self._is_introduced = True
        try:
            events = super()._receive_frame(frame)
        except _STREAM_ERRORS as error:
            is_about_stream = isinstance(frame, HeadersFrame | DataFrame) and (
                type(error) in _STREAM_ERRORS and frame.stream_id in self.streams
            )
            if not is_about_stream:
                raise
            return self._reset(frame, error.error_code)
        match events:
            case [RequestReceived() | TrailersReceived() as head, *_] if not _is_well_formed(head):
                return self._reset(frame, ErrorCodes.PROTOCOL_ERROR)
            case _:
                return events

    def _reset(self, frame: Frame, code: ErrorCodes) -> list[Event]:
        """Ends one stream over a frame of its own, and gives back the room that the frame took."""
        if isinstance(frame, DataFrame) and frame.flow_controlled_length:
            self.acknowledge_received_data(frame.flow_controlled_length, frame.stream_id)
        self.reset_stream(frame.stream_id, code)
        return [StreamReset(stream_id=frame.stream_id, error_code=code, remote_reset=False)]

    def _receive_priority_frame(self, frame: Any) -> tuple[list[Frame], list[Event]]:  # noqa: ANN401 - as h2
        """Ignores what RFC 9113 section 5.3.2 deprecates, and so cannot be an error."""
        return (
            ([], []) if isinstance(frame, PriorityFrame) else super()._receive_priority_frame(frame)
        )

    def _receive_goaway_frame(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        """Lets calls in flight finish when the peer leaves politely; h2 would end them all."""
        if frame.error_code != ErrorCodes.NO_ERROR:
            return super()._receive_goaway_frame(frame)
        event = ConnectionTerminated()
        event.error_code = ErrorCodes.NO_ERROR
        event.last_stream_id = frame.last_stream_id
        return [], [event]


def limit_behind(error: ProtocolError) -> str | None:
    """Returns which limit a peer has run into, or None if it broke the protocol itself."""
    match error:
        case FrameTooLargeError():
            return "frame_bytes"
        case FloodError():
            return "flood"
        case DenialOfServiceError():  # h2 has only one such error, about header lists
            return "header_bytes"
        case _:
            return None


def goaway(last_stream_id: int, code: ErrorCodes = ErrorCodes.NO_ERROR) -> bytes:
    """Returns a GOAWAY frame. h2 can send one only by ending the connection itself."""
    return GoAwayFrame(0, last_stream_id=last_stream_id, error_code=code).serialize()


def _is_well_formed(head: RequestReceived | TrailersReceived) -> bool:
    """Whether a header list obeys RFC 9113 section 8."""
    if isinstance(head, RequestReceived) and head.stream_ended is not None:
        lengths = {value for name, value in head.headers if name == b"content-length"}
        if any(map(int, lengths)):
            return False
    rules = HeaderValidationFlags(
        is_client=False,
        is_trailer=isinstance(head, TrailersReceived),
        is_response_header=False,
        is_push_promise=False,
    )
    try:
        for _ in validate_headers(head.headers, rules):
            pass
    except ProtocolError:
        return False
    return True
