"""Whether it is a certain time."""

from datetime import datetime

from .definitions import TimeSignal


def shows_at(signal: TimeSignal, now: datetime) -> bool:
    """Whether a time lies in the window of a signal."""
    return signal.start <= now.time()
