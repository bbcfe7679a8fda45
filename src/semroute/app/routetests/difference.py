"""What was expected, and what came of it instead."""

from collections.abc import Iterator

from attrs import frozen

from .file import NONE, Expected
from .seen import Outcome, Seen


@frozen
class Difference:
    """One expectation that is not met.

    Args:
        what: Its name in the file.
        expected: What was expected.
        got: What came instead.
    """

    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.got}"


def differences(expected: Expected, seen: Seen) -> tuple[Difference, ...]:
    """Returns every expectation that is not met."""
    is_refused = seen.outcome is Outcome.REFUSED
    if is_refused != (expected.refused or False):
        # Nothing else can be as it should, and saying so of each would hide why.
        return (Difference("refused", _yes(not is_refused), seen.where),)
    return tuple(_differences(expected, seen))


def _differences(expected: Expected, seen: Seen) -> Iterator[Difference]:
    names = {
        "decision": (expected.decision, seen.decision),
        "model": (expected.model, seen.model),
        "endpoint": (expected.endpoint, seen.endpoint),
        "category": (expected.category, seen.category),
        "reason": (expected.reason, seen.reason),
    }
    for what, (wanted, got) in names.items():
        if wanted is not None and wanted != (got or NONE):
            yield Difference(what, wanted, got or seen.why_not or NONE)
    is_blocked = seen.outcome is Outcome.BLOCKED
    if expected.blocked not in (None, is_blocked):
        yield Difference("blocked", _yes(not is_blocked), seen.where)
    if expected.guard is not None and not _is_met(expected.guard, seen):
        yield Difference("guard", expected.guard, seen.guard)
    if expected.tools is not None and sorted(expected.tools) != sorted(seen.tools):
        yield Difference("tools", _listed(expected.tools), _listed(seen.tools))
    if expected.cached not in (None, seen.is_cached):
        yield Difference("cached", _yes(not seen.is_cached), _yes(seen.is_cached))
    least = expected.min_confidence
    if least is not None and seen.confidence < least:
        yield Difference("min_confidence", f"{least:g}", f"{seen.confidence:.3f}")


def _is_met(guard: str, seen: Seen) -> bool:
    if guard == "pass":
        # What could not be checked has not passed.
        return not seen.guards and not seen.unchecked
    return any(guard in (each, each.partition("=")[2]) for each in seen.guards)


def _yes(is_so: bool) -> str:  # noqa: FBT001 - it is what the answer is to
    return "yes" if is_so else "no"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or NONE
