"""Whose the entries are, and who has most."""

import heapq
import itertools
import random
from collections.abc import Iterable
from typing import Final

from attrs import define, field

from .slot import Slot

_SAMPLES: Final = 8  # of eight at random, the worst is among the worst fifth, five times of six
_SLACK: Final = 64


@define(eq=False)
class Tenant:
    """One tenant's entries.

    Args:
        size_bytes: What their rows take.
    """

    size_bytes: int = 0
    _slots: list[Slot] = field(init=False, factory=list)

    def __len__(self) -> int:
        return len(self._slots)

    def admit(self, slot: Slot) -> None:
        """Adds an entry."""
        slot.seat = len(self._slots)
        self._slots.append(slot)
        self.size_bytes += slot.size

    def discard(self, slot: Slot) -> None:
        """Removes an entry; the last one takes its seat."""
        last = self._slots.pop()
        if last is not slot:
            self._slots[slot.seat] = last
            last.seat = slot.seat
        self.size_bytes -= slot.size

    def victim(self, now: float) -> Slot:
        """Returns an entry that is of little use, out of a few at random.

        What was long out of use goes first; what saved much and often is spared.
        """
        sample = random.choices(self._slots, k=_SAMPLES)  # noqa: S311 - nothing secret
        return max(sample, key=lambda slot: _uselessness(slot, now))


class Tenants:
    """All tenants that have entries."""

    def __init__(self) -> None:
        self._tenants: dict[str, Tenant] = {}
        # Sizes with their tenants, largest first; what is no longer so is skipped when it is met.
        self._sizes: list[tuple[int, int, Tenant]] = []
        self._order = itertools.count()

    def get(self, name: str) -> Tenant | None:
        """Returns a tenant, if it has entries."""
        return self._tenants.get(name)

    def admit(self, slot: Slot) -> None:
        """Adds an entry."""
        tenant = self._tenants.get(slot.head.tenant)
        if tenant is None:
            tenant = self._tenants[slot.head.tenant] = Tenant()
        tenant.admit(slot)
        self._note(tenant)

    def fill(self, slots: Iterable[Slot]) -> None:
        """Adds many entries, and compares the tenants once."""
        for slot in slots:
            tenant = self._tenants.get(slot.head.tenant)
            if tenant is None:
                tenant = self._tenants[slot.head.tenant] = Tenant()
            tenant.admit(slot)
        self._compare()

    def discard(self, slot: Slot) -> None:
        """Removes an entry."""
        tenant = self._tenants[slot.head.tenant]
        tenant.discard(slot)
        if len(tenant):
            self._note(tenant)
        else:
            del self._tenants[slot.head.tenant]

    def largest(self) -> Tenant | None:
        """Returns the one whose entries take most; None if there are none."""
        while self._sizes:
            size, _, tenant = self._sizes[0]
            if -size == tenant.size_bytes and len(tenant):
                return tenant
            heapq.heappop(self._sizes)
        return None

    def _note(self, tenant: Tenant) -> None:
        if len(self._sizes) > 2 * len(self._tenants) + _SLACK:
            self._compare()
        else:
            heapq.heappush(self._sizes, (-tenant.size_bytes, next(self._order), tenant))

    def _compare(self) -> None:
        self._sizes = [
            (-each.size_bytes, next(self._order), each) for each in self._tenants.values()
        ]
        heapq.heapify(self._sizes)


def _uselessness(slot: Slot, now: float) -> float:
    return (now - slot.used) / ((1 + slot.hits) * (1 + slot.head.tokens.bit_length()))
