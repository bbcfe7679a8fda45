"""Entries on their way in, and what must go for them."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from .books import Books
from .jobs import Put
from .loading import slot_of
from .row import UnfitEntryError, facts_of, row_of
from .seal import AnySeal
from .slot import Slot, State, Times
from .vectors import Unit, unit_of


@frozen
class Written:
    """An entry that is ready to be kept.

    Args:
        job: Who wants it.
        row: What will be on disk.
        unit: What will be in the index; None if it is found by its key only.
    """

    job: Put
    row: bytes
    unit: Unit | None


@frozen
class Plan:
    """A transaction to be, which the books have been told of already.

    Args:
        arriving: Those that are to be kept.
        replaced: Those in whose place they come.
        victims: Those for which there is no room beside them.
    """

    arriving: Mapping[Slot, Written]
    replaced: Sequence[Slot]
    victims: Sequence[Slot]


def written_of(jobs: Sequence[Put], seal: AnySeal) -> list[Written]:
    """Returns the entries that can be rows, as rows; the other jobs learn of their problem."""
    written = []
    for job in jobs:
        try:
            written.append(Written(job, row_of(job.entry, seal), unit_of(job.entry.vector)))
        except UnfitEntryError as error:
            job.problem = str(error)
    return written


def planned(books: Books, written: Iterable[Written], moment: Times) -> Plan:
    """Writes entries down one after the other, with what goes for each.

    One may replace or evict another that came just before it, which then is never on disk.
    """
    arriving: dict[Slot, Written] = {}
    replaced: list[Slot] = []
    victims: list[Slot] = []
    for each in written:
        head = facts_of(each.job.entry)
        slot = slot_of(head, len(each.row), moment)
        if not books.fits(len(each.row)):
            each.job.problem = "the answer is larger than the cache may be"
        elif slot is not None:
            slot.state = State.ARRIVING
            for old in (books.by_id(head.id), books.by_key(head.exact)):
                if old is not None and old in books:
                    books.discard(old)
                    replaced.append(old)
            books.admit(slot)
            arriving[slot] = each
            victims += books.make_room(head.tenant, moment.current)
    return Plan(
        {slot: each for slot, each in arriving.items() if slot in books},
        [slot for slot in replaced if slot not in arriving],
        [slot for slot in victims if slot not in arriving],
    )


def undo(books: Books, plan: Plan) -> None:
    """Makes the books say again what they said before."""
    for slot in plan.arriving:
        books.discard(slot)
    books.restore([*plan.replaced, *plan.victims])
