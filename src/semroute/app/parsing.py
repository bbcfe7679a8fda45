"""Bodies read without holding up everybody else."""

from collections.abc import Callable
from typing import Final, TypeVar

import trio

T = TypeVar("T")

# Parsing up to here takes less time than a round trip to a thread and back.
_INLINE_BYTES: Final = 64 * 1024


async def parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    """Returns what `parse` makes of a body; a long one is read in a thread.

    Raises:
        InvalidRequestError: The body is not what it should be; the client's fault.

    Cancellation: A thread that is reading finishes unheard.
    """
    if len(body) <= _INLINE_BYTES:
        return parse(body)
    return await trio.to_thread.run_sync(parse, body, abandon_on_cancel=True)
