"""The store that the `cache` commands work on."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final, TypeAlias

import httpx2
from attrs import frozen
from cyclopts import Parameter

from semroute.adapters.http import RemoteStore
from semroute.app.assemble.cache_keys import keys_of, known_key, token_of
from semroute.app.assemble.stores import OpenedStore, opened_store
from semroute.app.settings import Settings
from semroute.domain.address import Address
from semroute.domain.caching.entry import Selection
from semroute.domain.caching.keys import Keys
from semroute.domain.errors import CacheError

from .exits import UsageError

_DIGEST: Final = re.compile(r"[0-9a-f]{32}|global")
_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_GREETING_SECONDS: Final = 2.0

TenantOption: TypeAlias = Annotated[
    tuple[str, ...],
    Parameter(
        negative=(),
        help="Whose answers: a digest that `stats` shows, or the values of the identity headers, "
        "one --tenant for each, in order.",
    ),
]
RouteOption: TypeAlias = Annotated[str | None, Parameter(help="Answers of one category.")]
ModelOption: TypeAlias = Annotated[str | None, Parameter(help="Answers of one model.")]
AgeOption: TypeAlias = Annotated[
    str | None, Parameter(help="Answers older than this, as 90s, 30m, 12h or 7d.")
]


@frozen
class Wanted:
    """Which answers an operator means.

    Args:
        tenant: As the options say.
        route: As the options say.
        model: As the options say.
        older_than: As the options say.

    Raises:
        UsageError: An age is none.
    """

    tenant: tuple[str, ...] = ()
    route: str | None = None
    model: str | None = None
    older_than: str | None = None

    def selection(self, keys: Keys) -> Selection:
        """Returns the entries that are meant."""
        return Selection(
            tenant=self._tenant(keys),
            route=self.route,
            model=self.model,
            created_before=None if self.older_than is None else time.time() - self._age(),
        )

    def _tenant(self, keys: Keys) -> str | None:
        match self.tenant:
            case ():
                return None
            case (one,) if _DIGEST.fullmatch(one):
                return one
            case identity:
                return keys.tenant(identity)

    def _age(self) -> float:
        found = _DURATION.fullmatch(self.older_than or "")
        if found is None:
            message = f"--older-than: {self.older_than} is no age; write 90s, 30m, 12h or 7d"
            raise UsageError(message)
        return float(found[1]) * _SECONDS[found[2]]


@asynccontextmanager
async def operators_store(settings: Settings) -> AsyncIterator[OpenedStore]:
    """Opens the store, by way of the router that has it open, if there is one.

    Raises:
        CacheError: It cannot be had.
    """
    store = settings.cache.store
    key = known_key(store)
    if store.kind != "postgres" and key is not None:
        remote = RemoteStore.at(Address.parse(settings.server.admin), token_of(key))
        async with remote.client as client:
            if await _is_there(client):
                derived = keys_of(key)
                yield OpenedStore(remote, remote, derived, lambda: 0, lambda: 0, None)
                return
    if store.kind == "memory":
        message = (
            f"a cache in memory is its router's: none runs at {settings.server.admin}, or "
            f"{store.key_variable} is not what it was started with"
        )
        raise CacheError(message)
    async with opened_store(store) as opened:
        yield opened


async def _is_there(client: httpx2.AsyncClient) -> bool:
    try:
        response = await client.post(
            "flush",
            content=b'{"selection":{"created_before":0},"dry_run":true}',
            timeout=_GREETING_SECONDS,
        )
    except httpx2.TransportError:
        return False
    return response.status_code == httpx2.codes.OK
