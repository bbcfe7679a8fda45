"""Claims on questions, of routers that are in one process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, field


@define(eq=False)
class MemoryClaims:
    """Claims that are known to whoever has this object, and to nobody else."""

    _taken: set[bytes] = field(init=False, factory=set[bytes])

    @asynccontextmanager
    async def claim(self, key: bytes) -> AsyncIterator[bool]:
        """Claims a key while the context lasts. Yields whether it was free."""
        is_free = key not in self._taken
        self._taken.add(key)
        try:
            yield is_free
        finally:
            if is_free:
                self._taken.discard(key)
