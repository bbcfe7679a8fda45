"""GPTCache with SQLite and faiss. `python -m bench.cache_peer fill|restart DIRECTORY COUNT`.

Imports nothing of ours but the data, as it runs in an environment of its own.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from gptcache import Cache
from gptcache.adapter.api import get, put
from gptcache.manager import CacheBase, VectorBase, get_data_manager
from gptcache.processor.pre import get_prompt
from gptcache.similarity_evaluation.distance import SearchDistanceEvaluation

from .cache_data import (
    DIMENSIONS,
    Outcome,
    answer_of,
    disk_mb,
    p50_ms,
    paraphrases,
    resident_mb,
    stopwatch,
    text_of,
    vectors,
)

_SINGLE_PUTS = 30
_LOOKUPS = 30  # each commits several times to its database
_BULK = 1000
_NEAREST = 4  # as many as we ask for

_known: dict[str, Any] = {}


def opened(directory: Path, count: int) -> Cache:
    directory.mkdir(exist_ok=True)
    manager = get_data_manager(
        CacheBase("sqlite", sql_url=f"sqlite:///{directory}/cache.db"),
        VectorBase(
            "faiss", dimension=DIMENSIONS, index_path=f"{directory}/faiss.index", top_k=_NEAREST
        ),
        max_size=count + _SINGLE_PUTS + 1,
    )
    cache = Cache()
    cache.init(
        pre_embedding_func=get_prompt,
        embedding_func=lambda prompt, **_: _known[prompt],
        data_manager=manager,
        similarity_evaluation=SearchDistanceEvaluation(),
    )
    return cache


def fill(directory: Path, count: int) -> Outcome:
    entries = vectors(count + _SINGLE_PUTS)
    before = resident_mb()
    cache = opened(directory, count)
    elapsed = stopwatch()
    for start in range(0, count, _BULK):
        numbers = range(start, min(count, start + _BULK))
        cache.data_manager.import_data(
            [text_of(number) for number in numbers],
            [answer_of(number) for number in numbers],
            [entries[number] for number in numbers],
            [None] * len(numbers),
        )
    bulk = elapsed() / count
    single = []
    for number in range(count, count + _SINGLE_PUTS):
        _known[text_of(number)] = entries[number]
        elapsed = stopwatch()
        put(text_of(number), answer_of(number), cache_obj=cache)
        single.append(elapsed())
    numbers_asked, wanted = paraphrases(entries[:count])
    durations, right = [], 0
    for number, vector in list(zip(numbers_asked, wanted, strict=True))[:_LOOKUPS]:
        _known["asked"] = vector
        elapsed = stopwatch()
        found = get("asked", cache_obj=cache)
        durations.append(elapsed())
        right += found == answer_of(number)
    memory = resident_mb() - before
    cache.flush()
    return {
        "insert_ms": p50_ms(single),
        "bulk_insert_ms": bulk * 1000,
        "memory_mb": memory,
        "disk_mb": disk_mb(directory),
        "semantic_ms": p50_ms(durations),
        "found": right / len(durations),
    }


def restart(directory: Path, count: int) -> Outcome:
    numbers, wanted = paraphrases(vectors(count + _SINGLE_PUTS)[:count])
    before = resident_mb()
    elapsed = stopwatch()
    cache = opened(directory, count)
    _known["asked"] = wanted[0]
    found = get("asked", cache_obj=cache)
    return {
        "restart_s": elapsed(),
        "first": found == answer_of(numbers[0]),
        "memory_mb": resident_mb() - before,
    }


if __name__ == "__main__":
    phase, *arguments = sys.argv[1:]
    run = {"fill": fill, "restart": restart}[phase]
    outcome = run(Path(arguments[0]).resolve(), int(arguments[1]))
    sys.stdout.write(json.dumps(outcome) + "\n")
    sys.stdout.flush()
    os._exit(0)  # its own farewell saves everything again
