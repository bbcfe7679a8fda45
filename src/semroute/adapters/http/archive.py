"""A store of answers for operators, over HTTP: the pages that serve it."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Annotated, TypeVar

import msgspec
from attrs import field, frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from semroute.domain.caching.entry import Entry, Selection
from semroute.domain.errors import CacheError
from semroute.domain.ports import AnswerArchive, AnswerStore

PREFIX = "/cache/"

_UNAUTHORIZED, _BAD_REQUEST, _UNAVAILABLE = 401, 400, 503
_T = TypeVar("_T")


class Key(msgspec.Struct, forbid_unknown_fields=True):
    """Asks for the entry of one request."""

    key: bytes


class Near(msgspec.Struct, forbid_unknown_fields=True):
    """Asks for the nearest entries."""

    partition: bytes
    vector: bytes
    count: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Ids(msgspec.Struct, forbid_unknown_fields=True):
    """Names entries."""

    ids: list[str]


class Id(msgspec.Struct, forbid_unknown_fields=True):
    """Names one entry."""

    id: str


class Flush(msgspec.Struct, forbid_unknown_fields=True):
    """Selects what is to be removed."""

    selection: Selection
    dry_run: bool


@frozen
class ArchivePages:
    """The pages below `/cache/`, each of which takes and gives JSON.

    Args:
        store: The store, for requests.
        archive: The same, for operators.
        token: Who does not present it as a bearer token gets 401: the pages show what people
            asked and were answered.
    """

    store: AnswerStore
    archive: AnswerArchive
    token: str = field(repr=False)

    @property
    def routes(self) -> list[Route]:
        """The pages."""
        answers: dict[str, Callable[[bytes], Awaitable[object]]] = {
            "exact": self._exact,
            "nearest": self._nearest,
            "put": self._put,
            "remove": self._remove,
            "get": self._get,
            "flush": self._flush,
            "verify": self._verify,
        }
        pages = [
            Route(f"{PREFIX}{name}", partial(self._page, answer), methods=["POST"])
            for name, answer in answers.items()
        ]
        return [*pages, Route(f"{PREFIX}scan", self._scan, methods=["POST"])]

    async def _exact(self, body: bytes) -> object:
        return await self.store.exact(_read(body, Key).key)

    async def _nearest(self, body: bytes) -> object:
        near = _read(body, Near)
        return list(await self.store.nearest(near.partition, near.vector, near.count))

    async def _put(self, body: bytes) -> object:
        await self.store.put(_read(body, Entry))
        return None

    async def _remove(self, body: bytes) -> object:
        return await self.store.remove(_read(body, Ids).ids)

    async def _get(self, body: bytes) -> object:
        return await self.archive.get(_read(body, Id).id)

    async def _flush(self, body: bytes) -> object:
        wanted = _read(body, Flush)
        return await self.archive.flush(wanted.selection, dry_run=wanted.dry_run)

    async def _verify(self, _body: bytes) -> object:
        return await self.archive.verify()

    async def _page(
        self, answer: Callable[[bytes], Awaitable[object]], request: Request
    ) -> Response:
        refused = _refused(request, self.token)
        if refused is not None:
            return refused
        try:
            answered = await answer(await request.body())
        except msgspec.DecodeError as error:
            return _problem(_BAD_REQUEST, str(error))
        except CacheError as error:
            return _problem(_UNAVAILABLE, str(error))
        return Response(msgspec.json.encode(answered), media_type="application/json")

    async def _scan(self, request: Request) -> Response:
        refused = _refused(request, self.token)
        if refused is not None:
            return refused
        try:
            selection = _read(await request.body(), Selection)
        except msgspec.DecodeError as error:
            return _problem(_BAD_REQUEST, str(error))
        lines = _lines(self.archive.scan(selection))
        return StreamingResponse(lines, media_type="application/jsonl")


def _refused(request: Request, token: str) -> Response | None:
    presented = request.headers.get("authorization", "")
    if hmac.compare_digest(presented.encode(), f"Bearer {token}".encode()):
        return None
    return _problem(_UNAUTHORIZED, "the cache's token is missing or wrong")


def _problem(status: int, message: str) -> Response:
    body = msgspec.json.encode({"error": message})
    return Response(body, status, media_type="application/json")


def _read(body: bytes, kind: type[_T]) -> _T:
    return msgspec.json.decode(body, type=kind)


async def _lines(entries: AsyncIterator[Entry]) -> AsyncIterator[bytes]:
    async for entry in entries:
        yield msgspec.json.encode(entry) + b"\n"
