"""Where answers are kept, opened as settings say."""

import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

import trio
from attrs import frozen

from semroute.adapters.diskcache import DiskStore, Limits
from semroute.adapters.memory import MemoryStore
from semroute.app.caching import StoreSettings
from semroute.domain.caching.keys import Keys
from semroute.domain.errors import CacheError
from semroute.domain.ports import AnswerArchive, AnswerStore, Claims

from .cache_keys import KEY_BYTES, SEAL, derived, key_beside, key_in, keys_of, token_of
from .shared_cache import shared_cache

Happened: TypeAlias = Callable[[str, int], None]
"""Told what happened to the store, and to how many entries."""

_LOOKUP_SECONDS: Final = 1.0  # operators have time


@frozen
class OpenedStore:
    """A store that runs, seen from its two sides.

    Args:
        answers: For requests.
        archive: For operators.
        keys: Identifies what is in it.
        entries: Returns how many entries it has.
        size_bytes: Returns how much they take.
        token: What operators must show; None if no operator can know it.
        claims: Who asks what, if other routers have the store as well.
    """

    answers: AnswerStore
    archive: AnswerArchive
    keys: Keys
    entries: Callable[[], int]
    size_bytes: Callable[[], int]
    token: str | None
    claims: Claims | None = None


@asynccontextmanager
async def opened_store(
    settings: StoreSettings,
    happened: Happened = lambda _event, _count: None,
    lookup_seconds: float = _LOOKUP_SECONDS,
) -> AsyncIterator[OpenedStore]:
    """Opens the store that settings ask for, while the context lasts.

    Args:
        settings: What they say about it.
        happened: Is told what happens to it.
        lookup_seconds: How long a request waits for it.

    Raises:
        CacheError: It cannot be opened; the operator's fault.
    """
    key = key_in(settings.key_variable)
    match settings.kind:
        case "memory":
            memory = MemoryStore(settings.max_entries)
            keys = keys_of(key or secrets.token_bytes(KEY_BYTES))
            yield OpenedStore(
                memory,
                memory,
                keys,
                lambda: memory.entries,
                lambda: memory.size_bytes,
                None if key is None else token_of(key),
            )
        case "disk":
            directory = Path(settings.directory)
            disk = DiskStore(
                directory,
                _limits_of(settings),
                key=None if key is None else derived(key, SEAL),
                notify=lambda noted, count: happened(noted.value, count),
            )
            async with trio.open_nursery() as nursery:
                await nursery.start(disk.run)
                known = key or key_beside(directory)
                yield OpenedStore(
                    disk,
                    disk,
                    keys_of(known),
                    lambda: disk.entries,
                    lambda: disk.size_bytes,
                    token_of(known),
                )
                nursery.cancel_scope.cancel()
        case "postgres":
            if key is None:
                message = f"{settings.key_variable} must hold the key that all routers share"
                raise CacheError(message)
            dsn = _required(settings.dsn_variable)
            async with shared_cache(dsn, lookup_seconds) as shared:
                yield OpenedStore(
                    shared.store,
                    shared.store,
                    keys_of(key),
                    lambda: 0,
                    lambda: 0,
                    token_of(key),
                    shared.claims,
                )


def _limits_of(settings: StoreSettings) -> Limits:
    share = settings.max_tenant_share
    return Limits(
        entries=settings.max_entries,
        bytes=settings.max_bytes,
        tenant_entries=max(int(settings.max_entries * share), 1),
        tenant_bytes=max(int(settings.max_bytes * share), 1),
    )


def _required(variable: str) -> str:
    text = os.environ.get(variable)
    if not text:
        message = f"{variable} must say where the database is, as postgresql://user@host/name"
        raise CacheError(message)
    return text
