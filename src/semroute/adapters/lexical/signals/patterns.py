"""Regular expressions that no text can slow down."""

from typing import Final

import re2
from attrs import frozen

from semroute.domain.errors import InvalidPolicyError
from semroute.domain.signals.definitions import PatternSignal
from semroute.domain.signals.result import Match, SignalResult

# What RE2 may take for one pattern: a third of it for its cache of states. With less, patterns
# like `.{1,1000}y` fall back to an engine that is a thousand times slower.
_MEMORY_BYTES: Final = 8 << 20

# The steps of the compiled pattern. Where states cannot be cached, a character costs some
# 5 ns for each, so this is about 25 us per character at worst. `\p{L}` alone takes 1,200.
_MOST_STEPS: Final = 5000


@frozen(eq=False)
class PatternSensor:
    """Looks for a regular expression, in time that is linear in the text.

    Args:
        pattern: Compiled by RE2, which has no types.
    """

    pattern: "re2._Regexp"

    def sense(self, text: str) -> SignalResult:
        """Says whether the pattern matches somewhere."""
        # JSON can spell half a surrogate pair, which has no UTF-8.
        data = text.encode("utf-8", "replace")
        return SignalResult(Match.of(self.pattern.search(data) is not None))


def pattern_sensor(signal: PatternSignal) -> PatternSensor:
    """Returns a sensor for a regular expression.

    Raises:
        InvalidPolicyError: RE2 cannot read it, or it is too large; the operator's fault.
    """
    problem = pattern_problem(signal.pattern)
    if problem is not None:
        raise InvalidPolicyError(problem)
    return PatternSensor(_compiled(signal.pattern))


def pattern_problem(pattern: str) -> str | None:
    """Returns what is wrong with a regular expression, and where if that is clear, or None."""
    if any("\ud800" <= char <= "\udfff" for char in pattern):
        return "it has half a character, which no text has"
    try:
        steps = int(_compiled(pattern).programsize)
    except re2.error as error:
        return _worded(pattern, error.args[0].decode("utf-8", "replace"))
    if steps > _MOST_STEPS:
        return f"it takes {steps} steps, and at most {_MOST_STEPS} are allowed"
    return None


def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False  # it would write to stderr by itself
    options.max_mem = _MEMORY_BYTES
    options.never_capture = True  # whether it matches is all that is asked
    return re2.compile(pattern, options)


def _worded(pattern: str, message: str) -> str:
    """Returns RE2's message with the position, which it tells by quoting what it choked on."""
    what, _, where = message.partition(": ")
    if what.startswith("trailing"):
        return f"{what} at character {len(pattern)}"
    if where and where != pattern and pattern.count(where) == 1:
        return f"{what} at character {pattern.index(where) + 1}: {where}"
    return message
