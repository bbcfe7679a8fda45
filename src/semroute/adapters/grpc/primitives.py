"""The two asyncio primitives grpclib awaits, in the same shape but on Trio's scheduler."""

from collections import deque
from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Event:
    """A flag that can be waited for and, unlike `trio.Event`, cleared again."""

    __slots__ = ("_is_set", "_waiters")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._waiters: trio.lowlevel.ParkingLot | None = None

    def is_set(self) -> bool:
        """Whether the flag is up."""
        return self._is_set

    def set(self) -> None:
        """Puts the flag up and wakes everybody who waits."""
        self._is_set = True
        if self._waiters is not None:
            self._waiters.unpark_all()

    def clear(self) -> None:
        """Takes the flag down."""
        self._is_set = False

    async def wait(self) -> None:
        """Returns once the flag is up.

        It is no checkpoint when the flag is up already: grpclib awaits `write_ready` before
        every frame, and a scheduler pass there would cost more than the frame.
        """
        if not self._is_set:
            if self._waiters is None:
                self._waiters = trio.lowlevel.ParkingLot()
            await self._waiters.park()


class Queue(Generic[T]):
    """An unbounded queue with one reader; HTTP/2 flow control is what bounds it."""

    __slots__ = ("_items", "_reader")

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._reader: trio.lowlevel.Task | None = None

    def put_nowait(self, item: T) -> None:
        """Adds an item and wakes the reader."""
        self._items.append(item)
        if self._reader is not None:
            reader, self._reader = self._reader, None
            trio.lowlevel.reschedule(reader)

    def get_nowait(self) -> T:
        """Takes the oldest item.

        Raises:
            IndexError: There is none.
        """
        return self._items.popleft()

    def qsize(self) -> int:
        """How many items wait."""
        return len(self._items)

    def empty(self) -> bool:
        """Whether no item waits."""
        return not self._items

    async def get(self) -> T:
        """Takes the oldest item, waiting for one if need be. Cancelled, it takes nothing.

        Raises:
            trio.BusyResourceError: Somebody else is reading.
        """
        while not self._items:
            if self._reader is not None:
                message = "another task is reading this stream"
                raise trio.BusyResourceError(message)
            self._reader = trio.lowlevel.current_task()
            await trio.lowlevel.wait_task_rescheduled(self._abort)
        return self._items.popleft()

    def _abort(self, _: object) -> trio.lowlevel.Abort:
        self._reader = None
        return trio.lowlevel.Abort.SUCCEEDED
