"""Windows of time in the zones that they are meant in."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.app.zones import local_time, zone_mistake
from semroute.domain.signals.clock import shows_at
from semroute.domain.signals.definitions import TimeSignal

BERLIN = TimeSignal(dt.time(22), dt.time(6), zone="Europe/Berlin")


def shows_now(signal: TimeSignal, now: dt.datetime) -> bool:
    return shows_at(signal, local_time(signal.zone, now))


def utc(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=dt.UTC)


def test_a_window_moves_with_the_summer_time_of_its_zone() -> None:
    assert not shows_now(BERLIN, utc(1, 15, 20, 30))  # 21:30 there
    assert shows_now(BERLIN, utc(7, 15, 20, 30))  # 22:30 there


def test_the_day_is_the_day_there() -> None:
    monday = TimeSignal(days=frozenset({0}), zone="Pacific/Auckland")
    assert shows_now(monday, utc(3, 1, 18))  # still Sunday in Greenwich
    assert not shows_now(monday, utc(3, 2, 18))


def test_the_hour_that_comes_twice_counts_twice() -> None:
    early = TimeSignal(dt.time(2), dt.time(3), zone="Europe/Berlin")
    assert [shows_now(early, utc(10, 25, hour, 30)) for hour in (23, 0, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]


def test_the_hour_that_is_left_out_never_comes() -> None:
    early = TimeSignal(dt.time(2), dt.time(3), zone="Europe/Berlin")
    start = utc(3, 29, 0)
    assert not any(shows_now(early, start + dt.timedelta(minutes=step)) for step in range(600))


@given(
    st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 - it gets zones below
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_it_does_not_matter_in_which_zone_the_time_is_told(moment: dt.datetime, zone: str) -> None:
    now = moment.replace(tzinfo=dt.UTC)
    assert shows_now(BERLIN, now) is shows_now(BERLIN, now.astimezone(ZoneInfo(zone)))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="in which zone"):
        shows_now(BERLIN, utc(1, 1, 0).replace(tzinfo=None))


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"])
def test_zones_are_known(name: str) -> None:
    assert zone_mistake(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "Mars/Base", "../etc/passwd", "/etc/localtime", "Europe/Berlin\n", "x" * 5000],
)
def test_anything_else_is_no_zone(name: str) -> None:
    assert zone_mistake(name) is not None


def test_a_slip_is_helped() -> None:
    assert zone_mistake("Europe/Berln") == (
        "no time zone is called Europe/Berln; did you mean 'Europe/Berlin'?"
    )
