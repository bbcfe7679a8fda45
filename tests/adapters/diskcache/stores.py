"""Stores in directories, and what is put into them."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import trio
from attrs import define, evolve, field

from semroute.adapters.diskcache import DiskStore, Limits, Noted
from semroute.domain.caching.entry import Entry

ROOT: Final = Path(__file__).parents[3]
SMALL: Final = Limits(ballast_bytes=65536)
TTL: Final = 3600.0
PARTITION: Final = b"p" * 32


@define
class Clock:
    """What time it is, as far as a store can tell."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@define(eq=False)
class Notes:
    """What a store has told."""

    counts: Counter[Noted] = field(factory=Counter)
    heard: dict[Noted, trio.Event] = field(factory=dict)

    def __call__(self, noted: Noted, count: int) -> None:
        self.counts[noted] += count
        self.heard.setdefault(noted, trio.Event()).set()

    async def hear(self, noted: Noted) -> None:
        """Waits until it is told."""
        await self.heard.setdefault(noted, trio.Event()).wait()


@asynccontextmanager
async def opened(
    directory: Path,
    limits: Limits = SMALL,
    *,
    now: Callable[[], float] | None = None,
    notes: Notes | None = None,
    **more: Any,
) -> AsyncIterator[DiskStore]:
    store = DiskStore(directory, limits, now=now or Clock(), notify=notes or Notes(), **more)
    async with trio.open_nursery() as nursery:
        await nursery.start(store.run)
        yield store
        nursery.cancel_scope.cancel()


def entry_of(number: int, **changes: Any) -> Entry:
    """The same entry for the same number, always."""
    values = np.random.default_rng(number).standard_normal(384)
    whole = Entry(
        id=f"{number:026}",
        partition=PARTITION,
        exact=number.to_bytes(32, "big"),
        tenant="0f" * 16,
        route="math",
        model="small",
        text=f"what is {number}?",
        vector=(values / np.linalg.norm(values)).astype("<f2").tobytes(),
        encoder="minilm",
        answer=f'{{"content":"it is {number}, after all"}}'.encode() * (1 + number % 50),
        tokens=12,
        created=1_800_000_000.0,
        expires=1_800_000_000.0 + TTL,
    )
    return evolve(whole, **changes)


async def filled(directory: Path, count: int, **more: Any) -> None:
    """Leaves a closed store with entries in it."""
    async with opened(directory, **more) as store, trio.open_nursery() as nursery:
        for number in range(count):
            nursery.start_soon(store.put, entry_of(number))


def execute(directory: Path, statement: str, *values: object) -> None:
    """Changes the database behind the store's back."""
    with closing(sqlite3.connect(directory / "cache.db")) as connection, connection:
        connection.execute(statement, values)


def count_of(directory: Path) -> int:
    """How many rows the database has."""
    with closing(sqlite3.connect(directory / "cache.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM Cache").fetchone()
    return int(count)


def put_aside(directory: Path) -> list[Path]:
    """What was put aside, oldest first."""
    return sorted(directory.glob("cache.corrupt-*"))


def database_bytes(directory: Path) -> bytes:
    """All that is in the database's files."""
    return b"".join(path.read_bytes() for path in directory.glob("cache.db*"))
