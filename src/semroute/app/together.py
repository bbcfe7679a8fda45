"""Several things at the same time."""

from collections.abc import Awaitable, Callable

import trio


async def together(*jobs: Callable[[], Awaitable[None]]) -> None:
    """Does all of them, and returns when all are done.

    The last needs no task of its own, and is the first to begin.

    Raises:
        ExceptionGroup: What one of several raised; the others are then cancelled.
        Exception: What a single one raised.
    """
    if len(jobs) == 1:
        await jobs[0]()
        return
    async with trio.open_nursery() as nursery:
        for job in jobs[:-1]:
            nursery.start_soon(job)
        await jobs[-1]()
