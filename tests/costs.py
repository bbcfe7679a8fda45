"""What work may cost: said for one machine, and held to on slower ones."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

YARDSTICK_SECONDS = 0.06
"""What the yardstick takes on the machine the bounds were set on: two cores of a server."""
_ATTEMPTS = 3


def settle() -> None:
    """Takes what there is out of the search for rubbish, which would stop a test for a while.

    Every module of the project and of torch takes half a second to look through.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def costing(seconds: float) -> Iterator[None]:
    """The block takes fewer seconds of the processor, times how much slower this machine is.

    What other tests have left behind is not searched for rubbish meanwhile.
    """
    settle()
    slowness = max(1.0, _yardstick() / YARDSTICK_SECONDS)
    started = time.process_time()
    yield
    spent = time.process_time() - started
    assert spent < seconds * slowness, f"{spent:.2f} s where {seconds} x {slowness:.2f} may be"


def seconds_of(work: Callable[[], object]) -> float:
    """Returns how many seconds of the processor some work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def is_within(seconds: float, work: Callable[[], object]) -> bool:
    """Whether some work can be done in that time: one look at a clock is worth little."""
    for _ in range(_ATTEMPTS):
        try:
            with costing(seconds):
                work()
        except AssertionError:
            continue
        return True
    return False


def _yardstick() -> float:
    started = time.process_time()
    lengths: dict[str, int] = {}
    for number in range(200_000):
        word = str(number)
        lengths[word] = lengths.get(word[-3:], 0) + len(word)
    return time.process_time() - started
