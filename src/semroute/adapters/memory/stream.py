"""An ExtProc stream between two tasks of one process."""

import math
from typing import Self

import trio
from attrs import define, field

from semroute.domain.exchange.events import Event
from semroute.domain.exchange.replies import Reply


@define(eq=False)
class MemoryStream:
    """A stream whose Envoy is another task, which uses `send` and `hang_up`."""

    _events: tuple[trio.MemorySendChannel[Event], trio.MemoryReceiveChannel[Event]] = field(
        init=False, factory=lambda: trio.open_memory_channel[Event](math.inf)
    )
    _replies: tuple[trio.MemorySendChannel[Reply], trio.MemoryReceiveChannel[Reply]] = field(
        init=False, factory=lambda: trio.open_memory_channel[Reply](math.inf)
    )
    extensions: list[float] = field(init=False, factory=list[float])

    @classmethod
    def saying(cls, *events: Event) -> Self:
        """Returns a stream on which Envoy says all this at once and then hangs up."""
        stream = cls()
        for event in events:
            stream.say(event)
        stream.hang_up()
        return stream

    async def receive(self) -> Event | None:
        """Returns the next event."""
        try:
            return await self._events[1].receive()
        except trio.EndOfChannel:
            return None

    async def reply(self, reply: Reply) -> None:
        """Hands the reply over."""
        await self._replies[0].send(reply)

    async def extend(self, seconds: float) -> None:
        """Keeps how long Envoy is to wait, in `extensions`."""
        self.extensions.append(seconds)

    def say(self, event: Event) -> None:
        """Says something as Envoy, and does not wait for the answer."""
        self._events[0].send_nowait(event)

    async def send(self, event: Event) -> Reply:
        """Says something as Envoy, and returns the answer."""
        self.say(event)
        return await self._replies[1].receive()

    def hang_up(self) -> None:
        """Says nothing more."""
        self._events[0].close()

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Takes the replies nobody has received."""
        replies: list[Reply] = []
        while self._replies[1].statistics().current_buffer_used:
            replies.append(self._replies[1].receive_nowait())
        return tuple(replies)
