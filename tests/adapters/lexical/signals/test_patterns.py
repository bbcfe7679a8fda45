"""Regular expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.signals import pattern_problem, pattern_sensor
from semroute.domain.errors import InvalidPolicyError
from semroute.domain.signals.definitions import PatternSignal
from semroute.domain.signals.result import Match
from tests.costs import costing


def matches(pattern: str, text: str) -> bool:
    return pattern_sensor(PatternSignal(pattern)).sense(text).match is Match.MATCHED


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\bTICKET-\d+", "see TICKET-42, please", True),
        (r"\bTICKET-\d+", "see ticket-42", False),
        (r"(?i)ticket", "see TICKET", True),
        (r"^see", "I see", False),
        (r"(?m)^see", "I\nsee", True),
        (r"наш\p{L}+", "это нашлось", True),
        (r"^.$", "退", True),
        (r"x", "\ud800x", True),
        (r"", "", True),
    ],
)
def test_it_matches_anywhere(pattern: str, text: str, found: bool) -> None:  # noqa: FBT001 - the case
    assert matches(pattern, text) is found


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("*a", "no argument for repetition operator at character 1: *"),
        ("ab(?=x)", "invalid perl operator at character 3: (?="),
        ("é[z-a]", "invalid character class range at character 3: z-a"),
        ("(a)\\1", "invalid escape sequence at character 4: \\1"),
        ("a(b", "missing ): a(b"),
        ("ab\\", "trailing \\ at character 3"),
        ("\ud800", "it has half a character, which no text has"),
    ],
)
def test_a_mistake_is_told_with_its_place(pattern: str, problem: str) -> None:
    assert pattern_problem(pattern) == problem
    with pytest.raises(InvalidPolicyError) as caught:
        pattern_sensor(PatternSignal(pattern))
    assert str(caught.value) == problem


def test_what_is_too_large_is_refused() -> None:
    assert pattern_problem(r"\p{L}+ \d{1,20}") is None
    assert pattern_problem("x" * 6000) == "it takes 6004 steps, and at most 5000 are allowed"
    assert pattern_problem(r"(\pL|\pN){1,1000}") == "pattern too large - compile failed"


def test_refusing_one_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pattern_problem("(")
    assert capfd.readouterr() == ("", "")


@given(st.text())
def test_any_text_is_a_pattern_or_has_a_problem(pattern: str) -> None:
    problem = pattern_problem(pattern)
    if problem is None:
        pattern_sensor(PatternSignal(pattern)).sense(pattern)
    else:
        assert problem


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(.*)*y", r"(x|xx|\w)*z", "x{1,900}y"])
@pytest.mark.parametrize("text", ["x" * 200_000, "xy " * 70_000, "数" * 200_000])
def test_no_text_takes_long(pattern: str, text: str) -> None:
    sensor = pattern_sensor(PatternSignal(pattern))
    with costing(5):
        sensor.sense(text)
