"""Entries to keep, and what is done with them."""

import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from attrs import define, evolve
from ulid import ULID

from semroute.adapters.postgres import Database, PostgresStore, StoreLimits
from semroute.domain.caching.entry import Entry

from .server import DIMENSIONS, PATIENT

HERE, ELSEWHERE = b"p" * 32, b"q" * 32
NOW: Final = time.time()
TTL: Final = 3600.0


@define
class Clock:
    """What time it is, as far as a store can tell."""

    seconds: float = NOW

    def __call__(self) -> float:
        return self.seconds


def vector(*parts: float) -> bytes:
    """A vector of length 1 that has these parts and no others."""
    values = np.zeros(DIMENSIONS)
    values[: len(parts)] = parts
    return (values / np.linalg.norm(values)).astype("<f2").tobytes()


def vectors(count: int, seed: int = 1) -> list[bytes]:
    """So many vectors, in all directions."""
    values = np.random.default_rng(seed).normal(size=(count, DIMENSIONS))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return [row.tobytes() for row in values.astype("<f2")]


def between(one: bytes, other: bytes) -> bytes:
    """A vector near to the one, a cosine of about 0.9, and less near to the other."""
    halves = [np.frombuffer(each, "<f2").astype(np.float32) for each in (one, other)]
    values: npt.NDArray[np.float32] = 2 * halves[0] + halves[1]
    return (values / np.linalg.norm(values)).astype("<f2").tobytes()


def entry(name: str = "a", **changes: Any) -> Entry:
    whole = Entry(
        id=str(ULID()),
        partition=HERE,
        exact=name.encode().ljust(32, b"."),
        tenant="0f" * 16,
        route="math",
        model="small",
        text=f"what is {name}?",
        vector=vector(1, 1),
        encoder="minilm",
        answer=f'{{"content":"it is {name}"}}'.encode(),
        tokens=12,
        created=NOW,
        expires=NOW + TTL,
    )
    return evolve(whole, **changes)


def store_of(
    database: Database, clock: Clock | None = None, limits: StoreLimits = PATIENT
) -> PostgresStore:
    return PostgresStore(database, dimensions=DIMENSIONS, now=clock or Clock(), limits=limits)


async def near(store: PostgresStore, vector: bytes, partition: bytes = HERE) -> Sequence[str]:
    return [each.entry.id for each in await store.nearest(partition, vector, 100)]
