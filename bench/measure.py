"""What the benchmarks share: a server in a process of its own, its CPU time, and medians."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def process(*command: str, core: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Runs a Python module in a process of its own while the context lasts.

    The module says on standard output when it is ready; everything before that is skipped.
    """
    pin = ["taskset", "-c", str(core)] if core is not None else []
    child = subprocess.Popen(
        [*pin, sys.executable, *command], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("ready"):
                break
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()


def cpu_seconds(pid: int) -> float:
    """Returns the CPU time of a process so far, to a hundredth of a second.

    The kernel's finer per-thread counters forget threads that have ended.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def median_ms(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def p99_ms(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000


def timed(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
