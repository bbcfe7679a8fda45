"""What clocks say elsewhere: zones by the names that IANA gives them."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from semroute.domain.suggestions import did_you_mean


def local_time(zone: str, now: dt.datetime) -> dt.datetime:
    """Returns what the clocks in a zone say.

    The rules of a zone are read once and remembered by the standard library, so a request that
    asks costs no file.

    Args:
        zone: Its name, which must have passed `zone_mistake`.
        now: When, with a zone of its own.

    Raises:
        ValueError: `now` does not say in which zone it is; our own fault.
    """
    if now.tzinfo is None:
        message = "It must be known in which zone it is now."
        raise ValueError(message)
    return now.astimezone(ZoneInfo(zone))


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
