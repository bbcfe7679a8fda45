"""Saying something to a server, and what comes of it, in words."""

from collections.abc import Iterable
from typing import Final

import trio
from h2.errors import ErrorCodes
from hyperframe.frame import DataFrame, Frame, GoAwayFrame, RstStreamFrame, SettingsFrame

from tests.adapters.grpc.wire import PREFACE, Wire

_QUIET_SECONDS: Final = 0.5


async def heard(stream: trio.SocketStream, chunks: Iterable[bytes]) -> tuple[str, ...]:
    """Says all this, listens until nothing more comes, and returns what was heard."""
    wire = Wire(stream)
    try:
        await wire.say(PREFACE, SettingsFrame(0))
        for chunk in chunks:
            await wire.say(chunk)
    except trio.BrokenResourceError:
        pass  # it hung up on us; it may have said why
    while not wire.is_closed:
        with trio.move_on_after(_QUIET_SECONDS) as patience:
            try:
                await wire.read()
            except trio.BrokenResourceError:
                wire.is_closed = True
        if patience.cancelled_caught:
            break
    ends = ("the connection is closed",) if wire.is_closed else ()
    return (*_statuses(wire), *_refusals(wire.frames), *ends)


def _statuses(wire: Wire) -> Iterable[str]:
    for stream, fields in wire.fields.items():
        if "grpc-status" in fields:
            sizes = [
                len(frame.data)
                for frame in wire.frames
                if isinstance(frame, DataFrame) and frame.stream_id == stream
            ]
            yield f"stream {stream}: {sum(sizes)} bytes and status {fields['grpc-status']}"


def _refusals(frames: Iterable[Frame]) -> Iterable[str]:
    for frame in frames:
        match frame:
            case RstStreamFrame() if frame.error_code != ErrorCodes.NO_ERROR:
                yield f"stream {frame.stream_id} is reset with {ErrorCodes(frame.error_code).name}"
            case GoAwayFrame():
                yield f"GOAWAY with {ErrorCodes(frame.error_code).name}"
            case _:
                pass
