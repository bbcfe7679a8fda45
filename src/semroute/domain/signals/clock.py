"""Whether it is the time that a signal is about."""

import datetime as dt
from typing import Final

from .definitions import TimeSignal

_DAYS: Final = 7


def shows_at(signal: TimeSignal, now_local: dt.datetime) -> bool:
    """Returns whether a wall clock stands in a signal's window.

    A window that starts and ends at the same time is all of the day, from midnight to midnight.
    In a night when clocks are set back, an hour comes twice and counts both times; one that is
    left out in spring does not come at all.

    Args:
        signal: The window.
        now_local: What the clocks in the signal's zone say.
    """
    time, today = now_local.time(), now_local.weekday()
    if signal.start == signal.end:
        return today in signal.days
    if signal.start < signal.end:
        return today in signal.days and signal.start <= time < signal.end
    yesterday = (today - 1) % _DAYS
    is_evening = time >= signal.start and today in signal.days
    is_morning_after = time < signal.end and yesterday in signal.days
    return is_evening or is_morning_after
