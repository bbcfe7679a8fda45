"""The calls of one connection, each in a task of its own."""

from collections.abc import Callable
from typing import Any, Protocol

import trio
from grpclib.protocol import AbstractHandler, Stream
from h2.errors import ErrorCodes

from .limits import Limits


class RunCall(Protocol):
    """Serves one call from its headers to its trailers. Cancelled, it is silent."""

    async def __call__(
        self, stream: Stream, headers: list[tuple[str, str]], shutdown: trio.CancelScope
    ) -> None:
        """Args: shutdown: Cancelling it ends the call with UNAVAILABLE."""
        ...


class Calls(AbstractHandler):
    """Starts a task for every stream that the peer opens, and cancels it when the peer resets it.

    Args:
        run: Serves one call.
        nursery: Where the tasks live.
        limits: How many there may be.
    """

    def __init__(self, run: RunCall, nursery: trio.Nursery, limits: Limits) -> None:
        self._run = run
        self._nursery = nursery
        self._max_streams = limits.max_streams
        self._scopes: dict[Stream, tuple[trio.CancelScope, trio.CancelScope]] = {}
        self._is_accepting = True
        self._on_idle: Callable[[], None] | None = None
        self.last_stream_id = 0

    def __len__(self) -> int:
        return len(self._scopes)

    def accept(
        self,
        stream: Stream,
        headers: list[tuple[str, str]],
        release_stream: Callable[[], Any],
    ) -> None:
        """Starts a call, or refuses it; a refused call may safely be tried elsewhere."""
        assert stream.id is not None
        if not self._is_accepting or len(self._scopes) >= self._max_streams:
            stream.reset_nowait(ErrorCodes.REFUSED_STREAM)
            release_stream()
            return
        self.last_stream_id = stream.id
        self._scopes[stream] = scopes = (trio.CancelScope(), trio.CancelScope())
        self._nursery.start_soon(self._serve, stream, headers, scopes, release_stream)

    def cancel(self, stream: Stream) -> None:
        """Cancels the call whose stream the peer has reset."""
        if stream in self._scopes:
            self._scopes[stream][0].cancel()

    def close(self) -> None:
        """Cancels every call: the connection is gone."""
        for gone, _ in self._scopes.values():
            gone.cancel()

    def stop_accepting(self) -> int:
        """Refuses every further stream and returns the identifier of the last one accepted."""
        self._is_accepting = False
        return self.last_stream_id

    def shut_down(self) -> None:
        """Ends every call with UNAVAILABLE."""
        for _, shutdown in self._scopes.values():
            shutdown.cancel()

    def when_idle(self, action: Callable[[], None]) -> None:
        """Runs `action` as soon as no call is left, which may be now."""
        self._is_accepting = False
        self._on_idle = action
        self._check_idle()

    async def _serve(
        self,
        stream: Stream,
        headers: list[tuple[str, str]],
        scopes: tuple[trio.CancelScope, trio.CancelScope],
        release_stream: Callable[[], Any],
    ) -> None:
        gone, shutdown = scopes
        try:
            with gone:
                await self._run(stream, headers, shutdown)
        finally:
            del self._scopes[stream]
            release_stream()
            self._check_idle()

    def _check_idle(self) -> None:
        if not self._scopes and self._on_idle is not None:
            action, self._on_idle = self._on_idle, None
            action()
