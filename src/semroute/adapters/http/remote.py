"""A store of answers for operators, over HTTP: whoever asks for it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, TypeVar

import httpx2
import msgspec
from attrs import field, frozen

from semroute.domain.address import Address
from semroute.domain.caching.entry import Entry, Neighbour, Selection, Verification
from semroute.domain.errors import CacheError

from .archive import PREFIX, Flush, Id, Ids, Key, Near

_T = TypeVar("_T")

_ENTRY: Final[Any] = Entry | None  # no type, as far as type checkers go
_OK: Final = 200
_NOT_FOUND: Final = 404
# An operator waits for as long as it takes to look through a store.
_TIMEOUT: Final = httpx2.Timeout(5, read=600)


@frozen(eq=False)
class RemoteStore:
    """The store of a router that runs, by way of its admin pages.

    Args:
        client: Asks them.
    """

    client: httpx2.AsyncClient = field(repr=False)

    @classmethod
    def at(cls, admin: Address, token: str) -> "RemoteStore":
        """Returns the store of the router whose admin pages are at an address.

        Its client must be closed.
        """
        headers = {"authorization": f"Bearer {token}"}
        url = f"http://{admin}{PREFIX}"
        return cls(httpx2.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT))

    async def exact(self, key: bytes) -> Entry | None:
        """Asks for the entry of a request."""
        entry: Entry | None = await self._asked("exact", Key(key), _ENTRY)
        return entry

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        """Asks for the nearest entries."""
        return await self._asked("nearest", Near(partition, vector, count), list[Neighbour])

    async def put(self, entry: Entry) -> None:
        """Hands an entry over."""
        await self._asked("put", entry, type(None))

    async def remove(self, ids: Sequence[str]) -> int:
        """Has entries removed."""
        return await self._asked("remove", Ids(list(ids)), int)

    async def get(self, id: str) -> Entry | None:  # noqa: A002 - it is the entry's word
        """Asks for an entry."""
        entry: Entry | None = await self._asked("get", Id(id), _ENTRY)
        return entry

    async def scan(self, selection: Selection) -> AsyncIterator[Entry]:
        """Asks for entries, which come one after another."""
        body = msgspec.json.encode(selection)
        try:
            async with self.client.stream("POST", "scan", content=body) as response:
                if response.status_code != _OK:
                    raise _trouble(response.status_code, await response.aread())
                async for line in response.aiter_lines():
                    yield msgspec.json.decode(line, type=Entry)
        except (httpx2.TransportError, msgspec.DecodeError) as error:
            raise _lost(error) from error

    async def flush(self, selection: Selection, *, dry_run: bool) -> int:
        """Has entries removed, or counted."""
        return await self._asked("flush", Flush(selection, dry_run), int)

    async def verify(self) -> Verification:
        """Has every entry read."""
        return await self._asked("verify", None, Verification)

    async def _asked(self, operation: str, question: object, kind: type[_T]) -> _T:
        try:
            response = await self.client.post(operation, content=msgspec.json.encode(question))
            if response.status_code != _OK:
                raise _trouble(response.status_code, response.content)
            return msgspec.json.decode(response.content, type=kind)
        except (httpx2.TransportError, msgspec.DecodeError) as error:
            raise _lost(error) from error


def _trouble(status: int, body: bytes) -> CacheError:
    if status == _NOT_FOUND:
        return CacheError("the router has no cache that can be looked into")
    try:
        told = msgspec.json.decode(body, type=dict[str, str]).get("error", "")
    except msgspec.DecodeError:
        told = ""
    return CacheError(told or f"the router answered with {status}")


def _lost(error: Exception) -> CacheError:
    return CacheError(f"the router did not answer: {type(error).__name__}")
