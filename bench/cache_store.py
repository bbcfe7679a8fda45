"""Our store. `python -m bench.cache_store fill|restart DIRECTORY COUNT PARTITIONS`."""

import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from semroute.adapters.diskcache import DiskStore, Limits
from semroute.domain.caching.entry import Entry

from .cache_data import (
    Outcome,
    Vectors,
    answer_of,
    disk_mb,
    p50_ms,
    paraphrases,
    resident_mb,
    stopwatch,
    text_of,
    vectors,
)

_GRAPH_ROWS = 20_000
_AT_ONCE = 128
_SINGLE_PUTS = 100
_TTL = 1e6
_GRAPH_SECONDS = 1800


@asynccontextmanager
async def opened(directory: Path, count: int, graph_rows: int) -> AsyncIterator[DiskStore]:
    limits = Limits(entries=count + _SINGLE_PUTS, tenant_entries=count + _SINGLE_PUTS)
    store = DiskStore(directory, limits, graph_rows=graph_rows)
    async with trio.open_nursery() as nursery:
        await nursery.start(store.run)
        yield store
        nursery.cancel_scope.cancel()


def partition_of(number: int, partitions: int) -> bytes:
    return (number % partitions).to_bytes(32, "big")


def entry_of(number: int, vector: Vectors, partitions: int) -> Entry:
    return Entry(
        id=f"{number:026}",
        partition=partition_of(number, partitions),
        exact=number.to_bytes(32, "big"),
        tenant=f"{number % partitions:032x}",
        route="none",
        model="small",
        text=text_of(number),
        vector=vector.astype("<f2").tobytes(),
        encoder="synthetic",
        answer=answer_of(number).encode(),
        tokens=200,
        created=time.time(),
        expires=time.time() + _TTL,
    )


async def fill(directory: Path, count: int, partitions: int) -> Outcome:
    entries = vectors(count + _SINGLE_PUTS)
    before = resident_mb()
    # The matrix takes everything; what a graph does is measured after the restart.
    async with opened(directory, count, sys.maxsize) as store:

        async def put(first: int) -> None:
            for number in range(first, count, _AT_ONCE):
                await store.put(entry_of(number, entries[number], partitions))

        elapsed = stopwatch()
        async with trio.open_nursery() as nursery:
            for first in range(_AT_ONCE):
                nursery.start_soon(put, first)
        bulk = elapsed() / count
        single = []
        for number in range(count, count + _SINGLE_PUTS):
            entry = entry_of(number, entries[number], partitions)
            elapsed = stopwatch()
            await store.put(entry)
            single.append(elapsed())
        await store.remove([f"{number:026}" for number in range(count, count + _SINGLE_PUTS)])
        lookups = await asked(store, entries[:count], partitions)
        return {
            "insert_ms": p50_ms(single),
            "bulk_insert_ms": bulk * 1000,
            "memory_mb": resident_mb() - before,
            "disk_mb": disk_mb(directory),
            **lookups,
        }


async def restart(directory: Path, count: int, partitions: int) -> Outcome:
    entries = vectors(count + _SINGLE_PUTS)[:count]
    numbers, wanted = paraphrases(entries)
    before = resident_mb()
    elapsed = stopwatch()
    async with opened(directory, count, _GRAPH_ROWS) as store:
        found = await nearest(store, numbers[0], wanted[0], partitions)
        outcome: Outcome = {"restart_s": elapsed(), "first": found == numbers[0]}
        outcome["memory_mb"] = resident_mb() - before
        if count / partitions > _GRAPH_ROWS:
            with trio.move_on_after(_GRAPH_SECONDS):
                while not store.graphs:  # noqa: ASYNC110 - it tells nobody when it has one
                    await trio.sleep(0.1)
            outcome["graph_s"] = elapsed()
            outcome["graph_memory_mb"] = resident_mb() - before
            outcome.update(await asked(store, entries, partitions))
        return outcome


async def nearest(store: DiskStore, number: int, wanted: Vectors, partitions: int) -> int | None:
    vector = wanted.astype("<f2").tobytes()
    found = await store.nearest(partition_of(number, partitions), vector, 4)
    return int(found[0].entry.id) if found else None


async def asked(store: DiskStore, entries: Vectors, partitions: int) -> Outcome:
    numbers, wanted = paraphrases(entries)
    right = 0

    async def exact(index: int) -> None:
        assert await store.exact(numbers[index].to_bytes(32, "big")) is not None

    async def miss(index: int) -> None:
        assert await store.exact((-index % 2**64 + 2**64).to_bytes(32, "big")) is None

    async def semantic(index: int) -> None:
        nonlocal right
        found = await nearest(store, numbers[index], wanted[index], partitions)
        right += found == numbers[index]

    outcome = {
        "exact_ms": await timed(exact, len(numbers)),
        "miss_ms": await timed(miss, len(numbers)),
        "semantic_ms": await timed(semantic, len(numbers)),
    }
    return {**outcome, "found": right / len(numbers)}


async def timed(ask: Callable[[int], Awaitable[None]], count: int) -> float:
    durations = []
    for index in range(count):
        elapsed = stopwatch()
        await ask(index)
        durations.append(elapsed())
    return p50_ms(durations)


if __name__ == "__main__":
    phase, *arguments = sys.argv[1:]
    run = {"fill": fill, "restart": restart}[phase]
    print(json.dumps(trio.run(run, Path(arguments[0]), int(arguments[1]), int(arguments[2]))))
