"""What came of routing tests."""

from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from .case import Case
from .difference import Difference
from .seen import Seen


@frozen
class Flip:
    """A copy that went elsewhere.

    Args:
        copy: How the prompt was varied.
        to: What became of it instead.
    """

    copy: str
    to: str


@frozen
class Judged:
    """A case that was tried.

    Args:
        case: The case.
        seen: What became of it.
        differences: What was expected otherwise.
        flips: Its copies that went elsewhere.
        seconds: How long the router took, for it and all its copies.
    """

    case: Case
    seen: Seen
    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    seconds: float

    @property
    def flip_ratio(self) -> float:
        """The share of its copies that went elsewhere, from 0 to 1; 0 if it has none."""
        return len(self.flips) / len(self.case.copies) if self.case.copies else 0.0

    @property
    def is_unsteady(self) -> bool:
        """Whether more of its copies went elsewhere than may."""
        return self.flip_ratio > self.case.max_flips

    @property
    def is_passed(self) -> bool:
        """Whether all is as it should be."""
        return not self.differences and not self.is_unsteady

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is not as it should be, a line each."""
        lines = [str(each) for each in self.differences]
        if self.is_unsteady:
            lines.append(f"max_flips: expected {self.case.max_flips:g}, got {self.flip_ratio:.2f}")
        return tuple(lines)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What helps to see why, a line each."""
        seen = self.seen
        lines = [f"{each.copy} → {each.to}" for each in self.flips] if self.is_unsteady else []
        if self.differences and seen.category is not None:
            about = f"category {seen.category} with {seen.confidence:.3f}"
            lines.insert(0, f"{about}, reason {seen.reason}")
        if self.differences and seen.nearest:
            lines.append(f"it would go to {seen.nearest}")
        return tuple(lines)


@frozen
class Unjudged:
    """A case that there was no time for."""

    case: Case

    @property
    def is_passed(self) -> bool:
        """Nobody knows, so it is not."""
        return False


Result: TypeAlias = Judged | Unjudged


@frozen
class Report:
    """What came of all tests of a file.

    Args:
        file: The file, without its place.
        config: The configuration that was tested.
        digest: What identifies it, as `sha256:…`.
        seed: What slips of the finger were drawn from.
        started: When it began.
        results: What came of each case, in the file's order.
        seconds: How long it took.
        shows_prompts: Whether prompts may be shown.
    """

    file: str
    config: str
    digest: str
    seed: int
    started: datetime
    results: tuple[Result, ...]
    seconds: float
    shows_prompts: bool = False

    @property
    def judged(self) -> tuple[Judged, ...]:
        """The cases that were tried."""
        return tuple(each for each in self.results if isinstance(each, Judged))

    @property
    def passed(self) -> int:
        """How many cases are as they should be."""
        return sum(each.is_passed for each in self.results)

    @property
    def failed(self) -> int:
        """How many were tried and are not."""
        return len(self.judged) - self.passed

    @property
    def unjudged(self) -> int:
        """How many there was no time for."""
        return len(self.results) - len(self.judged)

    @property
    def copies(self) -> int:
        """How many copies were tried."""
        return sum(len(each.case.copies) for each in self.judged)

    @property
    def flips(self) -> int:
        """How many of them went elsewhere."""
        return sum(len(each.flips) for each in self.judged)

    @property
    def flip_ratio(self) -> float | None:
        """The share of them that went elsewhere; None if there are none."""
        return self.flips / self.copies if self.copies else None

    @property
    def is_passed(self) -> bool:
        """Whether all is as it should be."""
        return self.passed == len(self.results)

    @property
    def summary(self) -> str:
        """All of it in a line."""
        late = f", {self.unjudged} not tried for want of time" if self.unjudged else ""
        line = f"{self.passed} of {len(self.results)} passed{late}"
        if self.flip_ratio is None:
            return line
        return f"{line}; {self.flips} of {self.copies} variants go elsewhere, {self.flip_ratio:.1%}"
