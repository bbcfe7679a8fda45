import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from semroute.adapters.structlog import configure_logging

SECRET = "my social security number is 078-05-1120"

log = logging.getLogger("semroute.test")


@pytest.fixture(params=["json", "console"])
def logged(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    output = io.StringIO()
    configure_logging("debug", request.param, output)
    yield output
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(prompt: str) -> None:
    raise ValueError(prompt)


def fail_over(prompt: str) -> None:
    try:
        fail(prompt)
    except ValueError as error:
        raise ExceptionGroup(prompt, [error, KeyError(prompt)]) from error


def test_an_error_is_logged_by_type_and_place_alone(logged: io.StringIO) -> None:
    try:
        fail_over(SECRET)
    except ExceptionGroup:
        log.exception("a call could not be answered")
    text = logged.getvalue()
    for word in ("a call could not be answered", "ValueError", "KeyError", "ExceptionGroup"):
        assert word in text
    assert "test_logging.py:" in text
    assert "in fail_over" in text
    assert "078-05" not in text  # the time of day may have fewer of its digits
    assert "prompt" not in text


def test_an_error_that_is_its_own_cause_is_told_once(logged: io.StringIO) -> None:
    error = ValueError(SECRET)
    error.__cause__ = error
    log.error("failed", exc_info=error)
    assert logged.getvalue().count("ValueError") == 1


@pytest.mark.parametrize("given", ["tuple", "error", "flag"])
def test_an_error_may_be_given_in_any_way(given: str, logged: io.StringIO) -> None:
    try:
        fail(SECRET)
    except ValueError as error:
        if given == "tuple":
            log.exception("failed", exc_info=(type(error), error, error.__traceback__))
        elif given == "error":
            structlog.get_logger("semroute.test").error("failed", exc_info=error)
        else:
            structlog.get_logger("semroute.test").exception("failed")
    assert "ValueError" in logged.getvalue()
    assert "078-05" not in logged.getvalue()
