"""A store on a disk that becomes full. `python -m tests.adapters.diskcache.full_disk DIRECTORY`.

Prints what came of it as JSON. Run it on a small file system to see a disk that is really full;
`LIMIT` bytes, if they are given, are the most that this process may write to one file, which
SQLite is told of in another way.
"""

import json
import random
import resource
import sys
from pathlib import Path

import trio

from semroute.adapters.diskcache import DiskStore, Limits
from semroute.domain.errors import CacheError

from .stores import Clock, Notes, entry_of

_PUTS = 600
_BALLAST_BYTES = 2 << 20


async def main(directory: Path, limit: int) -> None:
    notes = Notes()
    kept: set[int] = set()
    refused = wrong = unreadable = 0
    store = DiskStore(directory, Limits(ballast_bytes=_BALLAST_BYTES), now=Clock(), notify=notes)
    async with trio.open_nursery() as nursery:
        await nursery.start(store.run)
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, -1))
        for number in range(_PUTS):
            answer = random.Random(number).randbytes(8000)
            try:
                await store.put(entry_of(number, answer=answer))
            except CacheError:
                refused += 1
            else:
                kept.add(number)
        for number in sorted(kept):
            try:
                found = await store.exact(entry_of(number).exact)
            except CacheError:
                unreadable += 1
                continue
            if found is None:
                kept.discard(number)
            elif found.answer != random.Random(number).randbytes(8000):
                wrong += 1
        try:
            removed = await store.remove([entry_of(number).id for number in sorted(kept)[:50]])
        except CacheError:
            removed = -1
        entries = store.entries
        nursery.cancel_scope.cancel()
    outcome = {
        "kept": len(kept),
        "refused": refused,
        "wrong": wrong,
        "unreadable": unreadable,
        "removed": removed,
        "entries": entries,
        "notes": dict(notes.counts),
        "ballast": (directory / "ballast").exists(),
    }
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    trio.run(main, Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
