"""An alarm, and what it breaks off."""

import re
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
import trio

from semroute.adapters.processes import Alarm

SECONDS = 0.05


def test_what_is_done_in_time_is_not_disturbed() -> None:
    alarm = Alarm(SECONDS)
    assert [alarm(partial(int, number)) for number in range(1000)] == list(range(1000))
    time.sleep(2 * SECONDS)


def endless_loop() -> None:
    while True:
        pass


def endless_expression() -> None:
    """The interpreter is not released until it is done, which is in some hours."""
    re.fullmatch("(a+)+b", "a" * 40)


def endless_numbers() -> int:
    return sum(1 for _ in iter(int, 1))


@pytest.mark.parametrize("work", [endless_loop, endless_expression, endless_numbers])
def test_what_hangs_is_broken_off(work: Callable[[], object]) -> None:
    alarm = Alarm(SECONDS)
    for _ in range(2):
        begun = time.process_time()
        with pytest.raises(TimeoutError, match=r"it took longer than 0\.05 s"):
            alarm(work)
        assert SECONDS / 2 < time.process_time() - begun < 40 * SECONDS


def _busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_what_is_finalised_meanwhile_is_not_broken_off_and_the_work_is() -> None:
    class Slow:
        def __del__(self) -> None:
            _busy(3 * SECONDS)
            finalised.append(self.__class__)

    def work() -> None:
        Slow()
        endless_loop()

    finalised: list[type] = []
    with pytest.raises(TimeoutError):
        Alarm(SECONDS)(work)
    assert finalised == [Slow]


def test_it_rings_again_if_nobody_has_heard_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Something:
        pass

    def work() -> None:
        something = Something()
        reference = weakref.ref(something, lambda _: _busy(3 * SECONDS))
        del something  # what is raised while it is called back goes nowhere
        assert reference() is None
        endless_loop()

    lost: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: lost.append(what.exc_type))
    with pytest.raises(TimeoutError):
        Alarm(SECONDS)(work)
    assert lost == [TimeoutError]


def test_what_fails_fails_as_it_would_without() -> None:
    with pytest.raises(ZeroDivisionError):
        Alarm(SECONDS)(lambda: 1 / 0)


def _armed() -> tuple[object, float]:
    return signal.getsignal(signal.SIGVTALRM), signal.getitimer(signal.ITIMER_VIRTUAL)[0]


@pytest.mark.parametrize("work", [endless_loop, lambda: 1 / 0, lambda: 1])
def test_nothing_is_left_behind(work: Callable[[], object]) -> None:
    before = _armed()
    with suppress(TimeoutError, ZeroDivisionError):
        Alarm(SECONDS)(work)
    assert _armed() == before
    assert before[1] == 0


def test_what_ends_as_the_alarm_rings_either_has_a_result_or_none() -> None:
    def busy(seconds: float) -> str:
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass
        return "done"

    def outcomes() -> Iterator[str]:
        for step in range(60):
            try:
                yield Alarm(0.01)(partial(busy, 0.008 + step * 0.0001))
            except TimeoutError:
                yield "broken off"
            assert _armed()[1] == 0

    assert set(outcomes()) <= {"done", "broken off"}
    busy(0.03)


async def test_in_a_thread_there_is_no_alarm() -> None:
    def work() -> str:
        until = time.thread_time() + 2 * SECONDS
        while time.thread_time() < until:
            pass
        return "done"

    assert await trio.to_thread.run_sync(Alarm(SECONDS), work) == "done"


async def test_what_other_threads_do_does_not_count() -> None:
    is_over = threading.Event()

    def busy() -> None:
        while not is_over.is_set():
            pass

    def work() -> str:
        until = time.thread_time() + SECONDS / 2
        while time.thread_time() < until:
            pass
        return "done"

    async with trio.open_nursery() as nursery:
        for _ in range(4):  # they take four fifths of the interpreter's time
            nursery.start_soon(trio.to_thread.run_sync, busy)
        await trio.sleep(0.01)
        try:
            assert Alarm(SECONDS)(work) == "done"
        finally:
            is_over.set()


def test_there_is_no_alarm_at_once() -> None:
    with pytest.raises(ValueError, match="seconds"):
        Alarm(0)
