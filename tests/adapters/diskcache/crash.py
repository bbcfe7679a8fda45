"""Kills stores in the middle of what they do, and looks at what they leave behind.

`python -m tests.adapters.diskcache.crash DIRECTORY ROUNDS` prints what came of it as JSON. This
process itself has no threads and no store: it only forks those that have.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import trio

from .stores import entry_of, opened

_ROUNDS_OF_ONE_STORE: Final = 20
_WRITERS: Final = 8
_LONGEST_SECONDS: Final = 0.15


async def write(directory: Path, first: int, report: int) -> None:
    """Puts and removes entries without end, and says what was acknowledged.

    `+7` is an entry that is safe, `?7` one that may be removed from now on, `-7` one that is gone.
    """
    numbers = iter(range(first, sys.maxsize))

    def say(what: str, number: int) -> None:
        os.write(report, f"{what}{number}\n".encode())

    async with opened(directory) as store, trio.open_nursery() as nursery:

        async def work() -> None:
            for number in numbers:
                await store.put(entry_of(number))
                say("+", number)
                if number % 4 == 0:
                    say("?", number)
                    await store.remove([entry_of(number).id])
                    say("-", number)

        for _ in range(_WRITERS):
            nursery.start_soon(work)


async def check(directory: Path, said: dict[int, str], report: int) -> None:
    """Opens what was left behind, and says what is wrong with it."""
    counts: Counter[str] = Counter()
    async with opened(directory) as store:
        for number, last in said.items():
            expected = entry_of(number)
            found = await store.exact(expected.exact)
            near = await store.nearest(expected.partition, expected.vector, 1)
            nearest = near[0].entry if near and near[0].similarity > 0.99 else None
            counts["lost"] += last == "+" and found is None
            counts["ghosts"] += last == "-" and found is not None
            counts["wrong"] += found not in (None, expected) or nearest != found
        verification = await store.verify()
        counts["damaged"] += verification.damaged
        counts["entries"] = verification.entries
    os.write(report, json.dumps(counts).encode())


def forked(function: object, *arguments: object) -> tuple[int, int]:
    """Runs an async function in another process; returns its id, and where it reports."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            trio.run(function, *arguments, writing)  # type: ignore[arg-type]
        finally:
            os._exit(0)
    os.close(writing)
    return child, reading


def drained(reading: int) -> bytes:
    with open(reading, "rb") as report:
        return report.read()


def main(directory: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    totals: Counter[str] = Counter()
    said: dict[int, str] = {}
    next_number = 0
    for number in range(rounds):
        if number % _ROUNDS_OF_ONE_STORE == 0:
            shutil.rmtree(directory, ignore_errors=True)
            said.clear()
        writer, report = forked(write, directory, next_number)
        first = os.read(report, 4096)  # it is at work
        time.sleep(chance.uniform(0, _LONGEST_SECONDS))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        for line in (first + drained(report)).decode().splitlines():
            said[int(line[1:])] = line[0]
            totals["acknowledged"] += line[0] in "+-"
            next_number = max(next_number, int(line[1:]) + _WRITERS + 1)
        checker, report = forked(check, directory, said)
        found = json.loads(drained(report) or b'{"unopened": 1}')
        os.waitpid(checker, 0)
        totals["killed"] += 1
        totals.update({name: count for name, count in found.items() if name != "entries"})
        totals["entries"] = found.get("entries", 0)
    sys.stdout.write(json.dumps(totals))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
