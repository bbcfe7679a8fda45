"""Which of the nearest entries answers a question, if any."""

from collections.abc import Iterable
from enum import StrEnum

from attrs import frozen

from .agreement import disagreement
from .control import Control
from .entry import Entry, Neighbour
from .essence import Essence, essence_of
from .inquiry import Hit, HitKind, Missed


class Unusable(StrEnum):
    """Why a near entry is no answer, apart from what two texts disagree in."""

    FAR = "far"  # below the threshold
    OLD = "old"  # older than the client wants
    TOMBSTONE = "tombstone"
    EXPIRED = "expired"


@frozen
class Rejected:
    """A near entry that is no answer, and why."""

    neighbour: Neighbour
    why: str


@frozen
class Sifted:
    """What is left of the nearest entries.

    Args:
        outcome: The answer, or why there is none.
        rejected: The entries that were looked at before it and are no answers.
    """

    outcome: Hit | Missed
    rejected: tuple[Rejected, ...] = ()


def unusable(entry: Entry, control: Control, now: float) -> Unusable | None:
    """Returns why an entry must not answer now, whoever asks; None if it may."""
    if entry.expires <= now:
        return Unusable.EXPIRED
    if entry.answer is None:
        return Unusable.TOMBSTONE
    if control.max_age_seconds is not None and now - entry.created > control.max_age_seconds:
        return Unusable.OLD
    return None


def sift(
    neighbours: Iterable[Neighbour], text: str, control: Control, *, threshold: float, now: float
) -> Sifted:
    """Looks at the nearest entries in turn, nearest first. The first that agrees is the answer.

    A tombstone within the threshold ends the search: what was wrong once must not come back by
    a neighbour.
    """
    rejected: list[Rejected] = []
    asked: Essence | None = None
    for neighbour in neighbours:
        entry = neighbour.entry
        why: str | None = unusable(entry, control, now)
        if neighbour.similarity < threshold:
            why = Unusable.FAR
        elif why is None:
            asked = asked or essence_of(text)
            why = disagreement(asked, essence_of(entry.text))
        if why is None:
            hit = Hit(entry, HitKind.SEMANTIC, neighbour.similarity, age(entry, now))
            return Sifted(hit, tuple(rejected))
        rejected.append(Rejected(neighbour, why))
        if why == Unusable.TOMBSTONE:
            return Sifted(Missed.TOMBSTONE, tuple(rejected))
    return Sifted(Missed.ABSENT, tuple(rejected))


def age(entry: Entry, now: float) -> float:
    """Returns how old an answer is, in seconds. Clocks may differ; nothing is younger than new."""
    return max(now - entry.created, 0.0)
