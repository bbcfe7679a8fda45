"""How long the event loop may be kept from everybody else."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Patience(Protocol):
    """Has work done that nothing else runs beside, as long as it does not take too long."""

    def __call__(self, work: Callable[[], T]) -> T:
        """Does the work, and returns what came of it.

        Raises:
            TimeoutError: It took too long and was broken off where it was; the work's own fault.
                What it has changed outside itself may be half changed.
        """
        ...


def endless(work: Callable[[], T]) -> T:
    """Does the work, however long it takes: patience for where nobody else waits."""
    return work()
