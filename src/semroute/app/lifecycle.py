"""Starting and stopping, in the right order."""

import signal
from collections.abc import Callable
from typing import Final, Protocol

import trio

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

# How long a conversation may take to end once it is told to.
_LAST_WORDS_SECONDS: Final = 1.0


class Drainable(Protocol):
    """A server that can be stopped gently and then firmly."""

    async def drain(self) -> None:
        """Stops accepting work; returns when all of it is finished."""
        ...

    def shut_down(self) -> None:
        """Ends what is left."""
        ...


class InterruptedTwiceError(Exception):
    """A second signal came while the first was being obeyed.

    Args:
        signal_number: The second signal.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal.Signals(signal_number).name)
        self.signal_number = signal_number


async def stop_on_signals(
    stop: trio.Event, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Sets `stop` at the first SIGTERM or SIGINT.

    Raises:
        InterruptedTwiceError: At the second one, whatever is still going on.
    """
    with trio.open_signal_receiver(*_SIGNALS) as received:
        task_status.started()
        async for number in received:
            if stop.is_set():
                raise InterruptedTwiceError(number)
            stop.set()


async def stop_on_any_signal(
    stop: trio.Event, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Sets `stop` at every SIGTERM or SIGINT, for a process that somebody else will kill.

    An init system may signal a worker and its supervisor, who then signals the worker.
    """
    with trio.open_signal_receiver(*_SIGNALS) as received:
        task_status.started()
        async for _ in received:
            stop.set()


async def first_of(*events: trio.Event) -> None:
    """Returns when any of the events is set."""
    async with trio.open_nursery() as nursery:

        async def wait(event: trio.Event) -> None:
            await event.wait()
            nursery.cancel_scope.cancel()

        for event in events:
            nursery.start_soon(wait, event)


async def drain(server: Drainable, hang_up: Callable[[], None], grace_seconds: float) -> None:
    """Ends all conversations, none of them with a request unanswered.

    They may finish by themselves for `grace_seconds`. Those that only watch an answer pass by
    then hang up, which Envoy takes for consent; what still owes a ruling after that, or screens
    an answer, fails with UNAVAILABLE, which it does not.
    """
    async with trio.open_nursery() as nursery:

        async def finish() -> None:
            await server.drain()
            nursery.cancel_scope.cancel()

        nursery.start_soon(finish)
        await trio.sleep(grace_seconds)
        hang_up()
        await trio.sleep(_LAST_WORDS_SECONDS)
        server.shut_down()
        nursery.cancel_scope.cancel()
