"""Our transport beside plain asyncio grpclib and grpcio.aio: one client, one codec, one run.

python -m bench.transport [--seconds 4] [--rounds 3]
"""

import asyncio
import json
import os
import socket
import statistics
from argparse import ArgumentParser
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from .exchange import have_exchanges, messages
from .measure import cpu_seconds, median_ms, p99_ms, process

KINDS = ("semroute", "grpclib", "grpcio")
BODY = json.dumps(
    {"model": "auto", "messages": [{"role": "user", "content": "word " * 190}]}
).encode()
CORES = len(os.sched_getaffinity(0))


class Figures(NamedTuple):
    cpu_us: float
    p50_ms: float
    p99_ms: float


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def measure(kind: str, at_once: int, seconds: float) -> Figures:
    address = free_address()
    exchange = messages(BODY)
    with process("-m", "bench.servers", kind, address, core=0 if CORES > 1 else None) as server:
        asyncio.run(have_exchanges(address, exchange, at_once=at_once, seconds=0.5))  # warm up
        before = cpu_seconds(server.pid)
        durations = asyncio.run(have_exchanges(address, exchange, at_once=at_once, seconds=seconds))
        spent = cpu_seconds(server.pid) - before
    return Figures(spent / len(durations) * 1e6, median_ms(durations), p99_ms(durations))


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if CORES > 1:
        os.sched_setaffinity(0, {1})  # the client; the servers have core 0
    table = Table(title="One ExtProc exchange of four messages", title_justify="left")
    for name in ("at once", "server", "CPU µs", "/ semroute", "p50 ms", "p99 ms"):
        table.add_column(name, justify="left" if name == "server" else "right")
    for at_once in (1, 32):
        rounds: dict[str, list[Figures]] = {kind: [] for kind in KINDS}
        for _ in range(options.rounds):  # interleaved, so that noise hits everybody alike
            for kind in KINDS:
                rounds[kind].append(measure(kind, at_once, options.seconds))
        medians = {
            kind: Figures(*map(statistics.median, zip(*each, strict=True)))
            for kind, each in rounds.items()
        }
        ours = medians["semroute"].cpu_us
        for kind, figures in medians.items():
            table.add_row(
                str(at_once),
                kind,
                f"{figures.cpu_us:.0f}",
                f"{figures.cpu_us / ours:.2f}",
                f"{figures.p50_ms:.2f}",
                f"{figures.p99_ms:.2f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
