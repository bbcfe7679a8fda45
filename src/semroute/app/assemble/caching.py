"""The answer cache, made from settings."""

import hashlib
import hmac
import logging
import os
import random
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

import trio
from attrs import frozen
from starlette.routing import BaseRoute
from ulid import ULID

from semroute.adapters.diskcache import DiskStore, Limits
from semroute.adapters.http import ArchivePages
from semroute.adapters.memory import MemoryStore
from semroute.adapters.openai import OpenAICache
from semroute.adapters.prometheus import PrometheusObserver
from semroute.app.caching import StoreSettings
from semroute.app.claiming import Claiming
from semroute.app.flights import Flights
from semroute.app.keep import KeepAnswers
from semroute.app.recall import Recall
from semroute.app.settings import Settings
from semroute.domain.budget import ByteBudget
from semroute.domain.caching.keys import Keys
from semroute.domain.errors import CacheError
from semroute.domain.policy import Policy
from semroute.domain.ports import AnswerArchive, AnswerStore, Claims, Embedder

from .shared_cache import shared_cache

_log = logging.getLogger(__name__)

Happened: TypeAlias = Callable[[str, int], None]
"""Told what happened to the store, and to how many entries."""

# What is waiting to be written at the end is written; a store that takes longer has died.
_LAST_WRITES_SECONDS: Final = 5.0
_LOOKUP_SECONDS: Final = 1.0  # operators have time
_KEY: Final = re.compile(r"[0-9a-fA-F]{64}")
_KEY_FILE: Final = "key"
_KEYS, _SEAL, _TOKEN = "keys", "seal", "token"  # what keys are derived for
_KEY_BYTES: Final = 32


@frozen
class Cache:
    """A cache that runs.

    Args:
        recall: Finds answers.
        keep: Keeps answers.
        pages: Lets operators look into it.
    """

    recall: Recall
    keep: KeepAnswers
    pages: Sequence[BaseRoute]


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
async def running_cache(
    settings: Settings,
    policy: Policy,
    embedder: Embedder | None,
    metrics: PrometheusObserver,
    budget: ByteBudget,
) -> AsyncIterator[Cache | None]:
    """Runs the cache that settings ask for, or none.

    Raises:
        CacheError: It cannot be had; the operator's fault.
    """
    if not policy.cache_scopes:
        yield None
        return
    options = settings.cache
    opening = opened_store(options.store, metrics.cache.happened, options.lookup_seconds)
    async with opening as store:
        flights = Flights()
        codec = OpenAICache()
        metrics.watch("semroute_cache_entries", store.entries)
        metrics.watch("semroute_cache_bytes", store.size_bytes)
        metrics.watch("semroute_cache_flights_open", lambda: len(flights))
        keep = KeepAnswers(
            codec=codec,
            store=store.answers,
            observer=metrics.cache,
            flights=flights,
            budget=budget,
            new_id=lambda: str(ULID()),
            now=time.time,
            draw=random.random,
        )
        claiming = None
        if store.claims is not None:
            claiming = Claiming(store.claims, options.lookup_seconds)
        recall = recall_of(settings, policy, embedder, store, flights, metrics, claiming)
        pages: Sequence[BaseRoute] = ()
        if store.token is not None:
            pages = ArchivePages(store.answers, store.archive, store.token).routes
        async with trio.open_nursery() as background:
            if claiming is not None:
                await background.start(claiming.run)
            async with trio.open_nursery() as nursery:
                await nursery.start(keep.run)
                yield Cache(recall, keep, pages)
                keep.close()
                nursery.cancel_scope.deadline = trio.current_time() + _LAST_WRITES_SECONDS
            # Not before the last answers are kept: other routers may wait for them.
            background.cancel_scope.cancel()


def recall_of(  # noqa: PLR0913, PLR0917 - each is a part
    settings: Settings,
    policy: Policy,
    embedder: Embedder | None,
    store: OpenedStore,
    flights: Flights,
    metrics: PrometheusObserver,
    claiming: Claiming | None = None,
) -> Recall:
    """Returns what finds answers in a store."""
    options = settings.cache
    return Recall(
        policy=policy,
        keys=store.keys,
        identity=options.identity,
        heeds_clients=options.heed_clients,
        codec=OpenAICache(),
        store=store.answers,
        embedder=embedder,
        embed_seconds=settings.routing.budget_seconds,
        observer=metrics.cache,
        flights=flights,
        lookup_seconds=options.lookup_seconds,
        follow_seconds=options.follow_seconds,
        now=time.time,
        claiming=claiming,
    )


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
    key = _key_from(settings.key_variable)
    match settings.kind:
        case "memory":
            memory = MemoryStore(settings.max_entries)
            keys = keys_of(key or secrets.token_bytes(_KEY_BYTES))
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
                key=None if key is None else _derived(key, _SEAL),
                notify=lambda noted, count: happened(noted.value, count),
            )
            async with trio.open_nursery() as nursery:
                await nursery.start(disk.run)
                known = key or _key_beside(directory)
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


def keys_of(key: bytes) -> Keys:
    """Returns what identifies requests in the store that has this key."""
    return Keys(_derived(key, _KEYS))


def token_of(key: bytes) -> str:
    """Returns what operators must show, who can read the key."""
    return _derived(key, _TOKEN).hex()


def known_key(settings: StoreSettings) -> bytes | None:
    """Returns the key of a store that may be open elsewhere; None if there is none to be found.

    Raises:
        CacheError: What should be a key is none.
    """
    key = _key_from(settings.key_variable)
    path = Path(settings.directory) / _KEY_FILE
    if key is None and settings.kind == "disk" and path.exists():
        return _key_beside(path.parent)
    return key


def _limits_of(settings: StoreSettings) -> Limits:
    share = settings.max_tenant_share
    return Limits(
        entries=settings.max_entries,
        bytes=settings.max_bytes,
        tenant_entries=max(int(settings.max_entries * share), 1),
        tenant_bytes=max(int(settings.max_bytes * share), 1),
    )


def _key_from(variable: str) -> bytes | None:
    """Returns the key in an environment variable; None if there is none.

    Raises:
        CacheError: It is no key. The message does not say what it is.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    if _KEY.fullmatch(text.strip()) is None:
        message = f"{variable} must hold 64 hexadecimal digits, as `openssl rand -hex 32` prints"
        raise CacheError(message)
    return bytes.fromhex(text.strip())


def _required(variable: str) -> str:
    text = os.environ.get(variable)
    if not text:
        message = f"{variable} must say where the database is, as postgresql://user@host/name"
        raise CacheError(message)
    return text


def _key_beside(directory: Path) -> bytes:
    """Returns the key that is kept with the answers; made if there is none."""
    path = directory / _KEY_FILE
    try:
        if path.exists():
            key = path.read_bytes()
            if len(key) == _KEY_BYTES:
                return key
            _log.warning("the cache's key is damaged; what was kept will not be found")
        key = secrets.token_bytes(_KEY_BYTES)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise CacheError(message) from error
    return key


def _derived(key: bytes, purpose: str) -> bytes:
    """Returns a key for one purpose, so that none is used for two."""
    return hmac.new(key, f"semroute cache {purpose}".encode(), hashlib.sha256).digest()
