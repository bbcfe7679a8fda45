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
from gptcache.manager.vector_data.base import VectorData
from gptcache.processor.pre import get_prompt
from gptcache.similarity_evaluation.distance import SearchDistanceEvaluation

from .cache_data import (
    DIMENSIONS,
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
    first = range(min(count, _BULK))
    texts, answers = map(text_of, first), map(answer_of, first)
    elapsed = stopwatch()
    cache.data_manager.import_data(
        list(texts), list(answers), list(entries[: len(first)]), [None] * len(first)
    )
    bulk = elapsed() / len(first)
    for start in range(len(first), count, _BULK):
        write(cache.data_manager, range(start, min(count, start + _BULK)), entries)
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


def write(manager: Any, numbers: range, entries: Vectors) -> None:
    """Writes what `import_data` writes, but not by an object and two statements for each row.

    With those, 100,000 entries take longer than everything else here together. The rows, the
    index and what is to be evicted are the same afterwards.
    """
    rows = [
        {"id": number + 1, "question": text_of(number), "embedding_data": entries[number].tobytes()}
        for number in numbers
    ]
    answers = [
        {"question_id": number + 1, "answer": answer_of(number), "answer_type": 0}
        for number in numbers
    ]
    ids = [row["id"] for row in rows]
    with manager.s.Session() as session:
        session.execute(manager.s._ques.__table__.insert(), rows)  # noqa: SLF001 - they have no other name
        session.execute(manager.s._answer.__table__.insert(), answers)  # noqa: SLF001
        session.commit()
    vectors_of = zip(ids, entries[numbers.start : numbers.stop], strict=True)
    manager.v.mul_add([VectorData(id=id_, data=vector) for id_, vector in vectors_of])
    manager.eviction_base.put(ids)


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
