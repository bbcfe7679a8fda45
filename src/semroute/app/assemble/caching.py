"""The answer cache, made from settings."""

import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import trio
from attrs import frozen
from starlette.routing import BaseRoute
from ulid import ULID

from semroute.adapters.http import ArchivePages
from semroute.adapters.openai import OpenAICache
from semroute.adapters.prometheus import PrometheusObserver
from semroute.app.claiming import Claiming
from semroute.app.flights import Flights
from semroute.app.keep import KeepAnswers
from semroute.app.recall import Recall
from semroute.app.settings import Settings
from semroute.domain.budget import ByteBudget
from semroute.domain.policy import Policy
from semroute.domain.ports import Embedder

from .recalling import recall_of
from .stores import opened_store

# What is waiting to be written at the end is written; a store that takes longer has died.
_LAST_WRITES_SECONDS: Final = 5.0


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
