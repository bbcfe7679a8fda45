"""Windows of time, by the clock on the wall."""

import datetime as dt

from hypothesis import example, given
from hypothesis import strategies as st

from semroute.domain.signals.clock import shows_at
from semroute.domain.signals.definitions import TimeSignal

MONDAY, FRIDAY, SATURDAY = 0, 4, 5
NIGHT = TimeSignal(dt.time(22), dt.time(6))

times = st.times()
days = st.frozensets(st.integers(0, 6))
signals = st.builds(TimeSignal, start=times, end=times, days=days)
moments = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - wall clocks


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """The 2nd of March 2026 was a Monday."""
    return dt.datetime(2026, 3, 2 + day, hour, minute)  # noqa: DTZ001 - a wall clock


def test_a_window_has_its_start_and_not_its_end() -> None:
    office = TimeSignal(dt.time(9), dt.time(17, 30))
    assert shows_at(office, at(MONDAY, 9))
    assert shows_at(office, at(MONDAY, 17, 29))
    assert not shows_at(office, at(MONDAY, 17, 30))
    assert not shows_at(office, at(MONDAY, 8, 59))


def test_a_night_goes_on_until_the_morning() -> None:
    assert shows_at(NIGHT, at(MONDAY, 22))
    assert shows_at(NIGHT, at(MONDAY, 0))
    assert shows_at(NIGHT, at(MONDAY, 5, 59))
    assert not shows_at(NIGHT, at(MONDAY, 6))
    assert not shows_at(NIGHT, at(MONDAY, 12))


def test_a_night_belongs_to_the_day_it_starts_on() -> None:
    friday = TimeSignal(dt.time(22), dt.time(6), frozenset({FRIDAY}))
    assert shows_at(friday, at(FRIDAY, 23))
    assert shows_at(friday, at(SATURDAY, 5))
    assert not shows_at(friday, at(FRIDAY, 5))
    assert not shows_at(friday, at(SATURDAY, 23))


def test_the_night_of_a_sunday_ends_on_a_monday() -> None:
    sunday = TimeSignal(dt.time(22), dt.time(6), frozenset({6}))
    assert shows_at(sunday, at(MONDAY, 1))
    assert not shows_at(sunday, at(MONDAY, 22))


def test_a_window_until_midnight_ends_there() -> None:
    evening = TimeSignal(dt.time(18), dt.time(0), frozenset({MONDAY}))
    assert shows_at(evening, at(MONDAY, 23, 59))
    assert not shows_at(evening, at(1, 0))


@given(days, times, moments)
def test_equal_times_are_all_of_the_day(
    on: frozenset[int], time: dt.time, moment: dt.datetime
) -> None:
    assert shows_at(TimeSignal(time, time, on), moment) is (moment.weekday() in on)


@given(signals, moments)
def test_no_window_shows_on_no_day(signal: TimeSignal, moment: dt.datetime) -> None:
    assert not shows_at(TimeSignal(signal.start, signal.end, frozenset()), moment)


@given(times, times, moments)
@example(dt.time(22), dt.time(6), at(MONDAY, 6))
def test_a_window_and_its_opposite_share_the_day(
    start: dt.time, end: dt.time, moment: dt.datetime
) -> None:
    if start != end:
        assert shows_at(TimeSignal(start, end), moment) is not shows_at(
            TimeSignal(end, start), moment
        )


@given(signals, moments)
def test_a_week_later_it_is_the_same(signal: TimeSignal, moment: dt.datetime) -> None:
    assert shows_at(signal, moment) is shows_at(signal, moment + dt.timedelta(days=7))


@given(signals, moments)
def test_it_is_the_window_of_one_of_its_days(signal: TimeSignal, moment: dt.datetime) -> None:
    """A window that is written down as moments says the same."""
    midnight = dt.datetime.combine(moment.date(), dt.time())
    expected = False
    for day in (midnight - dt.timedelta(days=1), midnight):
        first = dt.datetime.combine(day.date(), signal.start)
        last = dt.datetime.combine(day.date(), signal.end)
        if signal.start == signal.end:
            first, last = day, day + dt.timedelta(days=1)
        elif last < first:
            last += dt.timedelta(days=1)
        expected |= day.weekday() in signal.days and first <= moment < last
    assert shows_at(signal, moment) is expected
