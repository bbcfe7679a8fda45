"""What grpclib asks of `asyncio.Transport`, on top of a Trio stream."""

from typing import Any, Protocol

import trio

from .limits import LimitReached, Limits


class WriteControl(Protocol):
    """Who is told to stop and resume writing."""

    def pause_writing(self) -> None:
        """The buffer is full."""
        ...

    def resume_writing(self) -> None:
        """The buffer has room again."""
        ...


_HIGH_WATER = 64 * 1024
_LOW_WATER = 16 * 1024
_CHUNK = 256 * 1024  # the peer has to take this much within `write_seconds`


class Transport:
    """A write buffer in front of a Trio stream, emptied by the task that runs `run`.

    `write` never blocks. Above the high-water mark the producer is told to pause; control
    frames still get in, until `max_write_buffer_bytes`, where the connection is given up.

    Args:
        stream: The peer.
        limits: How much may wait to be sent, and how long.
        limited: Told when it was more, or took longer.

    Attributes:
        reading: Cancelled when the transport closes; whoever reads from the peer stops then.
    """

    def __init__(self, stream: trio.abc.Stream, limits: Limits, limited: LimitReached) -> None:
        self.reading = trio.CancelScope()
        self._writing = trio.CancelScope()
        self._stream = stream
        self._limits = limits
        self._limited = limited
        self._buffer = bytearray()
        self._control: WriteControl | None = None
        self._is_paused = False
        self._is_closing = False
        self._writer: trio.lowlevel.Task | None = None

    def attach(self, control: WriteControl) -> None:
        """Sets who is told to pause and resume."""
        self._control = control

    def write(self, data: bytes) -> None:
        """Queues data; drops it when the transport is closing."""
        if self._is_closing:
            return
        self._buffer += data
        size = len(self._buffer)
        if size > self._limits.max_write_buffer_bytes:
            self._limited("write_buffer")
            self._buffer.clear()
            self.close()
        elif size > _HIGH_WATER and not self._is_paused and self._control is not None:
            self._is_paused = True
            self._control.pause_writing()
        self._wake()

    def close(self) -> None:
        """Takes no more data. What is queued already is still sent."""
        if not self._is_closing:
            self._is_closing = True
            self._writing.deadline = trio.current_time() + self._limits.close_seconds
            self.reading.cancel()
            self._wake()

    def is_closing(self) -> bool:
        """Whether `close` was called."""
        return self._is_closing

    def get_extra_info(self, name: str, default: object = None) -> Any:  # noqa: ANN401 - asyncio's signature
        """Knows `peername` of sockets, nothing else."""
        if name == "peername" and isinstance(self._stream, trio.SocketStream):
            return self._stream.socket.getpeername()
        return default

    async def run(self) -> None:
        """Sends what is queued until the transport is closed and empty.

        Everything queued in one scheduler tick goes out in one call.

        Raises:
            trio.BrokenResourceError: The peer is gone.
        """
        with self._writing:
            await self._run()
        if self._writing.cancelled_caught and not self._is_closing:
            self._limited("write_seconds")
            self.close()

    async def _run(self) -> None:
        while True:
            while not self._buffer:
                if self._is_closing:
                    return
                self._writer = trio.lowlevel.current_task()
                await trio.lowlevel.wait_task_rescheduled(self._abort)
            data, self._buffer = self._buffer, bytearray()
            await self._send(data)
            if self._is_paused and len(self._buffer) <= _LOW_WATER and self._control is not None:
                self._is_paused = False
                self._control.resume_writing()

    async def _send(self, data: bytearray) -> None:
        for start in range(0, len(data), _CHUNK):
            if not self._is_closing:
                self._writing.deadline = trio.current_time() + self._limits.write_seconds
            await self._stream.send_all(memoryview(data)[start : start + _CHUNK])
        if not self._is_closing:
            self._writing.deadline = float("inf")

    def _wake(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            trio.lowlevel.reschedule(writer)

    def _abort(self, _: object) -> trio.lowlevel.Abort:
        self._writer = None
        return trio.lowlevel.Abort.SUCCEEDED
