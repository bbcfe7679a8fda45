"""What both caches are filled with and asked: the same vectors, texts and answers."""

import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DIMENSIONS = 384
QUERIES = 200
_LATENT = 96  # sentences do not fill the space that their vectors have
_PER_CLUSTER = 50

Vectors = npt.NDArray[np.float32]


def vectors(count: int) -> Vectors:
    """Returns vectors in clusters, as the questions of a few topics have."""
    chance = np.random.default_rng(0)
    projection = chance.standard_normal((_LATENT, DIMENSIONS)).astype(np.float32)
    centres = chance.standard_normal((max(1, count // _PER_CLUSTER), _LATENT))
    points = centres[chance.integers(0, len(centres), count)]
    points = points + 0.7 * chance.standard_normal((count, _LATENT))
    return normal(points.astype(np.float32) @ projection)


def paraphrases(entries: Vectors) -> tuple[list[int], Vectors]:
    """Returns some entries' numbers, and vectors with a cosine of 0.96 or so to theirs."""
    chance = np.random.default_rng(1)
    numbers = chance.integers(0, len(entries), QUERIES)
    noise = 0.015 * chance.standard_normal((QUERIES, DIMENSIONS)).astype(np.float32)
    return [int(number) for number in numbers], normal(entries[numbers] + noise)


def normal(values: Vectors) -> Vectors:
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    unit: Vectors = (values / lengths).astype(np.float32)
    return unit


def text_of(number: int) -> str:
    return f"what should I know about subject {number}, and why?"


def answer_of(number: int) -> str:
    """Returns 1.4 KB, of which about half is left once it is compressed."""
    words = np.random.default_rng(number).integers(0, 50_000, 200)
    return " ".join(f"w{word}" for word in words)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def disk_mb(directory: Path) -> float:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file()) / 1e6


def p50_ms(durations: Sequence[float]) -> float:
    return sorted(durations)[len(durations) // 2] * 1000


def stopwatch() -> Callable[[], float]:
    """Returns a function that tells the seconds since now."""
    start = time.perf_counter()
    return lambda: time.perf_counter() - start


def since_start() -> float:
    """Returns how long this process has existed, with all that it has imported."""
    fields = Path("/proc/self/stat").read_text("ascii").rpartition(")")[2].split()
    uptime = float(Path("/proc/uptime").read_text("ascii").split()[0])
    return uptime - int(fields[19]) / os.sysconf("SC_CLK_TCK")


Outcome = dict[str, Any]
