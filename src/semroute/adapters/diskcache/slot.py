"""What is known of an entry without reading it."""

from enum import Enum, auto

from attrs import define, frozen

from .row import Facts


@frozen
class Times:
    """A moment, on both clocks.

    Args:
        now: In seconds since 1970; somebody may set that clock.
        current: On Trio's clock, which nobody can set.
    """

    now: float
    current: float


class State(Enum):
    """What can be done with an entry."""

    ARRIVING = auto()  # it is being written
    KEPT = auto()
    LOST = auto()  # its row is not what was written, and will be removed
    LOCKED = auto()  # it is sealed with a key that this process has not


@define(eq=False)
class Slot:
    """An entry's place in the books.

    Args:
        head: What its row says openly.
        size: How many bytes its row takes.
        lapses: When it expires at the latest, on Trio's clock.
        used: When it was last of use, on Trio's clock.
        state: What can be done with it.
        hits: How often it was of use.
        seat: Its place among its tenant's.
        row: Its row in the matrix of its partition, if it is in one.
        is_indexed: Whether the index of its partition has it.
    """

    head: Facts
    size: int
    lapses: float
    used: float
    state: State = State.KEPT
    hits: int = 0
    seat: int = -1
    row: int = -1
    is_indexed: bool = False

    def is_over(self, moment: Times) -> bool:
        """Whether it has expired, by one clock or the other."""
        return moment.now >= self.head.expires or moment.current >= self.lapses
