"""How the targets are run, and what they watch."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, Verbosity, settings
from trio.testing import MockClock

_IN_CHECKS: Final = 2_000
_EXAMPLES: Final = int(os.environ.get("SEMROUTE_FUZZ_EXAMPLES", _IN_CHECKS))

Test = TypeVar("Test", bound=Callable[..., Any])


def fuzz(test: Test) -> Test:
    """Runs a property as often as is asked for; always with the same inputs in the checks."""
    return settings(
        max_examples=_EXAMPLES,
        derandomize=_EXAMPLES == _IN_CHECKS,
        deadline=None,
        database=None,
        print_blob=True,
        verbosity=Verbosity.normal,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )(test)


def idle_clock() -> MockClock:
    """A clock that only moves when nothing else does, so that a slow machine changes nothing."""
    return MockClock(autojump_threshold=0)


class _Bugs(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def no_bugs_logged() -> Iterator[None]:
    """Fails if something is logged as an error: no input of a peer's is an error of ours."""
    log = logging.getLogger("semroute")
    bugs = _Bugs()
    log.addHandler(bugs)
    propagates, log.propagate = log.propagate, False
    try:
        yield
    finally:
        log.removeHandler(bugs)
        log.propagate = propagates
    for record in bugs.records:
        error = record.exc_info[1] if record.exc_info else None
        raise AssertionError(record.getMessage()) from error
