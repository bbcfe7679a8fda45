"""An alarm that breaks work off, also in the middle of a regular expression."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

from attrs import define, field, validators

T = TypeVar("T")

# Less than the kernel tells apart would be no timer at all.
_LEAST_SECONDS: Final = 0.001
# What is raised while the interpreter calls somebody back goes nowhere, and the work goes on.
_AGAIN_SECONDS: Final = 0.01
_FINALISER: Final = "__del__"


@define(eq=False, repr=False)
class Alarm:
    """Breaks off what takes too long in the main thread, by a signal to the process itself.

    A thread would be no help: Python's regular expressions keep the interpreter to themselves
    until they are done. They do look for signals every few thousand steps, as the interpreter does
    between any two of its own. It costs about 7 us, where a thread costs 300 and a third of the
    throughput.

    The clock is the processor time of the thread, so that nothing is broken off because others
    were busy: the timer counts that of the whole process (`ITIMER_VIRTUAL`), and is set again if
    it was not this thread's. What waits instead of working is not noticed, nor what another
    library does in machine code without an end.

    The interpreter may finalise other people's objects in the midst of the work. That is not broken
    off, as it would leave them half done; the work is, once it goes on.

    Args:
        seconds: How long work may take.

    Raises:
        ValueError: That is no time at all; the caller's fault.
    """

    seconds: float = field(validator=validators.gt(0))
    _until: float | None = field(init=False, default=None)

    def __call__(self, work: Callable[[], T]) -> T:
        """Does the work. In another thread than the main one it takes as long as it takes.

        Raises:
            TimeoutError: It took too long; the work's own fault.
        """
        if threading.current_thread() is not threading.main_thread():
            return work()
        previous = signal.signal(signal.SIGVTALRM, self._ring)
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, self.seconds)
            return self._watched(work)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, previous)

    def _watched(self, work: Callable[[], T]) -> T:
        try:
            self._until = time.thread_time() + self.seconds
            return work()
        finally:
            self._until = None

    def _ring(self, _number: int, frame: FrameType | None) -> None:
        if self._until is None:  # it comes a moment too late: there is nothing to break off
            return
        left = self._until - time.thread_time()
        if left > 0 or _is_finalising(frame):
            signal.setitimer(signal.ITIMER_VIRTUAL, max(left, _LEAST_SECONDS))
            return
        signal.setitimer(signal.ITIMER_VIRTUAL, _AGAIN_SECONDS)
        message = f"it took longer than {self.seconds:g} s"
        raise TimeoutError(message)


def _is_finalising(frame: FrameType | None) -> bool:
    """Whether an object is being finalised where a signal came."""
    while frame is not None:
        if frame.f_code.co_name == _FINALISER:
            return True
        frame = frame.f_back
    return False
