"""Where answers are kept, and who may ask for one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from semroute.domain.caching.entry import Entry, Neighbour, Selection, Verification


class AnswerStore(Protocol):
    """Keeps answers, for whoever asks the same again.

    Expired entries are never returned.
    """

    async def exact(self, key: bytes) -> Entry | None:
        """Returns the entry whose `exact` this is.

        Raises:
            CacheError: The store is in trouble. A damaged entry is a miss and no error.

        Cancellation: Harmless.
        """
        ...

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        """Returns the entries of one partition that are nearest to a vector, nearest first.

        Args:
            partition: Nothing outside it is looked at.
            vector: As `Embedder.embed` returns it.
            count: How many at most.

        Raises:
            CacheError: The store is in trouble. A damaged entry is left out.

        Cancellation: Harmless.
        """
        ...

    async def put(self, entry: Entry) -> None:
        """Keeps an entry, in the place of another with the same `exact`. Returns once it is safe.

        Raises:
            CacheError: It is not kept.

        Cancellation: It is kept whole or not at all.
        """
        ...

    async def remove(self, ids: Sequence[str]) -> int:
        """Removes entries by id, and returns how many there were.

        Raises:
            CacheError: The store is in trouble.

        Cancellation: Each is removed or not.
        """
        ...


class AnswerArchive(Protocol):
    """Lets operators look into a store and clear it."""

    async def get(self, id: str) -> Entry | None:  # noqa: A002 - it is the entry's word
        """Returns an entry.

        Raises:
            CacheError: The store is in trouble.
        """
        ...

    def scan(self, selection: Selection) -> AsyncIterator[Entry]:
        """Yields entries, oldest first. What is put meanwhile may be missing.

        Raises:
            CacheError: The store is in trouble.
        """
        ...

    async def flush(self, selection: Selection, *, dry_run: bool) -> int:
        """Removes entries for good, and returns how many there were.

        Args:
            selection: Which.
            dry_run: Only count them.

        Raises:
            CacheError: The store is in trouble.
        """
        ...

    async def verify(self) -> Verification:
        """Reads every entry, and removes those that are damaged.

        Raises:
            CacheError: The store is in trouble.
        """
        ...


class Claims(Protocol):
    """Says which of all routers that share answers asks the model for one."""

    def claim(self, key: bytes) -> AbstractAsyncContextManager[bool]:
        """Claims a key while the context lasts. Yields at once whether it was free.

        A claim ends with the router that has it, however that ends.

        Raises:
            CacheError: Nobody can say; on entering only.

        Cancellation: The claim is given up.
        """
        ...
