"""What clocks say elsewhere: zones by the names that IANA gives them."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from semroute.domain.signals.clock import shows_at
from semroute.domain.signals.definitions import TimeSignal
from semroute.domain.suggestions import did_you_mean


def shows_now(signal: TimeSignal, now: dt.datetime) -> bool:
    """Returns whether it is the time that a signal is about.

    The rules of a zone are read once and remembered by the standard library, so a request that
    asks costs no file.

    Args:
        signal: Its zone must have passed `zone_mistake`.
        now: When, with a zone of its own.

    Raises:
        ValueError: `now` does not say in which zone it is; our own fault.
    """
    if now.tzinfo is None:
        message = "It must be known in which zone it is now."
        raise ValueError(message)
    return shows_at(signal, now.astimezone(ZoneInfo(signal.zone)))


def zone_mistake(name: str) -> str | None:
    """Returns why a zone cannot be used; None if it can.

    Names are case-sensitive, as `Europe/Berlin`. What else a file system may have under such a
    name, a directory or something outside of the database, is no zone.
    """
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return f"no time zone is called {name}{did_you_mean(name, available_timezones())}"
    return None
