"""Connections that are used again, by threads that never get stuck."""

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import psycopg
import trio
from attrs import define, field

from semroute.domain.errors import CacheError

from .database import Connection, Database, Session, opened
from .troubles import trouble_with_query

T = TypeVar("T")


@define(eq=False)
class _Turn:
    """One use of a session, which may be ended from outside the thread that works."""

    _lock: threading.Lock = field(factory=threading.Lock)
    _session: Session | None = None
    _is_unwanted: bool = False

    def begin(self, session: Session) -> bool:
        """Whether it is still wanted; in the thread."""
        with self._lock:
            if not self._is_unwanted:
                self._session = session
            return not self._is_unwanted

    def end(self) -> None:
        """The session is not in use any more; in the thread."""
        with self._lock:
            self._session = None

    def hang_up(self) -> None:
        """Nobody waits any more. Nothing happens if the turn has ended."""
        with self._lock:
            self._is_unwanted = True
            if self._session is not None:
                self._session.hang_up()


class Connections:
    """Runs work on connections, in worker threads.

    There are no threads of its own and nothing is done ahead: a connection is made when work
    needs one and kept for the next. One that is found dead is replaced. Each is used by one
    thread at a time, so there are at most as many as threads.

    Work whose time is up, or that nobody waits for any more, has its connection shut down, so
    its thread ends at once. A connection that is only being made is finished and kept, in up to
    two seconds, or a server that is slow to accept would never be of use.

    Args:
        database: Where to.
        most: How many at once.
        settle: Makes a new connection ready.
        seconds: How long work may take altogether, with waiting for a connection.
    """

    def __init__(
        self,
        database: Database,
        *,
        most: int,
        settle: Callable[[Connection], None],
        seconds: float,
    ) -> None:
        self._database = database
        self._settle = settle
        self._seconds = seconds
        self._threads = trio.CapacityLimiter(most)
        self._writers = trio.CapacityLimiter(most)
        self._lock = threading.Lock()
        self._idle: deque[Session] = deque()
        self._is_closed = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Returns what work returns.

        Raises:
            CacheError: It failed, or took too long.

        Cancellation: The work ends unheard, as soon as it waits for the server.
        """
        return await self._run(work, shield=False)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Returns what work returns.

        Raises:
            CacheError: It failed, or took so long that nobody knows.

        Cancellation: Only what has not begun is cancelled; the rest is finished first.
        """
        async with self._writers:
            return await self._run(work, shield=True)

    def close(self) -> None:
        """Closes what is not in use at once, and the rest as soon as it is not."""
        with self._lock:
            self._is_closed = True
            sessions = list(self._idle)
            self._idle.clear()
        for session in sessions:
            session.close()

    async def _run(self, work: Callable[[Connection], T], *, shield: bool) -> T:
        turn = _Turn()
        try:
            with trio.fail_after(self._seconds, shield=shield):
                outcome = await trio.to_thread.run_sync(
                    self._attend, work, turn, abandon_on_cancel=True, limiter=self._threads
                )
        except trio.TooSlowError:
            message = f"PostgreSQL: no answer within {self._seconds:g} s"
            raise CacheError(message) from None
        finally:
            turn.hang_up()
        if isinstance(outcome, CacheError):
            raise outcome
        return outcome

    def _attend(self, work: Callable[[Connection], T], turn: _Turn) -> T | CacheError:
        """Works; in a thread. Errors are returned, so that they bring no other error along."""
        try:
            session = self._take()
        except CacheError as error:
            return error
        except OSError as error:  # out of descriptors
            return CacheError(f"PostgreSQL: no connection: {os.strerror(error.errno or 0)}")
        try:
            if not turn.begin(session):
                return CacheError("PostgreSQL: nobody waits any more")
            try:
                return work(session.connection)
            except (psycopg.Error, UnicodeError) as error:
                return trouble_with_query(error)
            except CacheError as error:
                return error
        finally:
            turn.end()
            self._give_back(session)

    def _take(self) -> Session:
        while True:
            with self._lock:
                if self._is_closed:
                    message = "the store is closed"
                    raise CacheError(message)
                session = self._idle.pop() if self._idle else None
            if session is None:
                return opened(self._database, self._settle)
            if session.is_usable:
                return session
            session.close()

    def _give_back(self, session: Session) -> None:
        if session.is_usable:
            with self._lock:
                if not self._is_closed:
                    self._idle.append(session)
                    return
        session.close()
