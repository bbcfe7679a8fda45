"""How much a store may hold."""

from typing import Final

from attrs import field, frozen, validators

MIB: Final = 2**20


@frozen
class Limits:
    """How much a store may hold, in all and of one tenant's.

    Args:
        entries: How many entries; 100,000 take some 400 MB of memory.
        bytes: How many bytes their rows may take.
        tenant_entries: How many entries may be one tenant's.
        tenant_bytes: How many bytes the rows of one tenant may take.
        ballast_bytes: How much of the disk is kept back, so that room can be made when it is
            full.
    """

    entries: int = field(default=100_000, validator=validators.gt(0))
    bytes: int = field(default=1024 * MIB, validator=validators.gt(0))
    tenant_entries: int = field(default=100_000, validator=validators.gt(0))
    tenant_bytes: int = field(default=1024 * MIB, validator=validators.gt(0))
    ballast_bytes: int = field(default=8 * MIB, validator=validators.ge(0))
