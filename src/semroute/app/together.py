"""Two things at the same time."""

from collections.abc import Awaitable, Callable

import trio


async def together(
    first: Callable[[], Awaitable[None]], second: Callable[[], Awaitable[None]]
) -> None:
    """Does both, and returns when both are done.

    Raises:
        ExceptionGroup: What either raised; the other is then cancelled.
    """
    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        nursery.start_soon(second)
