"""Which entries there are."""

from collections.abc import Iterable, Sequence

from .limits import Limits
from .slot import Slot
from .tenants import Tenant, Tenants


class Books:
    """What is known of every entry; kept by one task, and read by all.

    Args:
        limits: How much there may be.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._slots: dict[str, Slot] = {}
        self._exact: dict[bytes, Slot] = {}
        self._tenants = Tenants()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, slot: Slot) -> bool:
        """Whether an entry that was found elsewhere is still there."""
        return self._slots.get(slot.head.id) is slot

    def all(self) -> list[Slot]:
        """Returns all entries."""
        return list(self._slots.values())

    def by_id(self, id_: str) -> Slot | None:
        """Returns the entry with an id."""
        return self._slots.get(id_)

    def by_key(self, exact: bytes) -> Slot | None:
        """Returns the entry with an exact key."""
        return self._exact.get(exact)

    def admit(self, slot: Slot) -> None:
        """Writes an entry down. None of its id or key may be there."""
        self._slots[slot.head.id] = slot
        self._exact[slot.head.exact] = slot
        self._tenants.admit(slot)
        self.size_bytes += slot.size

    def fill(self, slots: Iterable[Slot]) -> None:
        """Writes many entries down, into books that are empty. Each id and key is there once."""
        for slot in slots:
            self._slots[slot.head.id] = slot
            self._exact[slot.head.exact] = slot
            self.size_bytes += slot.size
        self._tenants.fill(self._slots.values())

    def discard(self, slot: Slot) -> None:
        """Strikes out an entry that is there."""
        del self._slots[slot.head.id]
        del self._exact[slot.head.exact]
        self._tenants.discard(slot)
        self.size_bytes -= slot.size

    def fits(self, size: int) -> bool:
        """Whether a row of this size could be kept if all else went."""
        return size <= min(self._limits.bytes, self._limits.tenant_bytes)

    def make_room(self, name: str, now: float) -> list[Slot]:
        """Strikes out what is too much after an entry has come, and returns it.

        First of its tenant's, if that has too much now, then of whoever has most: who has little
        keeps it, however much others bring.

        Args:
            name: Whose entry has come.
            now: On Trio's clock.
        """
        gone: list[Slot] = []
        while (tenant := self._tenants.get(name)) is not None and (
            len(tenant) > self._limits.tenant_entries
            or tenant.size_bytes > self._limits.tenant_bytes
        ):
            gone.append(self._strike(tenant, now))
        while (tenant := self._tenants.largest()) is not None and (
            len(self) > self._limits.entries or self.size_bytes > self._limits.bytes
        ):
            gone.append(self._strike(tenant, now))
        return gone

    def shrink(self, count: int, now: float) -> list[Slot]:
        """Strikes out so many entries of whoever has most, and returns them."""
        gone: list[Slot] = []
        while len(gone) < count and (tenant := self._tenants.largest()) is not None:
            gone.append(self._strike(tenant, now))
        return gone

    def restore(self, slots: Iterable[Slot]) -> None:
        """Writes down again what was struck out in vain."""
        for slot in slots:
            self.admit(slot)

    def _strike(self, tenant: Tenant, now: float) -> Slot:
        slot = tenant.victim(now)
        self.discard(slot)
        return slot


def ids_of(slots: Sequence[Slot]) -> list[str]:
    """Returns the ids of entries."""
    return [slot.head.id for slot in slots]
