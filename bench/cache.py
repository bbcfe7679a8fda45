"""Our embedded store beside GPTCache: the same vectors and answers, one run.

python -m bench.cache [--sizes 1000 10000 100000] [--directory DIR] [--gptcache PYTHON] [--rounds 1]

GPTCache brings an SQLAlchemy and a faiss that nothing of ours needs, so it gets an environment of
its own:

python -m venv .gptcache && .gptcache/bin/pip install gptcache==0.1.44 faiss-cpu sqlalchemy

With `--gptcache .gptcache/bin/python` it takes part, with SQLite and faiss as its documentation
shows. It commits on every lookup, so its figures depend on the disk; ours read what is cached.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .cache_data import Outcome

_COLUMNS = {
    "exact_ms": "exact hit ms",
    "miss_ms": "miss ms",
    "semantic_ms": "semantic ms",
    "found": "found",
    "insert_ms": "insert ms",
    "bulk_insert_ms": "bulk ms",
    "restart_s": "restart s",
    "memory_mb": "memory MB",
    "disk_mb": "disk MB",
    "graph_s": "graph after s",
}


def outcome_of(*command: str) -> Outcome:
    """Returns what a contestant says of itself; it has a process of its own each time."""
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    outcome: Outcome = json.loads(finished.stdout.splitlines()[-1])
    return outcome


def measured(command: list[str], *arguments: str) -> dict[str, Outcome]:
    """Returns the figures before and after a restart."""
    with tempfile.TemporaryDirectory(dir=_options.directory) as directory:
        place = str(Path(directory) / "cache")
        filled = outcome_of(*command, "fill", place, *arguments)
        restarted = outcome_of(*command, "restart", place, *arguments)
    assert restarted["first"]
    whole = {**filled, "restart_s": restarted["restart_s"]}
    if "graph_s" not in restarted:
        return {"": whole}
    return {", matrix": whole, ", graph": restarted}


def contestants() -> dict[str, tuple[list[str], list[str]]]:
    ours = [sys.executable, "-m", "bench.cache_store"]
    found: dict[str, tuple[list[str], list[str]]] = {}
    for size in _options.sizes:
        found[f"semroute, {size}"] = (ours, [str(size), "1"])
        if size >= 100_000:
            found[f"semroute, {size} in 100 partitions"] = (ours, [str(size), "100"])
        if _options.gptcache:
            peer = [_options.gptcache, "-m", "bench.cache_peer"]
            found[f"GPTCache, {size}"] = (peer, [str(size)])
    return found


def main() -> None:
    table = Table(title="Medians; one process each", title_justify="left")
    table.add_column("cache, entries")
    for name in _COLUMNS.values():
        table.add_column(name, justify="right")
    for name, (command, arguments) in contestants().items():
        rounds = [measured(command, *arguments) for _ in range(_options.rounds)]
        for variant in rounds[0]:
            row = [
                f"{statistics.median(each[variant][column] for each in rounds):.3g}"
                if column in rounds[0][variant]
                else ""
                for column in _COLUMNS
            ]
            table.add_row(name + variant, *row)
            print(name + variant, dict(zip(_COLUMNS.values(), row, strict=True)), flush=True)
    Console(width=160).print(table)


if __name__ == "__main__":
    _parser = ArgumentParser()
    _parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    _parser.add_argument("--directory", default=None)
    _parser.add_argument("--gptcache", default=None)
    _parser.add_argument("--rounds", type=int, default=1)
    _options = _parser.parse_args()
    main()
