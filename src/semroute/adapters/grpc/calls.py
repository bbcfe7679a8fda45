"""The calls of one connection, each in a task of its own."""

from collections.abc import Callable
from typing import Any, Protocol

import trio
from attrs import frozen
from grpclib.protocol import AbstractHandler
from h2.errors import ErrorCodes

from .guards import ResetGuard
from .limits import LimitReached, Limits
from .streams import Stream


class RunCall(Protocol):
    """Serves one call from its headers to its trailers. Cancelled, it is silent."""

    async def __call__(
        self, stream: Stream, headers: list[tuple[str, str]], shutdown: trio.CancelScope
    ) -> None:
        """Args: shutdown: Cancelling it ends the call with UNAVAILABLE."""
        ...


class Connection(Protocol):
    """What calls ask of the connection they are on."""

    def abort(self, code: ErrorCodes) -> None:
        """Ends the connection for a reason, with everything on it."""
        ...

    def retire(self) -> None:
        """Asks the peer to open another connection, and closes this one after its last call."""
        ...


@frozen
class _Scopes:
    """Two ways to end a call: in silence, because nobody listens, or with a status."""

    gone: trio.CancelScope
    shutdown: trio.CancelScope


class Calls(AbstractHandler):
    """Starts a task for every stream that the peer opens, and cancels it when the peer resets it.

    Args:
        run: Serves one call.
        nursery: Where the tasks live.
        limits: How many there may be.
        limited: Told when there were more.
    """

    def __init__(
        self, run: RunCall, nursery: trio.Nursery, limits: Limits, limited: LimitReached
    ) -> None:
        self._run = run
        self._nursery = nursery
        self._limits = limits
        self._limited = limited
        self._resets = ResetGuard(limits.max_resets, trio.current_time())
        self._scopes: dict[Stream, _Scopes] = {}
        self._connection: Connection | None = None
        self._accepted = 0
        self._is_accepting = True
        self._on_idle: list[Callable[[], None]] = []
        self.last_stream_id = 0
        self.idle_since = trio.current_time()

    def __len__(self) -> int:
        return len(self._scopes)

    def attach(self, connection: Connection) -> None:
        """Sets the connection that the calls are on."""
        self._connection = connection

    def accept(  # type: ignore[override]  # grpclib's streams are ours here
        self, stream: Stream, headers: list[tuple[str, str]], release_stream: Callable[[], Any]
    ) -> None:
        """Starts a call, or refuses it; a refused call may safely be tried elsewhere."""
        assert stream.id is not None
        if not self._is_accepting or len(self._scopes) >= self._limits.max_streams:
            if self._is_accepting:
                self._limited("streams")
            stream.reset_nowait(ErrorCodes.REFUSED_STREAM)
            release_stream()
            self.reset_in_silence()
            return
        self.last_stream_id = stream.id
        self._accepted += 1
        self._scopes[stream] = scopes = _Scopes(trio.CancelScope(), trio.CancelScope())
        self._nursery.start_soon(self._serve, stream, headers, scopes, release_stream)
        if self._accepted == self._limits.max_calls and self._connection is not None:
            self._limited("calls")
            self._connection.retire()

    def cancel(self, stream: Stream) -> None:  # type: ignore[override]  # likewise
        """Cancels the call whose stream has been reset."""
        if stream in self._scopes:
            self._scopes[stream].gone.cancel()
            if not stream.has_spoken:
                self.reset_in_silence()

    def reset_in_silence(self) -> None:
        """Counts a stream that was reset before it said anything; too many end the connection."""
        if self._resets.silent(trio.current_time()) and self._connection is not None:
            self._limited("resets")
            self._connection.abort(ErrorCodes.ENHANCE_YOUR_CALM)

    def close(self) -> None:
        """Cancels every call: the connection is gone."""
        for scopes in self._scopes.values():
            scopes.gone.cancel()

    def stop_accepting(self) -> int:
        """Refuses every further stream and returns the identifier of the last one accepted."""
        self._is_accepting = False
        return self.last_stream_id

    def shut_down(self) -> None:
        """Ends every call with UNAVAILABLE."""
        for scopes in self._scopes.values():
            scopes.shutdown.cancel()

    def when_idle(self, action: Callable[[], None]) -> None:
        """Runs `action` as soon as no call is left, which may be now."""
        self._is_accepting = False
        self._on_idle.append(action)
        self._check_idle()

    async def _serve(
        self,
        stream: Stream,
        headers: list[tuple[str, str]],
        scopes: _Scopes,
        release_stream: Callable[[], Any],
    ) -> None:
        try:
            with scopes.gone:
                await trio.lowlevel.checkpoint_if_cancelled()  # reset by the bytes that began it
                await self._run(stream, headers, scopes.shutdown)
        finally:
            if stream.has_spoken:
                self._resets.spoken(trio.current_time())
            del self._scopes[stream]
            release_stream()
            self._check_idle()

    def _check_idle(self) -> None:
        if not self._scopes:
            self.idle_since = trio.current_time()
            actions, self._on_idle = self._on_idle, []
            for action in actions:
                action()
